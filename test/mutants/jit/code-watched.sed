# jit/jit.c: a store to an instruction that only a unit was made from drops it
s/\*bytes_used = j->unit\.end - b->offset;/*bytes_used = 2;/
