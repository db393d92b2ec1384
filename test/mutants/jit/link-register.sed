# jit/emit_x64.c: a call leaves its return address
/^static void link_register/,/^}/ s/i->at \+ i->d\.len/i->at/
