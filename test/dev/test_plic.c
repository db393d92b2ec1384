/*
 * test_plic.c - PLIC: registers, gateways, claim and complete, and what check refuses.
 */
#include "rig.h"

enum {
    PENDING = 0x1000,
    ENABLE_M = 0x2000,
    ENABLE_S = 0x2080,
    THR_M = 0x200000,
    CLAIM_M = 0x200004,
    THR_S = 0x201000,
    CLAIM_S = 0x201004
};

/* Lines at the moment of a write are those last sampled. */
enum pop { P_END, P_W, P_R, P_LINES, P_IRQ /* val: bit per context */ };

struct pstep {
    enum pop op;
    uint32_t off;
    uint32_t val;
};

static const struct {
    const char *name;
    struct pstep steps[24];
} scripts[] = {
    {"priority keeps three bits",
     {{P_W, 4, 0xff}, {P_R, 4, 7}, {P_W, 124, 5}, {P_R, 124, 5}, {P_W, 128, 5}, {P_R, 128, 0}}},
    {"source 0 does not exist",
     {{P_W, 0, 7},
      {P_R, 0, 0},
      {P_W, ENABLE_M, ~0u},
      {P_R, ENABLE_M, ~1u},
      {P_LINES, 0, 1},
      {P_R, PENDING, 0}}},
    {"threshold keeps three bits",
     {{P_W, THR_M, 0x1f}, {P_R, THR_M, 7}, {P_R, THR_S, 0}, {P_W, THR_S, 3}, {P_R, THR_S, 3}}},
    {"pending takes no store", {{P_W, PENDING, ~0u}, {P_R, PENDING, 0}}},
    {"a third context does not exist",
     {{P_W, 0x2100, 2},
      {P_R, 0x2100, 0},
      {P_R, 0x202004, 0},
      {P_R, 0x5ffffc, 0},
      {P_W, 0x2004, 1},
      {P_R, 0x2004, 0}}},
    {"a high line is latched",
     {{P_LINES, 0, 1 << 10}, {P_R, PENDING, 1 << 10}, {P_LINES, 0, 0}, {P_R, PENDING, 1 << 10}}},
    {"not enabled: no interrupt",
     {{P_W, 40, 1}, {P_LINES, 0, 1 << 10}, {P_IRQ, 0, 0}, {P_R, CLAIM_M, 0}}},
    {"priority 0: no interrupt, no claim",
     {{P_W, ENABLE_M, 1 << 10},
      {P_LINES, 0, 1 << 10},
      {P_IRQ, 0, 0},
      {P_R, CLAIM_M, 0},
      {P_R, PENDING, 1 << 10}}},
    {"each context has its own enables",
     {{P_W, 40, 1},
      {P_W, ENABLE_S, 1 << 10},
      {P_LINES, 0, 1 << 10},
      {P_IRQ, 0, 2},
      {P_R, CLAIM_M, 0},
      {P_R, CLAIM_S, 10}}},
    {"threshold masks, a claim takes all the same",
     {{P_W, 40, 3},
      {P_W, ENABLE_S, 1 << 10},
      {P_W, THR_S, 3},
      {P_LINES, 0, 1 << 10},
      {P_IRQ, 0, 0},
      {P_W, THR_S, 2},
      {P_IRQ, 0, 2},
      {P_W, THR_S, 7},
      {P_R, CLAIM_S, 10}}},
    {"highest priority, then lowest number",
     {{P_W, 4, 2},
      {P_W, 8, 5},
      {P_W, 12, 5},
      {P_W, 124, 1},
      {P_W, ENABLE_M, ~0u},
      {P_LINES, 0, 0x8000000e},
      {P_R, CLAIM_M, 2},
      {P_R, CLAIM_M, 3},
      {P_R, CLAIM_M, 1},
      {P_R, CLAIM_M, 31},
      {P_R, CLAIM_M, 0},
      {P_IRQ, 0, 0}}},
    {"claimed: the gateway is shut",
     {{P_W, 40, 1},
      {P_W, ENABLE_M, 1 << 10},
      {P_LINES, 0, 1 << 10},
      {P_R, CLAIM_M, 10},
      {P_R, PENDING, 0},
      {P_LINES, 0, 1 << 10},
      {P_R, PENDING, 0},
      {P_IRQ, 0, 0}}},
    {"complete with the line high: pending again",
     {{P_W, 40, 1},
      {P_W, ENABLE_M, 1 << 10},
      {P_LINES, 0, 1 << 10},
      {P_R, CLAIM_M, 10},
      {P_W, CLAIM_M, 10},
      {P_IRQ, 0, 1},
      {P_R, CLAIM_M, 10}}},
    {"complete with the line low: nothing",
     {{P_W, 40, 1},
      {P_W, ENABLE_M, 1 << 10},
      {P_LINES, 0, 1 << 10},
      {P_R, CLAIM_M, 10},
      {P_LINES, 0, 0},
      {P_W, CLAIM_M, 10},
      {P_IRQ, 0, 0},
      {P_LINES, 0, 1 << 10},
      {P_IRQ, 0, 1}}},
    {"complete from a context without it is ignored",
     {{P_W, 40, 1},
      {P_W, ENABLE_M, 1 << 10},
      {P_LINES, 0, 1 << 10},
      {P_R, CLAIM_M, 10},
      {P_W, CLAIM_S, 10},
      {P_R, PENDING, 0},
      {P_W, CLAIM_M, 10},
      {P_R, PENDING, 1 << 10}}},
    {"complete of another number is ignored",
     {{P_W, 40, 1},
      {P_W, ENABLE_M, ~0u},
      {P_LINES, 0, 1 << 10},
      {P_R, CLAIM_M, 10},
      {P_W, CLAIM_M, 11},
      {P_W, CLAIM_M, 0},
      {P_W, CLAIM_M, 42},
      {P_W, CLAIM_M, ~0u},
      {P_R, PENDING, 0}}},
    {"claimed by one, gone for both",
     {{P_W, 40, 1},
      {P_W, ENABLE_M, 1 << 10},
      {P_W, ENABLE_S, 1 << 10},
      {P_LINES, 0, 1 << 10},
      {P_IRQ, 0, 3},
      {P_R, CLAIM_S, 10},
      {P_IRQ, 0, 0},
      {P_R, CLAIM_M, 0}}},
};

