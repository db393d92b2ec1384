# core/watch.c: nodes above hear of a change in a map below
# wall: watch-table
s/^    ctx->gen\+\+;$/    (void)0;/
