# jit/slow.c: steps are exact when C is called
s/^    h->left \+= s->rest;$//
