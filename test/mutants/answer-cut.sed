# riscv/child.c: the value of a DONE is cut to the width of the load
# wall: answer-check
s/^    value <<= spare;$/    (void)spare; return value;/
