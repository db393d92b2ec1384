build3/jit/slow.o: jit/slow.c jit/../riscv/slow.h jit/../riscv/fp.h \
 include/frond_abi.h jit/../riscv/riscv_priv.h \
 jit/../riscv/../core/memory.h jit/../riscv/insn.def jit/unit.h jit/jit.h \
 jit/../riscv/riscv_priv.h include/frond.h include/frond_abi.h \
 include/frond_backend.h
jit/../riscv/slow.h:
jit/../riscv/fp.h:
include/frond_abi.h:
jit/../riscv/riscv_priv.h:
jit/../riscv/../core/memory.h:
jit/../riscv/insn.def:
jit/unit.h:
jit/jit.h:
jit/../riscv/riscv_priv.h:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
