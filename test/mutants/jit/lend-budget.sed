# jit/emit_x64.c: what is lent is given back when the budget ends in a loop
s/^    if \(s->what == STUB_BUDGET\)$/    if (0)/
