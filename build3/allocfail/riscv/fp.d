build3/allocfail/riscv/fp.o: riscv/fp.c riscv/fp.h include/frond_abi.h \
 riscv/riscv_priv.h riscv/../core/memory.h riscv/insn.def
riscv/fp.h:
include/frond_abi.h:
riscv/riscv_priv.h:
riscv/../core/memory.h:
riscv/insn.def:
