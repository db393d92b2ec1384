# core/watch.c: a store to code drops what was decoded
# wall: watch-code
s/if \(\(p->watch & CORE_W_CODE\) != 0 && c->isa->code_changed\(c->isa->opaque, page, off, len\)\)/if (0)/
