build3/allocfail/riscv/mmu.o: riscv/mmu.c riscv/../jit/jit.h \
 riscv/../jit/../riscv/riscv_priv.h \
 riscv/../jit/../riscv/../core/memory.h include/frond_abi.h \
 riscv/../jit/../riscv/insn.def include/frond.h include/frond_abi.h \
 include/frond_backend.h riscv/riscv.h riscv/../core/core.h \
 riscv/../core/map.h riscv/../core/memory.h riscv/riscv_priv.h
riscv/../jit/jit.h:
riscv/../jit/../riscv/riscv_priv.h:
riscv/../jit/../riscv/../core/memory.h:
include/frond_abi.h:
riscv/../jit/../riscv/insn.def:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
riscv/riscv.h:
riscv/../core/core.h:
riscv/../core/map.h:
riscv/../core/memory.h:
riscv/riscv_priv.h:
