# jit/emit_x64.c: what is known of f does not hold where a branch leads
/^static void write_all/,/^}/ s/^            e->boxed = 0;$//
