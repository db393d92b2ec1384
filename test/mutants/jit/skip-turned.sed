# jit/emit_x64.c: what is skipped is dropped, and nothing else
s/OP_CMOV \| \(cc \^ 1\), to, RDX/OP_CMOV | cc, to, RDX/
