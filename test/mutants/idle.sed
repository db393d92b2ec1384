# riscv/child.c: a node that waits makes no step
s/^    if \(l->d->wait\) \{$/    if (0) {/
