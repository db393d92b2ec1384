# riscv/child.c: held is 0 or 1
# wall: desc-check
s/d->held <= FROND_DONE/true/
