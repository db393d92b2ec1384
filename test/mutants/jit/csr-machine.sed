# jit/emit_x64.c: a register of M-mode's is not S-mode's
s/csr >> 8 & 2 \? FROND_MODE_M : FROND_MODE_S/FROND_MODE_S/
