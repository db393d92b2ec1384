/* trap.c - what becomes of a trap that the program did not expect. */
#include "lib.h"

_Static_assert(sizeof(struct trap) == 288, "trap_entry.S");
_Static_assert(offsetof(struct trap, status) == 256, "trap_entry.S");

__attribute__((weak)) void trap(struct trap *t) {
    print("trap: cause %lx value %lx pc %lx\n", t->cause, t->value, t->pc);
    finish(99);
}

__attribute__((weak)) void strap(struct trap *t) { trap(t); }
