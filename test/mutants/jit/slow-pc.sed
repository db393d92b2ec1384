# jit/slow.c: an access that traps does so at its own pc
s/^    h->d->pc = s->pc;$//
