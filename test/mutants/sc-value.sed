# riscv/mmu.c: SC compares what memory holds
# wall: sc-check
s/ && c->res_value == now;/;/
