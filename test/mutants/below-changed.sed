# core/path.c: what was derived through the nodes below goes when they change
# wall: watch-table
s/if \(ctx->sum == sum && memcmp/if (memcmp/
