# jit/lend.c: a register is lent once
s/taken\[from\] = taken\[to\] = true;/(void)0;/
