# core/resolve_hv.c: a control block is read for each level
s/pointer\.used == 0/pointer.used != 0/
