# jit/emit_x64.c: an indirect jump gives back the rest of its unit
/^static void jump_far/,/^}/ s/^    give_back\(.*$//
