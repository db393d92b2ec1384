# riscv/child.c: there are three modes
s/d->mode <= FROND_MODE_U/true/
