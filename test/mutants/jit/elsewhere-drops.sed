# jit/slow.c: an entry of the jump cache is not believed once blocks were dropped
s/ \|\| h->fetch->jump_drops != code_drops\(h->code\)//
