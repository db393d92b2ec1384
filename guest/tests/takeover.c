/*
 * takeover.c - the client of nk, taken over: the attacker's code runs in S-mode, from the first instruction on or
 * from some later one, and tries to reach what is nk's. Rows: what is tried, and what must come of it.
 *
 * It is linked like the nucleus (guest/nucleus/link.ld), with this in the place of the client. After each row nk's
 * region is as it was, byte by byte; its invariants hold (nk_check); and an honest child, with all that it can
 * reach, still runs to its end.
 */
#include "../nucleus/gate/gate.h"
#include "lib.h"
#include "nk.h"

enum { CHILD_PAGES = 4, ROOM = 8, CHILDREN = 3, OBJECTS = 2, GIVEN = 256 };
enum { FETCH = 1, ILLEGAL = 2, LOAD = 5, STORE = 7, USER_CALL = 8, NONE = 99 };

#define PAGE ((uint64_t)FROND_PAGE_SIZE)

extern char nk_start[], nk_bss_start[], nk_stack_end[], client_start[], client_text_end[];
extern char child_code[], child_spin[], child_end[];
uint64_t try_load(uint64_t at), try_load_byte(uint64_t at), try_lr(uint64_t at),
    try_fetch(uint64_t at);
uint64_t try_store(uint64_t at, uint64_t v), try_store_byte(uint64_t at, uint64_t v);
uint64_t try_amo(uint64_t at, uint64_t v), try_sc(uint64_t at, uint64_t v);
uint64_t try_mret(void), try_registers(void);
uint64_t try_user(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t function);
struct gate_answer try_call(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t function,
                            uint64_t sp);
extern char try_csr[]; /* 16 bytes each: read, write */

static const struct nk *nk;
static uint64_t region, region_end, objects, memory, end; /* of memory that may be granted */
static unsigned passed, failed;

static uint64_t at(const void *p) { return (uint64_t)(uintptr_t)p; }

/* ---- Traps -------------------------------------------------------------------------------------- */

static uint64_t cause, value, interrupted_at; /* of the last trap; NONE */

void strap(struct trap *t) {
    if (t->cause >> 63) {
        interrupted_at = t->pc;
        csr_clear("sie", MIE_STIE);
        return;
    }
    cause = t->cause;
    value = t->value;
    t->pc = t->x[1];
    if (cause == USER_CALL)
        t->status |= 1 << 8; /* SPP: back into S-mode */
}

static uint64_t cause_of(uint64_t (*attempt)(uint64_t), uint64_t a) {
    cause = NONE;
    (void)attempt(a);
    return cause;
}

static uint64_t cause_of_two(uint64_t (*attempt)(uint64_t, uint64_t), uint64_t a, uint64_t b) {
    cause = NONE;
    (void)attempt(a, b);
    return cause;
}

/* ---- What must stay ----------------------------------------------------------------------------- */

static uint64_t ask(uint64_t function, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
                    uint64_t f) {
    return gate_call(a, b, c, d, e, f, function, GATE_EXTENSION).code;
}

static uint64_t sum_of_region(void) {
    uint64_t sum = 0;

    for (uint64_t p = region; p < region_end + OBJECTS * PAGE; p += 8)
        sum = (sum ^ read64(p)) * 0x100000001b3;
    return sum;
}

/* Child `slot` from its first instruction: why it was left. */
static const struct frond_access *run(uint64_t slot, uint64_t pc, uint64_t budget) {
    (void)ask(NK_CALL_CHILD_RESET, slot, 0, 0, 0, 0, 0);
    (void)ask(NK_CALL_CHILD_SET, slot, NK_FIELD_PC, 0, pc, 0, 0);
    (void)ask(NK_CALL_CHILD_SET, slot, NK_FIELD_BUDGET, 0, budget, 0, 0);
    (void)ask(GATE_ENTER, slot, FROND_RETRY, 0, 0, 0, 0);
    return &nk->desc[slot].exit;
}

static uint64_t before;
static bool
    listing; /* each row says what it is: object, means, and what stops it (test/walls/walls) */

static void list(const char *name, const char *means, const char *wall) {
    static const char *whole; /* of which a name with dots is a part */
    bool part = name[0] == '.';

    if (!part)
        whole = name;
    if (listing)
        print("row\t%s%s%s\t%s\t%s\n", whole, part ? ", " : "", part ? name + 4 : "", means, wall);
}

