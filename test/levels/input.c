/*
 * input.c - input and interrupts for a node that is off the path: who is told, once; and nobody else
 * notices. A VMM's own devices interrupt what runs above it.
 */
#include "../../dev/dev.h"
#include "rows.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIELD(f) ((unsigned)offsetof(struct frond_desc, f))
#define FINISH   SW(31, 30, 0)
#define PAGE     ((uint64_t)FROND_PAGE_SIZE)
#define BACK(i)  (OWN(VMM_BACK) + (uint64_t)(i)*PAGE)
#define PLIC(at) (FROND_PLIC_BASE + (at))

enum { RW_ = FROND_R | FROND_W };

/* ---- Input for a node that is off the path --------------------------------------------------------------- */

/* Level 0 has two children: label 1 counts; label 2 owns the UART and waits for input, with its
 * descriptor in VMM_FREE, its table behind, its RAM behind the other's. Input comes while 1 runs. */
enum {
    SECOND_DESC = VMM_FREE,
    SECOND_MAP = VMM_FREE + 0x1000,
    SECOND_RAM = 0x10000,
    COUNT = 20000
};

struct input {
    const char *name;
    bool masked;   /* level 0 does not take source 12 */
    bool none;     /* no input comes */
    bool reset;    /* 1 ends by a reset */
    bool replaced; /* 2 is another node by then: same label, page and program, another uid */
};

static bool input_there;

static long input_give(void *opaque, uint8_t *buf, size_t n) {
    (void)opaque;
    if (!input_there || n == 0)
        return 0;
    input_there = false;
    buf[0] = 'x';
    return 1;
}

/* A node that owns the UART: claims it, enables its source, waits; takes what is there, counts (20) and
 * adds (21), and waits again. */
static const uint32_t waits[] = {
    SB(12, 10, 1),
    SW(12, 11, 40),
    SW(13, 14, 0),
    NOP,
    WFI,
    LW(5, 15, 4),
    LBU(6, 10, 0),
    SW(5, 15, 4),
    ADDI(20, 20, 1),
    ADD(21, 21, 6),
    BEQ(0, 0, -24),
};

static void waiter(struct frond_desc *d) {
    d->x[10] = FROND_UART_BASE;
    d->x[11] = FROND_PLIC_BASE;
    d->x[12] = 1;
    d->x[13] = 1 << FROND_IRQ_UART;
    d->x[14] = PLIC(0x2000);
    d->x[15] = PLIC(0x200000);
    d->csr.mie = 0x800;
}

static void input_before(struct tower *t) {
    static const struct dev_char chr = {.read = input_give};
    const struct frond_range map[] = {
        {FROND_UART_BASE, PAGE, FROND_UART_BASE, RW_},
        {BASE, LEAF_RAM, OWN(VMM_OWN) + SECOND_RAM, RWX},
    };
    struct frond_desc d = {.magic = FROND_MAGIC,
                           .version = FROND_ABI_VERSION,
                           .label = 2,
                           .uid = 202,
                           .budget = UINT64_MAX,
                           .pc = BASE};

    d.map_p = d.map_np = (struct frond_map){OWN(SECOND_MAP), 2};
    waiter(&d);
    tower_write(t, 0, OWN(SECOND_DESC), &d, sizeof d);
    tower_write(t, 0, OWN(SECOND_MAP), map, sizeof map);
    tower_write(t, 1, BASE + SECOND_RAM, waits, sizeof waits);
    if (frond_attach_uart(t->m, &chr))
        exit(2);
    frond_poll_input(t->m, false);
}

static bool ends_undisturbed(const struct input *k) { return k->masked || k->none; }

static void input_build(struct tower *t, const struct input *k) {
    struct frond_desc *d = &t->level[1].d;
    struct party *p = &t->level[0].p;

    t->leaf_ram = 2 * SECOND_RAM;
    t->leaf_sees = SECOND_RAM;
    d->x[6] = COUNT;
    if (k->reset)
        d->x[31] = 0x7777;
    tower_code(t, (uint32_t[]){ADDI(5, 5, 1), BNE(5, 6, -4), FINISH}, 3);
    t->before = input_before;
    order(p, VMM_PUT, FROND_PLIC_BASE + 4 * FROND_IRQ_CTL, 1, 4);
    order(p, VMM_PUT, FROND_PLIC_BASE + 0x2000, 1 << FROND_IRQ_CTL, 4);
    if (!k->masked)
        order(p, VMM_CSR, 0x304, 0x800, 0);
    order(p, VMM_ENTER, OWN(SECOND_DESC), 0, 0); /* 0: IDLE */
    if (k->replaced)
        order(p, VMM_PUT, OWN(SECOND_DESC) + FIELD(uid), 203, 8);
    order_enter(p); /* 1: INTERRUPT; or the end of 1 */
    order(p, VMM_GET, FROND_PLIC_BASE + 0x200004, 0, 4);
    order(p, VMM_ENTER, OWN(SECOND_DESC), 0, 0); /* 3: it has its input */
    order(p, VMM_PUT, FROND_PLIC_BASE + 0x200004, FROND_IRQ_CTL, 4);
    order(p, VMM_GET, FROND_PLIC_BASE + 0x200004, 0, 4);
    if (!ends_undisturbed(k))
        order_enter(p); /* 5: the end of 1, not interrupted again */
    order(p, VMM_ENTER, OWN(SECOND_DESC), 0, 0);
    order(p, VMM_END, 0, 0, 0);
}

