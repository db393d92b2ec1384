# riscv/mmu.c: SC compares what memory holds
s/ && c->res_value == now;/;/