static void row(const char *name, const char *means, const char *wall, bool ok) {
    const char *wrong = NULL;

    list(name, means, wall);

    if (!ok)
        wrong = "had its way";
    else if (sum_of_region() != before)
        wrong = "nk's memory has changed";
    else if (nk_check(nk) != NULL)
        wrong = nk_check(nk);
    else if (run(0, FROND_RAM_BASE, UINT64_MAX)->reason != FROND_EXIT_HALT ||
             nk->desc[0].exit.value != 42)
        wrong = "the honest child is not what it was";
    passed += wrong == NULL;
    failed += wrong != NULL;
    if (wrong != NULL)
        print("FAIL %s [%s]: %s (%s; cause %lu value %lx)\n", name, wall, wrong, means, cause,
              value);
    before = sum_of_region();
}

/* ---- Accesses ----------------------------------------------------------------------------------- */

/* What keeps the client from an address, or from what it may not do there. */
static const char *guard(uint64_t a) {
    a %= (uint64_t)1 << 32; /* by a page table: there are several names */
    if (a - FROND_CTL_BASE < FROND_CTL_SIZE)
        return "pmp-controller";
    if (a - FROND_VIRTIO_BASE < FROND_VIRTIO_SLOTS * FROND_VIRTIO_STRIDE)
        return "pmp-virtio";
    if (a >= at(nk_start) && a < at(client_start))
        return "pmp-nk";
    if (a >= at(client_start) && a < at(client_text_end))
        return "pmp-text";
    return a >= region && a < memory ? "pmp-region" : "pmp-data";
}

enum means { LOADS = 1, STORES = 2, FETCHES = 4, READS = 8 /* may load, but not atomically */ };

static void closed(const char *name, uint64_t a, unsigned means) {
    bool ok = true;

    if (means & LOADS)
        ok &= cause_of(try_load, a) == LOAD && cause_of(try_load_byte, a + 7) == LOAD &&
              cause_of(try_lr, a) == LOAD;
    if (means & STORES)
        ok &= cause_of_two(try_store, a, ~(uint64_t)0) == STORE &&
              cause_of_two(try_store_byte, a + 3, 255) == STORE &&
              cause_of_two(try_amo, a, 1) == STORE && cause_of_two(try_sc, a, 1) == STORE;
    if (means & FETCHES)
        ok &= cause_of(try_fetch, a) == FETCH;
    if (means & READS)
        ok &= cause_of(try_load, a) == NONE;
    row(name,
        means & LOADS
            ? (means & FETCHES ? "loads, stores, atomics, a fetch" : "loads, stores, atomics")
        : means & STORES ? (means & FETCHES ? "stores, atomics, a fetch" : "stores, atomics")
                         : "a fetch",
        guard(a), ok);
}

static void accesses(const char *how, uint64_t shift) {
    const struct {
        const char *name;
        uint64_t at;
        unsigned means;
    } object[] = {
        {"nk's first instruction", at(nk_start), LOADS | STORES | FETCHES},
        {"nk's last page", at(client_start) - 8, LOADS | STORES | FETCHES},
        {"nk's data", at(nk_bss_start), LOADS | STORES | FETCHES},
        {"nk's stack", at(nk_stack_end) - 128, LOADS | STORES | FETCHES},
        {"the node controller's ID", FROND_CTL_BASE + FROND_CTL_ID, LOADS | STORES | FETCHES},
        {"ENTER", FROND_CTL_BASE + FROND_CTL_ENTER, LOADS | STORES},
        {"WHO", FROND_CTL_BASE + FROND_CTL_WHO, LOADS | STORES},
        {"STATUS", FROND_CTL_BASE + FROND_CTL_STATUS, LOADS | STORES},
        {"the first virtio slot", FROND_VIRTIO_BASE, LOADS | STORES},
        {"the last virtio slot's doorbell",
         FROND_VIRTIO_BASE + (FROND_VIRTIO_SLOTS - 1) * FROND_VIRTIO_STRIDE + 0x50, LOADS | STORES},
        {"a descriptor's magic", (uint64_t)nk->desc_at, READS | STORES | FETCHES},
        {"a descriptor's map", (uint64_t)nk->desc_at + FROND_D_MAP_P, READS | STORES},
        {"a descriptor's active", (uint64_t)nk->desc_at + FROND_D_ACTIVE, READS | STORES},
        {"a descriptor's pc", (uint64_t)nk->desc_at + FROND_D_PC, READS | STORES},
        {"the last byte of the descriptors", (uint64_t)nk->desc_at + CHILDREN * PAGE - 8,
         READS | STORES},
        {"a range", (uint64_t)nk->range_at + 16, READS | STORES},
        {"a page record", at(nk->page), READS | STORES},
        {"a child's record", at(nk->child) + 8, READS | STORES},
        {"struct nk", at(nk), READS | STORES},
        {"the end of the region", region_end - 8, READS | STORES},
        {"an object", objects, READS | STORES | FETCHES},
        {"own text", at(client_start) + 64, READS | STORES},
        {"own data, as code", at(&nk), READS | FETCHES},
        {"a child's memory, as code", memory, READS | FETCHES},
    };
    char name[80];

    for (unsigned i = 0; i < sizeof object / sizeof object[0]; i++) {
        size_t n = strlen(object[i].name);

        memcpy(name, object[i].name, n);
        memcpy(name + n, how, strlen(how) + 1);
        closed(name, object[i].at + shift, object[i].means);
    }
}

