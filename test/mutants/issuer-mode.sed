# riscv/mmu.c: ENTER is issued with the effective privilege of the store
# wall: issuer
/^static enum core_issue issue/,/^}/s/unsigned mode = hart_data_mode\(d\);/unsigned mode = FROND_MODE_M;/
