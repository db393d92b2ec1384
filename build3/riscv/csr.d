build3/riscv/csr.o: riscv/csr.c riscv/riscv.h riscv/../core/core.h \
 riscv/../core/map.h include/frond_abi.h riscv/../core/memory.h \
 riscv/riscv_priv.h riscv/../core/memory.h riscv/insn.def
riscv/riscv.h:
riscv/../core/core.h:
riscv/../core/map.h:
include/frond_abi.h:
riscv/../core/memory.h:
riscv/riscv_priv.h:
riscv/../core/memory.h:
riscv/insn.def:
