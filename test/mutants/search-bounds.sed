# core/map.c: an entry lies between the bounds of the search
# wall: map-order
s/if \(!range_ok\(e\) \|\| e->base < s\.left \|\| range_last\(e\) > s\.last\)/if (!range_ok(e))/
