# core/resolve_flat.c: from a U-mode issuer down it is map_np
# wall: two-maps
s/if \(is\.mode == CORE_NP\)/if (0)/