/* Node 0 until it ends; input after some steps of 1. */
static void input_go(struct tower *t, const struct input *k) {
    struct frond_desc *d = frond_desc(t->m);

    d->budget = 30000;
    if (!tower_enter(t))
        return;
    WANT(t, d->exit.reason, FROND_EXIT_BUDGET);
    WANT(t, tower_desc(t, 1).clock > 1000, true);
    WANT(t, tower_desc(t, 1).clock < 2 * COUNT - 1000, true);
    WANT(t, d->active, OWN(VMM_DESC) | 4);
    input_there = !k->none;
    WANT(t, frond_poll(t->m), !k->none);
    d->budget = UINT64_MAX / 2;
    tower_enter(t);
    WANT(t, d->exit.reason, FROND_EXIT_HALT);
    WANT(t, d->exit.value, 0);
}

static uint64_t input_hash(struct tower *t) {
    const uint64_t label = 1;
    uint64_t hash = 0, holes;

    if (frond_hash(t->m, (struct frond_name){&label, 1}, &hash, &holes))
        snprintf(t->wrong, sizeof t->wrong, "no hash");
    return hash;
}

static void input_check(struct tower *t, const struct input *k) {
    const struct vmm_record *r = row_record(t, 0, 0);
    bool heard = !k->none && !k->replaced;
    bool ended = ends_undisturbed(k);

    WANT(t, r->d.exit.reason, FROND_EXIT_IDLE);
    WANT(t, r->d.x[20], 0);
    r = row_record(t, 0, 1);
    WANT(t, r->d.exit.reason, ended ? FROND_EXIT_HALT : FROND_EXIT_INTERRUPT);
    WANT(t, r->who, k->none ? UINT64_MAX : 2);
    WANT(t, row_record(t, 0, 2)->value, k->none ? 0 : FROND_IRQ_CTL);
    r = row_record(t, 0, 3);
    WANT(t, r->d.exit.reason, FROND_EXIT_IDLE);
    WANT(t, r->who, UINT64_MAX);
    WANT(t, r->d.x[20], heard);
    WANT(t, r->d.x[21], heard ? 'x' : 0);
    WANT(t, r->d.plic.pending, 0);
    WANT(t, row_record(t, 0, 4)->value, 0); /* told once */
    r = row_record(t, 0, ended ? 1 : 5);
    WANT(t, r->d.exit.reason, FROND_EXIT_HALT);
    WANT(t, r->d.exit.kind, k->reset ? FROND_HALT_RESET : FROND_HALT_EXIT);
    WANT(t, row_record(t, 0, ended ? 5 : 6)->d.x[20], heard);
}

/* The hash of 0.1 in the end; 0: something was wrong. */
static uint64_t input_run(const struct input *k, uint64_t shake, char *why, size_t size) {
    struct tower *t = tower_new(1);
    uint64_t hash = 0;

    t->audit = shake == 0;
    input_build(t, k);
    if (tower_begin(t, shake)) {
        input_go(t, k);
        if (t->wrong[0] == 0)
            input_check(t, k);
        hash = input_hash(t);
    }
    snprintf(why, size, "%s%s", shake ? "shaken: " : "", t->wrong);
    if (t->wrong[0])
        hash = 0;
    tower_free(t);
    return hash;
}

/* ---- One level deeper: each is told, once, when it can be ------------------------------------------- */

/* 0.1.2 (the leaf, label 2) owns the UART and waits, 0.1 waits for news of it; 0 runs 0.7, which counts,
 * and is told of 0.1; 0.1, entered, is told of 0.1.2. */
