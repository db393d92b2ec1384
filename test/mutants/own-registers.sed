# riscv/window.c: private registers are those of the node that stores
# wall: own-registers
/^bool window_store/,/^}/s/struct frond_desc \*d = r->h\.d;/struct frond_desc *d = r->core.path[r->core.top > 0 ? r->core.top - 1 : 0].d;/
