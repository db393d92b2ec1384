# riscv/csr.c: mret is M-mode's
# wall: privilege
s/raw == 0x30200073 && is_m/raw == 0x30200073/
