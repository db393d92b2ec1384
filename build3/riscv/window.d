build3/riscv/window.o: riscv/window.c riscv/../dev/dev.h \
 include/frond_abi.h include/frond_backend.h riscv/riscv.h \
 riscv/../core/core.h riscv/../core/map.h riscv/../core/memory.h \
 riscv/riscv_priv.h riscv/../core/memory.h riscv/insn.def
riscv/../dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
riscv/riscv.h:
riscv/../core/core.h:
riscv/../core/map.h:
riscv/../core/memory.h:
riscv/riscv_priv.h:
riscv/../core/memory.h:
riscv/insn.def:
