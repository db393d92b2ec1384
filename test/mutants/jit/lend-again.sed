# jit/emit_x64.c: what is lent is taken up again behind a slow access
s/^        call_to\(&e->x, e->take\);$//
