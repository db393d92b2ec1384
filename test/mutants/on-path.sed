# riscv/child.c: a descriptor that is on the path is not entered again
# wall: on-path
/ans\.what == CORE_REFUSED \|\|/,/FROND_FAULT_DESC\)\)/s/ans\.what == CORE_REFUSED \|\|/0 \&\& ans.what == CORE_REFUSED \&\&/
