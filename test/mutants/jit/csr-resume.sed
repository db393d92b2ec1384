# jit/emit_x64.c: a trap for which the register is not there may lead to the next instruction
s/s->resume = e->x.at; \/\* its trap/(void)s; \/* its trap/