/* A store of 8 bytes of which some are nk's: nothing is stored. */
static void crossing(void) {
    uint64_t last = region - 8, was = read64(last);
    bool ok = cause_of_two(try_store, region - 4, ~(uint64_t)0) == STORE && read64(last) == was;

    row("the region", "a store that ends in it", "pmp-region", ok);
    was = read64(memory);
    ok = cause_of_two(try_store, memory - 4, ~(uint64_t)0) == STORE && read64(memory) == was;
    row("the region", "a store that begins in it", "pmp-region", ok);
    row("nk's memory", "a load that begins in it", "pmp-nk",
        cause_of(try_load, at(client_start) - 4) == LOAD);
}

/* ---- Page tables -------------------------------------------------------------------------------- */

static uint64_t root[512] __attribute__((aligned(4096)));

enum { V = 1, R = 2, W = 4, X = 8, U = 16, A = 64, D = 128 };

static uint64_t pte(uint64_t to, uint64_t flags) { return to >> 12 << 10 | flags; }

static void paging(uint64_t table) {
    csr_write("satp", table == 0 ? 0 : (uint64_t)8 << 60 | table >> 12);
    __asm__ volatile("sfence.vma" ::: "memory");
}

/* Virtual: all of the first 4 GiB once more. */
#define WINDOW ((uint64_t)64 << 30)
#define USERS  ((uint64_t)80 << 30)

static void page_tables(void) {
    for (uint64_t i = 0; i < 4; i++) {
        root[i] = pte(i << 30, V | R | W | X | A | D);
        root[64 + i] = pte(i << 30, V | R | W | X | A | D);
        root[80 + i] =
            pte(i << 30, V | X | U | A | D); /* readable with MXR, and in S-mode with SUM */
    }
    paging(at(root));
    accesses(", through a page table", WINDOW);
    csr_set("sstatus", 1 << 18 | 1 << 19); /* SUM, MXR */
    row("nk's text", "a load with SUM and MXR", "pmp-nk",
        cause_of(try_load, at(nk_start) + USERS) == LOAD &&
            cause_of(try_load, at(client_start) + USERS) == NONE);
    csr_clear("sstatus", 1 << 18 | 1 << 19);
    root[68] = pte(at(nk_start), V);
    row("nk's text", "as a page table", "pmp-nk", cause_of(try_load, (uint64_t)68 << 30) == LOAD);
    root[68] = pte(FROND_CTL_BASE, V);
    row("the node controller", "as a page table", "pmp-controller",
        cause_of(try_load, (uint64_t)68 << 30) == LOAD);
    paging(0);
}

/* Entries that the client has nk write into a descriptor: they are read, but A and D are not set there. */
static void tables_in_the_region(void) {
    uint64_t index = (FROND_D_X + 8) / 8; /* x[1], as an entry of a root that is the descriptor */
    uint64_t load, store;

    (void)ask(NK_CALL_CHILD_SET, 1, NK_FIELD_X, 1, pte(0x80000000, V | R | W | X), 0, 0);
    (void)ask(NK_CALL_CHILD_SET, 1, NK_FIELD_X, 2, pte(0x80000000, V | R | W | X | A), 0, 0);
    before = sum_of_region();
    root[70] =
        pte((uint64_t)nk->desc_at + PAGE, V); /* its x[1] is entry `index` there: a megapage */
    paging(at(root));
    load = cause_of(try_load, ((uint64_t)70 << 30) + (index << 21));
    store = cause_of_two(try_store, ((uint64_t)70 << 30) + ((index + 1) << 21), 1);
    paging(0);
    row("a descriptor", "A set by the walker", "pmp-region", load == LOAD);
    row("a descriptor", "D set by the walker", "pmp-region", store == STORE);
}

