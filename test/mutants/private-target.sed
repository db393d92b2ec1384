# core/resolve_flat.c: a parent's private window is no target
# wall: private-window
s/^(enum walk walk_step_down.*)$/\1/; s/if \(c->isa->private_window\(is\.pa\)\)$/if (0)/
