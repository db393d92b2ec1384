# core/path.c: putting a descriptor on the path does not re-enter it for ever
# wall: own-page
s/^    c->stale = false;$/    (void)0;/
