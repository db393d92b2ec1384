# jit/emit_x64.c: a jump back takes off all that it repeats
/^static void jump_back\(/,/^}/ s/e->k \+ 1 - to/e->k - to/
