# riscv/window.c: the controller takes 8-byte accesses only
s/if \(a\.width != 8 \|\|/if (0 ||/
