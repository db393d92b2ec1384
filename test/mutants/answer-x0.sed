# riscv/child.c: x0 is no target of a DONE
# wall: answer-check
s/p->kind == FROND_FAULT_LOAD && p->reg != 0/p->kind == FROND_FAULT_LOAD/
