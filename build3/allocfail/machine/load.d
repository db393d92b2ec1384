build3/allocfail/machine/load.o: machine/load.c machine/machine.h \
 machine/../dev/dev.h include/frond_abi.h include/frond_backend.h \
 machine/../riscv/riscv.h machine/../riscv/../core/core.h \
 machine/../riscv/../core/map.h machine/../riscv/../core/memory.h \
 machine/../riscv/riscv_priv.h machine/../riscv/../core/memory.h \
 machine/../riscv/insn.def include/frond.h include/frond_abi.h \
 include/frond_backend.h
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
