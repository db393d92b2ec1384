# core/resolve_pure.c: references are counted
s/^    c->cost\.refs\+\+;$//