/* ---- CSRs --------------------------------------------------------------------------------------- */

static void csrs(void) {
    static const char *const name[] = {"mstatus",    "misa",     "medeleg",  "mideleg", "mie",
                                       "mip",        "mtvec",    "mscratch", "mepc",    "mcause",
                                       "mcounteren", "menvcfg",  "pmpcfg0",  "pmpcfg2", "pmpaddr0",
                                       "pmpaddr3",   "pmpaddr6", "pmpaddr7", "mcycle"};

    for (unsigned i = 0; i < sizeof name / sizeof name[0]; i++) {
        uint64_t (*read)(uint64_t) = (uint64_t(*)(uint64_t))(void *)(try_csr + 16 * i);
        uint64_t (*write)(uint64_t) = (uint64_t(*)(uint64_t))(void *)(try_csr + 16 * i + 8);

        row(name[i], "csrr, csrw", "privilege",
            cause_of(read, 0) == ILLEGAL && cause_of(write, ~(uint64_t)0) == ILLEGAL);
    }
    cause = NONE;
    (void)try_mret();
    row("M-mode", "mret", "privilege", cause == ILLEGAL);
    csr_set("sstatus", MSTATUS_MPRV | MSTATUS_MPP);
    row("MPRV", "by sstatus", "privilege",
        (csr_read("sstatus") & (MSTATUS_MPRV | MSTATUS_MPP)) == 0 &&
            cause_of(try_load, at(nk_start)) == LOAD);
    csr_set("sie", MIE_MSIE | MIE_MTIE | MIE_MEIE);
    row("machine interrupts", "by sie", "privilege",
        (csr_read("sie") & (MIE_MSIE | MIE_MTIE | MIE_MEIE)) == 0);
    write32(CLINT_MSIP, 1);
    write64(CLINT_MTIMECMP, 0);
    row("machine interrupts", "by the CLINT", "gate-traps",
        ask(NK_CALL_CHILD_SET, 9, 0, 0, 0, 0, 0) == NK_NOT_CHILD);
    write32(CLINT_MSIP, 0);
}

/* ---- Calls -------------------------------------------------------------------------------------- */

#define WRAP (~(uint64_t)0)
#define RWX  (FROND_R | FROND_W | FROND_X)
#define HIGH ((uint64_t)1 << 32)

/* What refuses: by call and code. */
static const char *wall_of(uint64_t function, uint64_t code) {
    switch (code) {
    case NK_OWN:
    case NK_OUTSIDE:
        return function == NK_CALL_CHILD_CREATE ? "nk-entries"
               : function == NK_CALL_PUT        ? "nk-objects"
                                                : "nk-areas";
    case NK_TAKEN: return "nk-taken";
    case NK_READ_ONLY: return "nk-read-only";
    case NK_BAD_RANGE: return "nk-ranges";
    case NK_BAD_FIELD: return "nk-fields";
    case NK_OVERLAP: return "nk-entries";
    case NK_IN_USE: return function == NK_CALL_DECLARE ? "nk-in-use" : "nk-slots";
    case NK_BAD_TYPE:
    case NK_NOT_OBJECT: return "nk-objects";
    case NK_BAD_CALL:
        return function >= GATE_GIVE && function <= GATE_START ? "gate-start" : "gate-call";
    default: return "nk-slots"; /* NOT_CHILD, NOT_MAP */
    }
}

/* A range of child 1 at its address 0x90000000. */
static uint64_t lead(uint64_t target, uint64_t size, uint64_t flags) {
    return ask(NK_CALL_GRANT, 1, NK_BOTH, 0x90000000, size, target, flags);
}

