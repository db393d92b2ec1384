# riscv/mmu.c: DMA goes by the maps of the device's owner
# wall: dma-map
/^static enum riscv_dma dma/,/^}/s/core_resolve\(&r->core, level, map_of_mode/core_resolve(\&r->core, 0, map_of_mode/
