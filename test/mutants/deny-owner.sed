# machine/bus.c: only the owner of a device has its transfer refused
# wall: owner
s/if \(window < WINDOWS && m->slot\[window\]\.d && owns\(m, &m->slot\[window\]\.owner, level\)\)/if (window < WINDOWS \&\& m->slot[window].d)/
