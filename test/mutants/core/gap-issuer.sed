# core/resolve_flat.c: that a page is a gap goes with the tables that an issuer's translation led to
s/ \|\|\s*k->gen != now\.gen//; s/ \|\| k->gen != now\.gen//
