# core/resolve_flat.c: below a U-mode issuer an access keeps its own mode
s/\*mode = CORE_NP;/(void)mode;/
