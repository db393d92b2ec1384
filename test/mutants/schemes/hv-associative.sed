# core/resolve_hv.c: composed pages are kept
s/\.associative = true, //
