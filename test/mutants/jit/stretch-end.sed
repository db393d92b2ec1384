# riscv/mmu.c: the last byte of an access lies in the stretch, too
s/s\.last - s\.first - 6;/s.last - s.first + 1;/
