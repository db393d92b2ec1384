# jit/emit_x64_int.c: the least integer by -1 overflows
s/op_imm\(&e->x, w, N_CMP, RCX, -1\);/op_imm(\&e->x, w, N_CMP, RCX, -2);/
