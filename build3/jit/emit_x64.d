build3/jit/emit_x64.o: jit/emit_x64.c jit/../riscv/fp.h \
 include/frond_abi.h jit/unit.h jit/jit.h jit/../riscv/riscv_priv.h \
 jit/../riscv/../core/memory.h jit/../riscv/insn.def include/frond.h \
 include/frond_abi.h include/frond_backend.h jit/x64.h \
 jit/../riscv/insn.def
jit/../riscv/fp.h:
include/frond_abi.h:
jit/unit.h:
jit/jit.h:
jit/../riscv/riscv_priv.h:
jit/../riscv/../core/memory.h:
jit/../riscv/insn.def:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
jit/x64.h:
jit/../riscv/insn.def:
