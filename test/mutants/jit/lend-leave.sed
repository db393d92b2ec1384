# jit/emit_x64.c: what is lent is given back at a jump out of the unit
/^static void leave_to/,/^}/ s/^    give_up\(e\);$//
