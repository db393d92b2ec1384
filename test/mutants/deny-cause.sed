# riscv/child.c: DENY raises an access fault and nothing else
# wall: answer-check
s/if \(p\.cause != CAUSE_FETCH_ACCESS && p\.cause != CAUSE_LOAD_ACCESS &&/if (0 \&\&/
