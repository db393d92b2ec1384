# jit/emit_x64.c: what is lent is given back before C looks at registers
/^static void write_loans/,/^}/ s/^    give_up\(e\);$//
