# riscv/mmu.c: DMA does not reach private windows
s/\) != need \|\| window_is_private\(addr\)\)/) != need)/
