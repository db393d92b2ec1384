# riscv/child.c: sums of steps saturate
# wall: budget
s/return a > UINT64_MAX - b \? UINT64_MAX : a \+ b;/return a + b;/
