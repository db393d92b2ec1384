# core/resolve_flat.c: the page of an active descriptor is a gap
# wall: own-page
s/return \(page & CORE_WINDOW\) == 0 && \(c->page\[page\]\.watch & CORE_W_OWNED\) != 0;/(void)c; (void)page; return false;/
