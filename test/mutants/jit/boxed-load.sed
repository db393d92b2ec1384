# jit/emit_x64_mem.c: what fld loads is no single
/^static void load_f/,/^}/ s/^        e->boxed &= ~\(1u << d->rd\);$//
