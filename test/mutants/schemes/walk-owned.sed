# core/resolve_walk.c: the page of an active descriptor is a gap
s/if \(walk_owned\(c, k->page\)\)/if (0)/
