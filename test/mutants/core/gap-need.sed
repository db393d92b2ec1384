# core/resolve_flat.c: a gap for a store is none for a load
s/ \|\| k->need != now\.need//
