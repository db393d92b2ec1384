# jit/emit_x64.c: an entry of the jump cache is of the pc that is asked for
/^static void through_cache/,/^}/ s/^    jcc_to\(&e->x, CC_NE, .*$//
