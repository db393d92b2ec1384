# riscv/child.c: PLIC state that no store could make is refused
s/\{plic < 0, AT\(plic\) \+ plic\}/{true, 0}/
