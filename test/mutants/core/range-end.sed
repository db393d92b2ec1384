# core/map.c: a range holds the byte past its end
s/s\.addr > range_last\(e\)/s.addr > range_last(e) + 1/
