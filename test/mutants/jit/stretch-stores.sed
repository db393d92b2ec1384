# jit/emit_x64.c: whether a page may be written without looking is in the TLB only
s/which == TLB_R && e->u->stretch/e->u->stretch/
