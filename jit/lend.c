/*
 * lend.c - see unit.h: which registers a unit keeps in the host's while it runs.
 *
 * Some of x always stand in the host's, so that units can follow each other without a word. A unit with a loop
 * that uses others more does better to put some of those aside for its time: each that it lends costs a store and
 * a load on the way in, and the same on the way out.
 */
#include "unit.h"
#include <string.h>

enum {
    IN_LOOP = 8,
    AT_MOST = 64,
    WORTH = 16
}; /* uses count so much, by loops around; what a loan must win */

static const char *const files_of[ROWS] = {
#define ROW(name, mask, match, format, registers, ...) #registers,
#include "../riscv/insn.def"
#undef ROW
};

static bool is_relative(const struct decoded *d) {
    return (d->row >= ROW_beq && d->row <= ROW_bgeu) || d->row == ROW_jal;
}

/* Where instruction k may jump to in the unit; -1: nowhere. */
static int target_of(const struct unit *u, unsigned k) {
    int64_t to = (int64_t)u->insn[k].at + u->insn[k].d.imm;

    return is_relative(&u->insn[k].d) && to >= 0 && to < UNIT_PAGE ? u->index[to / 2] : -1;
}

/* Calls, and jumps by a table: the unit is left and entered again in the middle of a loop. */
static bool goes_away(const struct unit *u, unsigned k) {
    const struct decoded *d = &u->insn[k].d;

    if (d->row == ROW_jalr)
        return d->rd != 0 || d->rs1 != 1;
    return d->row == ROW_jal && d->rd != 0 && target_of(u, k) < 0;
}

/* What a use by each instruction counts. Loops are told by their first instruction. */
static bool count_loops(const struct unit *u, uint8_t *weight) {
    uint8_t last[JIT_UNIT_MAX] = {
        0}; /* of the loop that begins here; 0: none, or of one instruction */
    bool any = false;

    memset(weight, 1, u->n);
    for (unsigned k = 0; k < u->n; k++) {
        int to = target_of(u, k);
        if (to >= 0 && (unsigned)to < k)
            last[to] = (uint8_t)k;
    }
    for (unsigned first = 0; first < u->n; first++) {
        bool away = last[first] == 0;
        for (unsigned k = first; k <= last[first] && !away; k++)
            away = goes_away(u, k);
        for (unsigned k = first; k <= last[first] && !away; k++)
            weight[k] = weight[k] * IN_LOOP > AT_MOST ? AT_MOST : (uint8_t)(weight[k] * IN_LOOP);
        any |= !away;
    }
    return any;
}

static void count_uses(const struct unit *u, const uint8_t *weight, unsigned *uses) {
    for (unsigned k = 0; k < u->n; k++) {
        const struct decoded *d = &u->insn[k].d;
        const char *files = files_of[d->row];
        const uint8_t n[3] = {d->rd, d->rs1, d->rs2};
        for (unsigned i = 0; i < 3; i++)
            uses[n[i]] += files[i] == 'X' ? weight[k] : 0;
    }
    uses[0] = 0;
}

unsigned unit_lend(const struct unit *u, const uint8_t home[32], struct lend out[LENDS]) {
    uint8_t weight[JIT_UNIT_MAX];
    unsigned uses[32] = {0}, n = 0;
    bool taken[32] = {false};

    if (!count_loops(u, weight))
        return 0;
    count_uses(u, weight, uses);
    for (; n < LENDS; n++) {
        int from = -1, to = -1;
        for (int x = 1; x < 32; x++) {
            if (taken[x])
                continue;
            if (home[x] && (from < 0 || uses[x] < uses[from]))
                from = x;
            if (!home[x] && (to < 0 || uses[x] > uses[to]))
                to = x;
        }
        if (from < 0 || to < 0 || uses[to] < uses[from] + WORTH)
            break;
        taken[from] = taken[to] = true;
        out[n] = (struct lend){(uint8_t)from, (uint8_t)to};
    }
    return n;
}
