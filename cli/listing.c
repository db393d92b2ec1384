/* listing.c - see listing.h. The guest's instructions come as text; capstone of Debian 12 knows no RISC-V. */
#include "listing.h"
#include <capstone/capstone.h>
#include <inttypes.h>
#include <stdlib.h>

struct listing {
    FILE *to;
    csh host;
    cs_insn *insn; /* room for one */
};

struct listing *listing_begin(FILE *to) {
    struct listing *l = calloc(1, sizeof *l);

    if (!l)
        return NULL;
    l->to = to;
    if (cs_open(CS_ARCH_X86, CS_MODE_64, &l->host) == CS_ERR_OK &&
        (l->insn = cs_malloc(l->host)) != NULL)
        return l;
    listing_end(l);
    return NULL;
}

void listing_end(struct listing *l) {
    if (!l)
        return;
    if (l->insn)
        cs_free(l->insn, 1);
    if (l->host)
        cs_close(&l->host);
    free(l);
}

/* From `from` to `to`; what is no instruction (what a call tells, behind it) as bytes. */
static void host_code(const struct listing *l, const struct frond_unit *u, size_t from, size_t to) {
    const uint8_t *at = u->host + from;
    uint64_t address = u->code + from;
    size_t left = to - from;

    while (left > 0) {
        fprintf(l->to, "    %" PRIx64 ": ", address);
        if (cs_disasm_iter(l->host, &at, &left, &address, l->insn)) {
            fprintf(l->to, "%s %s\n", l->insn->mnemonic, l->insn->op_str);
        } else {
            fprintf(l->to, ".byte 0x%02x\n", *at);
            at++, address++, left--;
        }
    }
}

void listing_unit(void *opaque, const struct frond_unit *u) {
    const struct listing *l = opaque;

    fprintf(l->to, "unit %" PRIx64 ": %u instructions, %zu bytes at %" PRIx64 "\n", u->insn[0].pc,
            u->insns, u->size, u->code);
    host_code(l, u, 0, u->insn[0].begins);
    for (unsigned k = 0; k < u->insns; k++) {
        fprintf(l->to, "%" PRIx64 ": %s\n", u->insn[k].pc, u->insn[k].text);
        host_code(l, u, u->insn[k].begins, u->insn[k].ends);
    }
    if (u->insn[u->insns - 1].ends < u->size)
        fputs("ways out:\n", l->to);
    host_code(l, u, u->insn[u->insns - 1].ends, u->size);
    fputc('\n', l->to);
}
