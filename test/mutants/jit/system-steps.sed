# jit/slow.c: behind a CSR the rest of the unit is taken off once more
s/h->left -= s->rest - 1;/(void)0;/
