# jit/emit_x64.c: that FS is dirty is not known where a branch leads
/^static void write_all/,/^}/ s/^            e->dirty = e->ready = false;$//
