# riscv/child.c: a node that waits makes no step
# wall: idle
s/^    if \(l->d->wait\) \{$/    if (0) {/
