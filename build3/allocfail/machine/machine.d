build3/allocfail/machine/machine.o: machine/machine.c machine/machine.h \
 machine/../dev/dev.h include/frond_abi.h include/frond_backend.h \
 machine/../riscv/riscv.h machine/../riscv/../core/core.h \
 machine/../riscv/../core/map.h machine/../riscv/../core/memory.h \
 machine/../riscv/riscv_priv.h machine/../riscv/../core/memory.h \
 machine/../riscv/insn.def include/frond.h include/frond_abi.h \
 include/frond_backend.h machine/../jit/jit.h \
 machine/../jit/../riscv/riscv_priv.h machine/../host/host.h
machine/machine.h:
machine/../dev/dev.h:
include/frond_abi.h:
include/frond_backend.h:
machine/../riscv/riscv.h:
machine/../riscv/../core/core.h:
machine/../riscv/../core/map.h:
machine/../riscv/../core/memory.h:
machine/../riscv/riscv_priv.h:
machine/../riscv/../core/memory.h:
machine/../riscv/insn.def:
include/frond.h:
include/frond_abi.h:
include/frond_backend.h:
machine/../jit/jit.h:
machine/../jit/../riscv/riscv_priv.h:
machine/../host/host.h:
