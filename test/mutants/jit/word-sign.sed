# jit/emit_x64_int.c: a word is sign-extended
s/op_rr\(&e->x, W64, OP_MOVSXD, to, reg\);/op_rr(\&e->x, W32, OP_MOV, to, reg);/
