# core/map.c: the lower bound of a search does not move
s/^        s\.left = range_last\(e\) \+ 1;$/        (void)0;/
