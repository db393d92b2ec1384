# riscv/child.c: sums of steps saturate
s/return a > UINT64_MAX - b \? UINT64_MAX : a \+ b;/return a + b;/
