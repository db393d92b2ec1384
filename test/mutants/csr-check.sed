# riscv/csr.c: a CSR of a descriptor holds only bits that exist
# wall: desc-check
s/^    if \(\(0 CSR_BITS\(FORBIDDEN\)\) == 0\)/    if (1)/
