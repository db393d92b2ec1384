# jit/slow.c: what a CSR has brought about is looked at behind it
/^static const void \*system_done/,/^}/ s/if \(h->attention \|\| /if (/
