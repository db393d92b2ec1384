# jit/emit_x64.c: whether FS is dirty is not known behind a CSR
/^static void leave_to_system/,/^}/ s/^    e->dirty = e->ready = false;$//
