# riscv/csr.c: a CSR is reached from its mode and those above
# wall: privilege
s/\(csr >> 8 & 3\) > priv_of_mode\(d->mode\) \|\|/0 ||/
