# jit/emit_x64.c: a misaligned access takes the slow way
s/-4096 \| \(int32_t\)\(width - 1\)/-4096/
