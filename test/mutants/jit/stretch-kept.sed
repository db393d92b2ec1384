# riscv/mmu.c: a stretch goes with what it was derived from
/^static void forget_stretch/,/^}/ s/s->limit = 0;/(void)0;/