static void grants(void) {
    const uint64_t own = at(nk_start);
    const struct {
        const char *name;
        uint64_t target, size, flags, code;
    } try[] = {
        {"a range to nk's text", own, PAGE, RWX, NK_OWN},
        {"... read only", own, PAGE, FROND_R, NK_OWN},
        {"... shared", own, PAGE, FROND_R | FROND_SHARED, NK_OWN},
        {"a range to nk's stack", (at(nk_stack_end) - 1) & ~(PAGE - 1), PAGE, RWX, NK_OWN},
        {"a range from below nk over it", own - PAGE, 2 * PAGE, RWX, NK_OWN},
        {"a range over all of memory", 0, HIGH << 20, RWX, NK_OWN},
        {"a range to a descriptor", (uint64_t)nk->desc_at, PAGE, RWX, NK_OWN},
        {"... read only", (uint64_t)nk->desc_at, PAGE, FROND_R, NK_OWN},
        {"a range to the tables", (uint64_t)nk->range_at & ~(PAGE - 1), PAGE, RWX, NK_OWN},
        {"a range to the page records", at(nk->page) & ~(PAGE - 1), PAGE, RWX, NK_OWN},
        {"a range to struct nk", at(nk) & ~(PAGE - 1), PAGE, RWX, NK_OWN},
        {"a range that begins in the region", region_end - PAGE, 2 * PAGE, RWX, NK_OWN},
        {"a range to the client's text", at(client_start), PAGE, RWX, NK_OUTSIDE},
        {"a range to the client's data", at(client_text_end), PAGE, RWX, NK_OUTSIDE},
        {"a range to the node controller", FROND_CTL_BASE, PAGE, RWX, NK_OUTSIDE},
        {"a range to the PLIC", FROND_PLIC_BASE, PAGE, RWX, NK_OUTSIDE},
        {"a range behind what was given", end, PAGE, RWX, NK_OUTSIDE},
        {"a range to the honest child's memory", memory, PAGE, RWX, NK_TAKEN},
        {"... read only", memory, PAGE, FROND_R, NK_TAKEN},
        {"... shared", memory, PAGE, FROND_R | FROND_SHARED, NK_TAKEN},
        {"a range to an object, writable", objects, PAGE, FROND_R | FROND_W, NK_READ_ONLY},
        {"a range of no size", memory + 16 * PAGE, 0, RWX, NK_BAD_RANGE},
        {"a range of half a page", memory + 16 * PAGE, PAGE / 2, RWX, NK_BAD_RANGE},
        {"a range to half a page", memory + 16 * PAGE + 8, PAGE, RWX, NK_BAD_RANGE},
        {"a range that wraps to nk", own, WRAP - PAGE + 1, RWX, NK_BAD_RANGE},
        {"a range with a flag that is none", memory + 16 * PAGE, PAGE, 16 | RWX, NK_BAD_RANGE},
    };

    for (unsigned i = 0; i < sizeof try / sizeof try[0]; i++)
        row(try[i].name, "grant", wall_of(NK_CALL_GRANT, try[i].code),
            lead(try[i].target, try[i].size, try[i].flags) == try[i].code);
}

