# machine/bus.c: a device serves its owner's path only
# wall: owner
s/^    return o->nodes == level \+ 1 && agree\(m, o\) == o->nodes;/    (void)m; return o->nodes == level + 1;/
