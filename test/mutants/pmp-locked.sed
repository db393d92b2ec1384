# riscv/mmu.c: a locked PMP entry binds M-mode too
# wall: pmp
s/if \(mode == FROND_MODE_M && \(c->pmpcfg\[i\] & 0x80\) == 0\)/if (mode == FROND_MODE_M)/
