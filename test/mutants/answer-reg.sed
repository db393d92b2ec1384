# riscv/child.c: a DONE names one of 32 registers
# wall: answer-check
s/p->reg < 32 && //
