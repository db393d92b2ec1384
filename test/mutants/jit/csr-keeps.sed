# jit/emit_x64.c: xepc is even
s/if \(~w\.keeps != 0\)/if (0)/
