# riscv/child.c: held is 0 or 1
s/d->held <= FROND_DONE/true/
