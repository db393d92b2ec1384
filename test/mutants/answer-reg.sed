# riscv/child.c: a DONE names one of 32 registers
s/p->reg < 32 && //
