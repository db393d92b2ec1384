# jit/emit_x64.c: a branch back takes one step, not three
s/OP_LEA, RAX, RAX, RAX, 0, -/OP_MOV, RAX, RAX, RAX, 0, -/; s/op_rx\(&e->x, W64, OP_MOV, RAX, RAX, RAX, 0, (.*)\);$/mov_imm(\&e->x, RAX, (uint64_t)(int64_t)(\1));/
