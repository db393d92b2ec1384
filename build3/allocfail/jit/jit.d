build3/allocfail/jit/jit.o: jit/jit.c jit/unit.h jit/jit.h \
 jit/../riscv/riscv_priv.h jit/../riscv/../core/memory.h \
 include/frond_abi.h jit/../riscv/insn.def include/frond.h \
 include/frond_abi.h include/frond_backend.h
jit/unit.h:
jit/jit.h:
jit/../riscv/riscv_priv.h:
jit/../riscv/../core/memory.h:
include/frond_abi.h:
jit/../riscv/insn.def:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