static void calls(void) {
    const uint64_t own = at(nk_start);
    const struct {
        const char *name;
        uint64_t function, a[6], code;
    } try[] = {
        {"a gap that is pointed to nk", NK_CALL_POINT, {1, NK_BOTH, 0x98000000, own, RWX}, NK_OWN},
        {"... to the region", NK_CALL_POINT, {1, NK_BOTH, 0x98000000, region, FROND_R}, NK_OWN},
        {"... to another's memory", NK_CALL_POINT, {1, NK_BOTH, 0x98000000, memory, RWX}, NK_TAKEN},
        {"a child's number with high bits",
         NK_CALL_GRANT,
         {HIGH + 1, NK_BOTH, 0x90000000, PAGE, memory + 16 * PAGE, RWX},
         NK_NOT_CHILD},
        {"a child's number below 0", NK_CALL_CHILD_SET, {WRAP, NK_FIELD_PC, 0, 0}, NK_NOT_CHILD},
        {"a map that is none",
         NK_CALL_GRANT,
         {1, 7, 0x90000000, PAGE, memory + 16 * PAGE, RWX},
         NK_NOT_MAP},
        {"a child over another's entries",
         NK_CALL_CHILD_CREATE,
         {2, 9, ROOM - 1, 2, 0},
         NK_OVERLAP},
        {"a child with entries from behind the end",
         NK_CALL_CHILD_CREATE,
         {2, 9, WRAP, 2, 0},
         NK_OUTSIDE},
        {"a child with more entries than there are",
         NK_CALL_CHILD_CREATE,
         {2, 9, 2 * ROOM, WRAP, 0},
         NK_OUTSIDE},
        {"... in its second table",
         NK_CALL_CHILD_CREATE,
         {2, 9, 2 * ROOM, 1, WRAP - 2},
         NK_OUTSIDE},
        {"a child twice", NK_CALL_CHILD_CREATE, {1, 9, 2 * ROOM, 1, 0}, NK_IN_USE},
        {"a child in a slot that is none",
         NK_CALL_CHILD_CREATE,
         {CHILDREN, 9, 2 * ROOM, 1, 0},
         NK_NOT_CHILD},
        {"a field that is none", NK_CALL_CHILD_SET, {1, NK_FIELD_END, 0, 0}, NK_BAD_FIELD},
        {"a field with high bits", NK_CALL_CHILD_SET, {1, HIGH + NK_FIELD_PC, 0, 0}, NK_BAD_FIELD},
        {"x[32]: what lies behind x", NK_CALL_CHILD_SET, {1, NK_FIELD_X, 32, 1}, NK_BAD_FIELD},
        {"x[-1]: what lies before it", NK_CALL_CHILD_SET, {1, NK_FIELD_X, WRAP, 1}, NK_BAD_FIELD},
        {"x[0]", NK_CALL_CHILD_SET, {1, NK_FIELD_X, 0, 1}, NK_BAD_FIELD},
        {"f[-1]", NK_CALL_CHILD_SET, {1, NK_FIELD_F, WRAP, 1}, NK_BAD_FIELD},
        {"pmpaddr[16]", NK_CALL_CHILD_SET, {1, NK_FIELD_PMPADDR, 16, 1}, NK_BAD_FIELD},
        {"pmpcfg[0] of 9 bits", NK_CALL_CHILD_SET, {1, NK_FIELD_PMPCFG, 0, 256}, NK_BAD_FIELD},
        {"an object in nk's text", NK_CALL_DECLARE, {own, PAGE, NK_LOGGED}, NK_OWN},
        {"an object in the region", NK_CALL_DECLARE, {region, PAGE, NK_LOGGED}, NK_OWN},
        {"an object in the client's reach",
         NK_CALL_DECLARE,
         {memory + 16 * PAGE, PAGE, NK_LOGGED},
         NK_OUTSIDE},
        {"an object of no type", NK_CALL_DECLARE, {objects, PAGE, NK_TYPES}, NK_BAD_TYPE},
        {"another's memory kept", NK_CALL_DECLARE, {memory, PAGE, NK_KEPT}, NK_IN_USE},
        {"a put into nk's data",
         NK_CALL_PUT,
         {at(nk_bss_start) & ~(PAGE - 1), 0, 1},
         NK_NOT_OBJECT},
        {"a put into a descriptor", NK_CALL_PUT, {region, 0, 1}, NK_NOT_OBJECT},
        {"a put behind an object", NK_CALL_PUT, {objects, 512, 1}, NK_OUTSIDE},
        {"a put before it", NK_CALL_PUT, {objects, WRAP - 2, 1}, NK_OUTSIDE},
        {"a call that is none", NK_CALL_END, {0}, NK_BAD_CALL},
        {"a call below 0", WRAP, {0}, NK_BAD_CALL},
        {"another area", GATE_GIVE, {own, 1}, NK_BAD_CALL},
        {"another start", GATE_START, {1, 1, at(client_text_end), 0}, NK_BAD_CALL},
        {"ENTER of no child", GATE_ENTER, {2, 0, 0}, NK_NOT_CHILD},
        {"ENTER of a descriptor of one's own", GATE_ENTER, {at(root), 0, 0}, NK_NOT_CHILD},
        {"ENTER with an answer that is none", GATE_ENTER, {1, 3, 0}, NK_BAD_FIELD},
    };

    for (unsigned i = 0; i < sizeof try / sizeof try[0]; i++) {
        const uint64_t *a = try[i].a;

        row(try[i].name, "a call", wall_of(try[i].function, try[i].code),
            ask(try[i].function, a[0], a[1], a[2], a[3], a[4], a[5]) == try[i].code);
    }
    row("another extension", "a call", "gate-call",
        gate_call(1, 0, 0, 0, 0, 0, 0, 0x10).code == GATE_UNKNOWN);
    row("registers over a call", "a call", "gate-call", try_registers() == 0);
}

/* ---- Stacks, modes, interrupts ------------------------------------------------------------------ */

