# core/resolve_rmr.c: a copy is of its piece
s/if \(k->piece == p->piece\)/if (1)/
