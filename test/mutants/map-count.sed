# riscv/child.c: a table's count is bounded, and it does not pass 2^64
# wall: desc-check
/^static bool count_ok/,/^}/s/return m->count <= 1ULL << 32 &&/return true || /
