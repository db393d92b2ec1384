# core/watch.c: one use stands for all of a context's past a number
# wall: bounded
s/if \(own < USES_MAX \/ 2\)/if (1)/
