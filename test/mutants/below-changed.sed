# core/path.c: what was derived through the nodes below goes when they change
s/if \(ctx->sum == sum && memcmp/if (memcmp/
