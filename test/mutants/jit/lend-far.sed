# jit/emit_x64.c: what is lent is given back at an indirect jump
/^static void jump_far/,/^}/ s/^    give_up\(e\);$//
