build3/jit/emit_none.o: jit/emit_none.c
