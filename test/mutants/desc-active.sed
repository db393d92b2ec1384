# riscv/child.c: active is a page and the length of a store
s/\{active_ok\(d->active\)/{active_ok(0)/