static void stacks(void) {
    const uint64_t sp[] = {at(nk_stack_end),
                           at(nk_stack_end) - 64,
                           at(nk_bss_start),
                           FROND_CTL_BASE + 8,
                           (uint64_t)nk->desc_at + 256,
                           0,
                           WRAP};
    bool ok = true;

    for (unsigned i = 0; i < sizeof sp / sizeof sp[0]; i++) {
        struct gate_answer a = try_call(9, 0, 0, 0, NK_CALL_CHILD_SET, sp[i]);

        ok &= a.code == NK_NOT_CHILD && a.value == 0;
    }
    row("nk's stack, region and controller", "sp there in a call", "gate-call", ok);
    cause = NONE;
    (void)try_user(0, 0, 0, NK_CALL_CHILD_DESTROY);
    row("nk's calls", "from U-mode", "gate-traps", cause == USER_CALL && nk->child[0].lives == 1);
}

static void timer_in(uint64_t ticks) {
    csr_write("0x14d", csr_read("time") + ticks); /* stimecmp */
    csr_set("sie", MIE_STIE);
}

static void interrupts(void) {
    uint64_t far = memory + 32 * PAGE, code, clock;

    interrupted_at = 0;
    timer_in(2);
    csr_set("sstatus", 2); /* SIE */
    code = ask(NK_CALL_GRANT, 1, NK_BOTH, 0x90000000, end - far, far, RWX);
    csr_clear("sstatus", 2);
    (void)ask(NK_CALL_REVOKE, 1, NK_BOTH, 0x90000000, 0, 0, 0);
    before = sum_of_region();
    row("a call under way", "an interrupt within it", "gate-traps",
        code == NK_OK && interrupted_at == (uint64_t)(uintptr_t)gate_call + 4);

    timer_in(50);
    (void)run(1, FROND_RAM_BASE + (uint64_t)(child_spin - child_code), UINT64_MAX);
    code = nk->desc[1].exit.reason;
    csr_clear("sie", MIE_STIE);
    before = sum_of_region();
    row("the client's time", "a child that spins", "interrupt gate-traps",
        code == FROND_EXIT_INTERRUPT && nk->desc[1].clock > 1000);

    csr_write("0x14d", 0);
    csr_set("sie", MIE_STIE);
    clock = run(1, FROND_RAM_BASE, UINT64_MAX) == NULL ? 1 : nk->desc[1].clock;
    code = nk->desc[1].exit.reason;
    csr_clear("sie", MIE_STIE);
    before = sum_of_region();
    row("the client's time", "a child, and a timer in the past", "interrupt",
        code == FROND_EXIT_INTERRUPT && clock == 0);

    code = run(1, FROND_RAM_BASE, 0)->reason;
    before = sum_of_region();
    row("the client's time", "a child with a budget of 0", "budget",
        code == FROND_EXIT_BUDGET && nk->desc[1].clock == 0);
    code = run(1, FROND_RAM_BASE, 1)->reason;
    before = sum_of_region();
    row("the client's time", "a child with a budget of 1", "budget",
        code == FROND_EXIT_BUDGET && nk->desc[1].clock == 1);
}

/* Values of fields that only the engine judges: refused at ENTER, by name, and nobody else is harmed. */
static void fields(void) {
    static const struct {
        const char *name;
        uint64_t field, index, value, at;
    } bad[] = {
        {"an odd pc", NK_FIELD_PC, 0, 0x80000001, FROND_D_PC},
        {"lines with bit 0", NK_FIELD_LINES, 0, 1, FROND_D_LINES},
        {"mideleg of a machine's interrupt", NK_FIELD_MIDELEG, 0, 1 << 7, 0},
        {"a satp that is none", NK_FIELD_SATP, 0, (uint64_t)5 << 60, 0},
        {"pmpcfg with W alone", NK_FIELD_PMPCFG, 3, 2, 0},
    };

    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct gate_answer a;

        (void)ask(NK_CALL_CHILD_RESET, 1, 0, 0, 0, 0, 0);
        (void)ask(NK_CALL_CHILD_SET, 1, bad[i].field, bad[i].index, bad[i].value, 0, 0);
        before = sum_of_region();
        a = gate_call(1, 0, 0, 0, 0, 0, GATE_ENTER, GATE_EXTENSION);
        row(bad[i].name, "a field set, and ENTER", "desc-check",
            a.code == NK_OK && (a.value & 0xffff) == FROND_ST_FIELD &&
                (bad[i].at == 0 || a.value >> 16 == bad[i].at));
    }
    (void)ask(NK_CALL_CHILD_RESET, 1, 0, 0, 0, 0, 0);
    before = sum_of_region();
}

