# jit/emit_x64.c: a jump back is made only if there are steps left
s/jump_in_unit\(e, jcc\(&e->x, CC_NS\), to\);/jump_in_unit(e, jmp(\&e->x), to);/
