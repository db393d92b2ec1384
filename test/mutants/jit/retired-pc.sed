# jit/slow.c: behind an access that C has ended the next instruction comes
s/h->d->pc \+= s->ilen;/h->d->pc += 4;/
