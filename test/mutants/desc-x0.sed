# riscv/child.c: x0 is 0
s/d->x\[0\] == 0/true/
