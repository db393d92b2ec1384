build3/allocfail/jit/emit_none.o: jit/emit_none.c
