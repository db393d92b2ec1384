/* emit_none.c - for hosts without an emitter: nothing is translated. */
#ifndef __x86_64__
#include "unit.h"

bool emit_common(struct room *room, struct common *c) { return (void)room, (void)c, false; }

bool emit_knows(const struct decoded *d) { return (void)d, false; }

size_t emit_size(void) { return 1; }

bool emit_unit(struct emit *e, struct room *room, const struct common *c, struct unit *u) {
    return (void)e, (void)room, (void)c, (void)u, false;
}

void emit_link(uint8_t *place, ptrdiff_t to_code, const void *code) {
    (void)place, (void)to_code, (void)code;
}
#endif
