# riscv/child.c: only loads and stores are answered DONE
# wall: answer-check
s/bool kind = p->kind == FROND_FAULT_LOAD \|\| p->kind == FROND_FAULT_STORE;/bool kind = true;/
