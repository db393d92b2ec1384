# core/path.c: what was derived by an issuer's translation goes when that changes
# wall: issuer
s/if \(ctx->sum == sum && memcmp\(ctx->issuer, issuer, sizeof issuer\) == 0\)/if (ctx->sum == sum)/
