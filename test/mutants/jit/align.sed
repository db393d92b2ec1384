# jit/emit_x64_mem.c: a misaligned access takes the slow way
s/-4096 \| \(int32_t\)\(width - 1\)/-4096/