/* ---- The start ---------------------------------------------------------------------------------- */

static void give_up(const char *why) {
    print("FAIL %s\n", why);
    finish(1);
}

/* A child with pages of its own, and a range that is a gap. */
static void make_child(uint64_t slot) {
    uint64_t mine = memory + slot * CHILD_PAGES * PAGE;

    memcpy((void *)(uintptr_t)mine, child_code, (size_t)(child_end - child_code));
    if (ask(NK_CALL_CHILD_CREATE, slot, slot + 1, slot * ROOM, ROOM, 0, 0) != NK_OK ||
        ask(NK_CALL_GRANT, slot, NK_BOTH, FROND_RAM_BASE, CHILD_PAGES * PAGE, mine, RWX) != NK_OK ||
        ask(NK_CALL_GRANT, slot, NK_BOTH, 0x98000000, PAGE, 0, 0) != NK_OK)
        give_up("an honest child cannot be made");
}

/* An attacker from the first instruction on: START in memory that is not the client's. True: one was refused. */
static void bad_start(const char *name, uint64_t where) {
    uint64_t given = ask(GATE_GIVE, where, 16, 0, 0, 0, 0);
    uint64_t code = ask(GATE_START, 1, 1, where, 0, 0, 0);

    list(name, "START", "gate-start");
    passed += given == NK_OK && code == NK_BAD_LAYOUT;
    failed += given != NK_OK || code != NK_BAD_LAYOUT;
    if (given != NK_OK || code != NK_BAD_LAYOUT)
        print("FAIL %s [gate-start]: code %lu\n", name, code);
}

static void bad_starts(void) {
    bad_start("a region in the node controller", FROND_CTL_BASE);
    bad_start("a region in nk's text", at(nk_start));
    bad_start("a region in nk's stack", at(client_start) - PAGE);
    bad_start("a region in the client's text", at(client_start));
    if (ask(GATE_GIVE, 0, 1, 0, 0, 0, 0) != NK_FULL ||
        ask(NK_CALL_CHILD_CREATE, 0, 1, 0, 1, 0, 0) != NK_BAD_CALL ||
        ask(GATE_ENTER, 0, 0, 0, 0, 0, 0) != NK_BAD_CALL) {
        failed++;
        print("FAIL calls before the start [gate-start]: a code is another\n");
    }
    list("calls before the start", "calls", "gate-start");
    passed++;
}

static void good_start(void) {
    struct gate_answer a;

    region = (at(program_end) + PAGE - 1) & ~(PAGE - 1);
    if (ask(GATE_GIVE, FROND_UART_BASE, 1 + FROND_VIRTIO_SLOTS, 0, 0, 0, 0) != NK_OK ||
        ask(GATE_GIVE, region, GIVEN, 0, 0, 0, 0) != NK_OK)
        give_up("nk takes no area");
    a = gate_call(CHILDREN, CHILDREN * ROOM, region, OBJECTS, 0, 0, GATE_START, GATE_EXTENSION);
    if (a.code != NK_OK)
        give_up("nk does not start");
    nk = (const struct nk *)(uintptr_t)a.value;
    end = region + GIVEN * PAGE;
    objects = region_end = region + (uint64_t)nk->own[1].pages * PAGE;
    memory = objects + OBJECTS * PAGE;
    if (ask(NK_CALL_DECLARE, objects, PAGE, NK_WRITE_ONCE, 0, 0, 0) != NK_OK)
        give_up("nk makes no object");
    make_child(0);
    make_child(1);
    before = sum_of_region();
}

static void attack(void) {
    accesses("", 0);
    crossing();
    csrs();
    page_tables();
    tables_in_the_region();
    grants();
    calls();
    stacks();
    interrupts();
    fields();
}

uint64_t started[3]; /* for test/attack, by name */

int main(uint64_t hart, const void *tree) {
    (void)hart;
    listing = bootarg(tree, "list", 0) != 0;
    if (bootarg(tree, "start", 0) != 0) {
        bad_starts();
    } else if (bootarg(tree, "wait", 0) !=
               0) { /* for test/attack: nk has started, the client is somebody else */
        good_start();
        started[0] = region, started[1] = objects, started[2] = memory;
    } else {
        good_start();
        attack();
    }
    print("takeover: %u rows, %u failed\n", passed + failed, failed);
    return failed != 0;
}
