# riscv/child.c: there are three modes
# wall: desc-check
s/d->mode <= FROND_MODE_U/true/
