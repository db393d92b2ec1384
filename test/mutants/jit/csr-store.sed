# jit/emit_x64.c: csrrw writes
s/op_rm\(&e->x, W64, OP_STORE, RDX, RBP, at\)/(void)0/