static void told_before(struct tower *t) {
    static const struct dev_char chr = {.read = input_give};
    const struct frond_range map = {BASE, PAGE, BACK(0), RWX};
    const uint32_t code[] = {ADDI(5, 5, 1), BNE(5, 6, -4), FINISH};
    struct frond_desc d = {.magic = FROND_MAGIC,
                           .version = FROND_ABI_VERSION,
                           .label = 7,
                           .uid = 107,
                           .budget = UINT64_MAX,
                           .pc = BASE};

    d.map_p = d.map_np = (struct frond_map){OWN(SECOND_MAP), 1};
    d.x[6] = COUNT;
    d.x[30] = FROND_FINISHER_BASE;
    d.x[31] = 0x5555;
    tower_write(t, 0, OWN(SECOND_DESC), &d, sizeof d);
    tower_write(t, 0, OWN(SECOND_MAP), &map, sizeof map);
    tower_write(t, 0, BACK(0), code, sizeof code);
    if (frond_attach_uart(t->m, &chr))
        exit(2);
    frond_poll_input(t->m, false);
}

static void takes_12(struct party *p) {
    order(p, VMM_PUT, PLIC(4 * FROND_IRQ_CTL), 1, 4);
    order(p, VMM_PUT, PLIC(0x2000), 1 << FROND_IRQ_CTL, 4);
    order(p, VMM_CSR, 0x304, 0x800, 0);
}

static void told_build(struct tower *t, unsigned owner) {
    struct party *low = &t->level[0].p, *one = &t->level[1].p;

    (void)owner;
    for (unsigned l = 1; l <= 2; l++)
        tower_range(t, l, 0, FROND_UART_BASE, PAGE, FROND_UART_BASE, RW_);
    waiter(&t->level[2].d);
    tower_code(t, waits, sizeof waits / sizeof waits[0]);
    t->before = told_before;
    takes_12(one);
    order_enter(one);             /* 0: IDLE */
    order(one, VMM_WFI, 0, 0, 0); /* 1 */
    order(one, VMM_GET, FROND_CTL_BASE + FROND_CTL_WHO, 0, 8);
    order(one, VMM_GET, PLIC(0x200004), 0, 4);
    order_enter(one); /* 4: it has heard */
    order(one, VMM_END, 0, 0, 0);
    takes_12(low);
    order_enter(low);                              /* 0: IDLE of 0.1 */
    order(low, VMM_ENTER, OWN(SECOND_DESC), 0, 0); /* 1: INTERRUPT */
    order(low, VMM_GET, FROND_CTL_BASE + FROND_CTL_WHO, 0, 8);
    order(low, VMM_GET, PLIC(0x200004), 0, 4);
    order_enter(low); /* 4: 0.1 ends */
    order(low, VMM_PUT, PLIC(0x200004), FROND_IRQ_CTL, 4);
    order(low, VMM_ENTER, OWN(SECOND_DESC), 0, 0); /* 5: it ends, told of nothing again */
    order(low, VMM_END, 0, 0, 0);
}

static void told_check(struct tower *t, unsigned owner) {
    (void)owner;
    WANT(t, row_record(t, 0, 0)->d.exit.reason, FROND_EXIT_IDLE);
    WANT(t, row_record(t, 0, 1)->d.exit.reason, FROND_EXIT_INTERRUPT);
    WANT(t, row_record(t, 0, 2)->value, 1);
    WANT(t, row_record(t, 0, 3)->value, FROND_IRQ_CTL);
    WANT(t, row_record(t, 0, 4)->d.exit.reason, FROND_EXIT_HALT);
    WANT(t, row_record(t, 0, 4)->who, UINT64_MAX);
    WANT(t, row_record(t, 0, 5)->d.exit.reason, FROND_EXIT_HALT);
    WANT(t, row_record(t, 0, 5)->d.clock, 2 * COUNT + 1);
    WANT(t, row_record(t, 1, 0)->d.exit.reason, FROND_EXIT_IDLE);
    WANT(t, row_record(t, 1, 2)->value, 2);
    WANT(t, row_record(t, 1, 3)->value, FROND_IRQ_CTL);
    WANT(t, row_record(t, 1, 4)->d.exit.reason, FROND_EXIT_IDLE);
    WANT(t, row_record(t, 1, 4)->who, UINT64_MAX);
    WANT(t, tower_desc(t, 2).x[20], 1);
    WANT(t, tower_desc(t, 2).x[21], 'x');
}

/* ---- A VMM's own device ------------------------------------------------------------------------- */

