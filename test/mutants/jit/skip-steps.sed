# jit/emit_x64.c: a branch over one instruction gives its step back
/^static bool skips_one/,/^}/ s/^    op_rr\(&e->x, W64, OP_ADD, R14, RAX\);$//
