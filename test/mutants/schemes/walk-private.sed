# core/resolve_walk.c: no table lies in a private window
s/if \(c->isa->private_window\(is\.pa\)\)/if (0)/
