# jit/slow.c: flags of FP are in fcsr when C is called
s/^    if \(h->fp_ready\)$/    if (0)/
