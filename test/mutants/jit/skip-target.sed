# jit/emit_x64.c: an instruction that a branch leads to is not made part of another
s/e->u->insn\[k\]\.target \|\| //
