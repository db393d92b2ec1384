# core/path.c: nodes are forgotten past a number
# wall: bounded
s/if \(c->contexts_max == 0 && c->contexts >= CONTEXTS_MAX\)/if (0)/
