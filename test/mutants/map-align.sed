# riscv/child.c: tables are aligned
s/d->map_(np|p)\.addr % 32 == 0/true/
