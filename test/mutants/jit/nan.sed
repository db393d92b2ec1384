# jit/emit_x64_fp.c: a result that is a NaN is made by fp.c
/^static void put_number/,/^}/ s/CC_P/CC_L/
