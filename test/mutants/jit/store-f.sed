# jit/slow.c: a fault of a store of f says so
s/access_of\(FROND_FAULT_STORE, slow,/access_of(FROND_FAULT_STORE, s->width,/
