# core/watch.c: nodes above hear of a change in a map below
s/^    ctx->gen\+\+;$/    (void)0;/
