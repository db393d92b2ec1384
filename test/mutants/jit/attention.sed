# jit/slow.c: what an access has brought about is looked at behind it
s/h->attention \|\| //
