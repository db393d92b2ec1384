# jit/emit_x64.c: a register of S-mode's is not U-mode's
s/csr >> 8 & 2 \? FROND_MODE_M : FROND_MODE_S/csr >> 8 \& 2 ? FROND_MODE_M : FROND_MODE_U/
