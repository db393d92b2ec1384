# jit/emit_x64.c: a loop that branches back both ways takes off what it repeats
s/OP_LEA, RAX, RAX, RAX, 0, -/OP_LEA, RAX, RAX, RAX, 0, 1 - /