/* Level `owner` of two VMMs has the UART for itself: its line ends the ENTER that it stands in. */
static void own_build(struct tower *t, unsigned owner) {
    struct party *p = &t->level[owner].p;

    for (unsigned l = 1; l <= owner; l++)
        tower_range(t, l, 0, FROND_UART_BASE, PAGE, FROND_UART_BASE, RW_);
    t->level[2].d.x[6] = COUNT;
    tower_code(t, (uint32_t[]){ADDI(5, 5, 1), BNE(5, 6, -4), FINISH}, 3);
    t->before = told_before;
    order(p, VMM_PUT, FROND_UART_BASE + 1, 1, 1);
    order(p, VMM_PUT, PLIC(4 * FROND_IRQ_UART), 1, 4);
    order(p, VMM_PUT, PLIC(0x2000), 1 << FROND_IRQ_UART, 4);
    order(p, VMM_CSR, 0x304, 0x800, 0);
    order_enter(p); /* 0: INTERRUPT */
    order(p, VMM_GET, PLIC(0x200004), 0, 4);
    order(p, VMM_GET, FROND_UART_BASE, 0, 1);
    order(p, VMM_PUT, PLIC(0x200004), FROND_IRQ_UART, 4);
    order_enter(p); /* 3: the end */
}

static void own_check(struct tower *t, unsigned owner) {
    int l = (int)owner;

    WANT(t, row_record(t, l, 0)->d.exit.reason, FROND_EXIT_INTERRUPT);
    WANT(t, row_record(t, l, 0)->d.active, owner == 0 ? OWN(VMM_DESC) | 4 : 0);
    WANT(t, row_record(t, l, 1)->value, FROND_IRQ_UART);
    WANT(t, row_record(t, l, 2)->value, 'x');
    WANT(t, row_record(t, l, 3)->d.exit.reason, FROND_EXIT_HALT);
    WANT(t, tower_desc(t, 2).clock, 2 * COUNT + 1);
    row_quiet(t, 1 - owner);
}

/* Input when node 0 has made so many steps, with something running that counts. */
static void go(struct tower *t, uint64_t steps) {
    struct frond_desc *d = frond_desc(t->m);

    d->budget = steps;
    if (!tower_enter(t))
        return;
    WANT(t, d->exit.reason, FROND_EXIT_BUDGET);
    input_there = true;
    WANT(t, frond_poll(t->m), true);
    d->budget = UINT64_MAX / 2;
    tower_enter(t);
    WANT(t, d->exit.reason, FROND_EXIT_HALT);
    WANT(t, d->exit.value, 0);
}

struct two {
    const char *name;
    unsigned owner;
    void (*build)(struct tower *t, unsigned owner);
    void (*check)(struct tower *t, unsigned owner);
    uint64_t steps; /* before the input */
};

static void two_levels(const struct two *k) {
    char why[WHY] = "";
    bool ok = true;

    for (uint64_t shake = 0; shake < 4 && ok; shake++) {
        struct tower *t = tower_new(2);
        t->audit = shake == 0;
        k->build(t, k->owner);
        if (tower_begin(t, shake)) {
            go(t, k->steps);
            k->check(t, k->owner);
        }
        ok = t->wrong[0] == 0;
        snprintf(why, sizeof why, "%s%s", shake ? "shaken: " : "", t->wrong);
        tower_free(t);
    }
    row_result(ok, why, "input: %s", k->name);
}

static const struct two twos[] = {
    {"for 0.1.2 while 0.7 runs: 0 is told of 0.1, 0.1 of 0.1.2", 0, told_build, told_check, 40000},
    {"for node 0 ends its ENTER", 0, own_build, own_check, 25000},
    {"for node 0.1 ends its ENTER", 1, own_build, own_check, 25000},
};

void input_rows(void) {
    static const struct input inputs[] = {
        {"none", false, true, false, false},
        {"for 0.2 while 0.1 runs, source 12 taken", false, false, false, false},
        {"for 0.2 while 0.1 runs, source 12 masked", true, false, false, false},
        {"for a 0.2 that was replaced, source 12 taken", false, false, false, true},
        {"for a 0.2 that was replaced, source 12 masked", true, false, false, true},
        {"none, 0.1 resets itself", false, true, true, false},
        {"for 0.2, 0.1 resets itself", false, false, true, false},
        {"for 0.2, masked, 0.1 resets itself", true, false, true, false},
    };
    uint64_t quiet[2] = {0, 0}; /* hash of 0.1 without input; with its reset */

    for (unsigned i = 0; i < sizeof inputs / sizeof inputs[0]; i++) {
        const struct input *k = &inputs[i];
        char why[WHY] = "";
        bool ok = true;
        for (uint64_t shake = 0; shake < 4 && ok; shake++) {
            uint64_t hash = input_run(k, shake, why, sizeof why);
            if (k->none && shake == 0)
                quiet[k->reset] = hash;
            ok = hash != 0 && hash == quiet[k->reset];
        }
        row_result(ok, why[0] ? why : "the hash of 0.1 is another", "input: %s", k->name);
    }
    for (unsigned i = 0; i < sizeof twos / sizeof twos[0]; i++)
        two_levels(&twos[i]);
}
