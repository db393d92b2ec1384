build3/riscv/code.o: riscv/code.c riscv/riscv_priv.h \
 riscv/../core/memory.h include/frond_abi.h riscv/insn.def
riscv/riscv_priv.h:
riscv/../core/memory.h:
include/frond_abi.h:
riscv/insn.def:
