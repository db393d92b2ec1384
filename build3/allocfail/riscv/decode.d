build3/allocfail/riscv/decode.o: riscv/decode.c riscv/riscv_priv.h \
 riscv/../core/memory.h include/frond_abi.h riscv/insn.def
riscv/riscv_priv.h:
riscv/../core/memory.h:
include/frond_abi.h:
riscv/insn.def:
