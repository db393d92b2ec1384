build3/riscv/exec.o: riscv/exec.c riscv/../jit/jit.h \
 riscv/../jit/../riscv/riscv_priv.h \
 riscv/../jit/../riscv/../core/memory.h include/frond_abi.h \
 riscv/../jit/../riscv/insn.def include/frond.h include/frond_abi.h \
 include/frond_backend.h riscv/fp.h riscv/slow.h riscv/riscv_priv.h \
 riscv/insn.def
riscv/../jit/jit.h:
riscv/../jit/../riscv/riscv_priv.h:
riscv/../jit/../riscv/../core/memory.h:
include/frond_abi.h:
riscv/../jit/../riscv/insn.def:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
riscv/fp.h:
riscv/slow.h:
riscv/riscv_priv.h:
riscv/insn.def:
