# core/watch.c: a store to a range table drops what was composed
# wall: watch-table
s/if \(memcmp\(&was, &is, sizeof is\) == 0\)/if (1)/