static void run_script(const struct pstep *s) {
    struct frond_plic p = {0};
    uint32_t lines = 0;
    for (; s->op != P_END; s++) {
        switch (s->op) {
        case P_W: plic_write(&p, s->off, s->val, lines); break;
        case P_R: CHECK(plic_read(&p, s->off) == s->val); break;
        case P_LINES:
            lines = s->val;
            plic_sample(&p, lines);
            break;
        case P_IRQ:
            CHECK((plic_interrupt(&p, 0) | plic_interrupt(&p, 1) << 1) == (int)s->val);
            break;
        case P_END: break;
        }
        CHECK(plic_check(&p) == -1);
    }
}

/* What no store can make: a word of the struct, its value, the field named. */
static const struct {
    const char *name;
    unsigned word;
    uint32_t value;
    int offset;
} bad[] = {
    {"check: priority of source 0", 0, 1, 0},
    {"check: priority 8", 5, 8, 20},
    {"check: priority of the last source", 31, 1u << 31, 124},
    {"check: pending source 0", 32, 1, 128},
    {"check: claimed source 0", 33, 1, 132},
    {"check: enabled source 0 for M", 34, 1, 136},
    {"check: enabled source 0 for S", 35, 1, 140},
    {"check: threshold of M", 36, 8, 144},
    {"check: threshold of S", 37, 8, 148},
    {"check: reserved", 38, 1, 152},
    {"check: reserved, last", 39, 1, 156},
    {"check: all enabled is allowed", 34, ~1u, -1},
};

void test_plic(void) {
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        begin_row("plic", scripts[i].name);
        run_script(scripts[i].steps);
        end_row();
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct frond_plic p = {0};
        begin_row("plic", bad[i].name);
        memcpy((uint8_t *)&p + 4 * bad[i].word, &bad[i].value, 4);
        CHECK(plic_check(&p) == bad[i].offset);
        end_row();
    }
    begin_row("plic", "check: pending and claimed at once");
    struct frond_plic p = {.pending = 4, .claimed = 4};
    CHECK(plic_check(&p) == 132);
    end_row();
}
