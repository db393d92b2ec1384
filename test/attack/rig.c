/* rig.c - see rig.h. */
#include "rig.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VICTIM_SLICES = 12, VICTIM_BUDGET = 700 };

void rig_fail(struct rig *r, const char *cond, int line, const char *format, ...) {
    char text[200];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    if (!r->why[0])
        snprintf(r->why, sizeof r->why, "line %d: not %s (%s)", line, cond, text);
}

bool rig_ok(const struct rig *r) { return r->why[0] == 0; }

/* ---- Memory ---------------------------------------------------------------------------------- */

uint64_t place(const struct node *n, uint64_t addr) {
    for (; n->parent; n = n->parent)
        addr = addr - RAM + n->ram;
    return addr;
}

static const struct frond_name root_name;

void poke(struct rig *r, const struct node *n, uint64_t addr, const void *from, size_t size) {
    uint64_t at = place(n, addr);
    if (frond_write(r->m, root_name, at, from, size))
        rig_fail(r, "poke", __LINE__, "0x%llx: %s", (unsigned long long)at, frond_error(r->m));
    else if (at - RAM < OWN && size <= OWN - (at - RAM))
        memcpy(r->own + (at - RAM), from, size);
}

void peek(struct rig *r, const struct node *n, uint64_t addr, void *to, size_t size) {
    memset(to, 0, size);
    if (frond_read(r->m, root_name, place(n, addr), to, size))
        rig_fail(r, "peek", __LINE__, "0x%llx: %s", (unsigned long long)addr, frond_error(r->m));
}

void put(struct rig *r, const struct node *n, uint64_t addr, uint64_t v) {
    poke(r, n, addr, &v, sizeof v);
}

uint64_t get(struct rig *r, const struct node *n, uint64_t addr) {
    uint64_t v;
    peek(r, n, addr, &v, sizeof v);
    return v;
}

struct frond_desc desc(struct rig *r, const struct node *n) {
    struct frond_desc d;
    if (!n->parent)
        return *frond_desc(r->m);
    peek(r, n->parent, n->desc, &d, sizeof d);
    return d;
}

void set_desc(struct rig *r, const struct node *n, const struct frond_desc *d) {
    if (!n->parent)
        *frond_desc(r->m) = *d;
    else
        poke(r, n->parent, n->desc, d, sizeof *d);
}

uint64_t reg(struct rig *r, const struct node *n, unsigned x) { return desc(r, n).x[x]; }

/* ---- Nodes ----------------------------------------------------------------------------------- */

/* The trap handler: a load from GATE, with registers that no row uses. */
static void write_handler(struct rig *r, const struct node *n) {
    const uint32_t code[] = {LUI(T6, GATE >> 12), LD(ZERO, T6, 0)};
    poke(r, n, RAM + CODE, code, sizeof code);
}

void write_table(struct rig *r, const struct node *n) {
    poke(r, n->parent, n->table, n->range, n->ranges * sizeof n->range[0]);
    struct frond_desc d = desc(r, n);
    d.map_p = d.map_np = (struct frond_map){.addr = n->table, .count = n->ranges};
    set_desc(r, n, &d);
}

void grant(struct rig *r, struct node *n, uint64_t base, uint64_t size, uint64_t target,
           uint64_t flags) {
    unsigned i = n->ranges++;
    for (; i > 0 && n->range[i - 1].base > base; i--)
        n->range[i] = n->range[i - 1];
    n->range[i] = (struct frond_range){base, size, target, flags};
    write_table(r, n);
}

void spawn(struct rig *r, struct node *n, struct node *parent, uint64_t label) {
    bool leaf = parent->parent != NULL;
    *n = (struct node){.parent = parent,
                       .label = label,
                       .desc = RAM + DESC + PAGE * label,
                       .table = RAM + TABLE + PAGE * label,
                       .ram = RAM + (leaf ? LEAF_STRIDE : OWN) * label};
    struct frond_desc d = {.magic = FROND_MAGIC,
                           .version = FROND_ABI_VERSION,
                           .label = label,
                           .uid = 100 + label,
                           .budget = UINT64_MAX,
                           .pc = RAM};
    d.csr.mtvec = RAM + CODE;
    d.csr.pmpaddr[0] = (1ull << 54) - 1; /* S and U: everything */
    d.csr.pmpcfg[0] = 0x1f;
    set_desc(r, n, &d);
    grant(r, n, RAM, leaf ? LEAF_SIZE : OWN, n->ram, RWX);
    write_handler(r, n);
}

/* ---- Running --------------------------------------------------------------------------------- */

static bool at_gate(const struct frond_access *e, uint64_t gate) {
    return e->reason == FROND_EXIT_FAULT && e->kind == FROND_FAULT_LOAD && e->addr == gate &&
           (e->flags & FROND_XF_SELF) != 0;
}

/* Node 0 until it is at the gate, or left for another reason. Gaps of f[0] are denied. */
static void run_root(struct rig *r) {
    struct frond_desc *d = frond_desc(r->m);
    for (int i = 0; i < 1000; i++) {
        enum frond_status s = frond_enter(r->m);
        if (s != FROND_OK) {
            rig_fail(r, "frond_enter", (int)s, "%s", frond_error(r->m));
            return;
        }
        if (d->exit.reason != FROND_EXIT_FAULT || at_gate(&d->exit, GATE))
            return;
        d->resume = FROND_DENY;
    }
    rig_fail(r, "gaps of f[0] end", __LINE__, "0x%llx", (unsigned long long)d->exit.addr);
}

struct seen run(struct rig *r, struct node *n) {
    struct seen s = {.how = LEFT};
    if (n->parent) {
        struct seen up = enter(r, n->parent, n->desc);
        if (up.how != RETIRED)
            return up;
        s.status = desc(r, n->parent).status;
        if (s.status != 0) {
            s.how = REFUSED;
            return s;
        }
    } else {
        run_root(r);
    }
    struct frond_desc d = desc(r, n);
    s.exit = d.exit;
    if (n->stub != 0 && at_gate(&d.exit, n->gate)) {
        s.how = d.csr.scause == UINT64_MAX ? RETIRED : TRAPPED;
        s.cause = d.csr.scause;
        s.tval = d.csr.stval;
    } else if (n->stub == 0 && at_gate(&d.exit, GATE)) {
        s.how = d.csr.mcause >= 8 && d.csr.mcause <= 11 ? RETIRED : TRAPPED;
        s.cause = d.csr.mcause;
        s.tval = d.csr.mtval;
    }
    return s;
}

/* A program in S-mode ends, and traps, by a load from its gate: an ecall would be a call of what is below it. */
static void set_client(struct rig *r, const struct node *n, struct frond_desc *d, uint32_t *end) {
    const uint32_t handler = LD(ZERO, T6, 0);
    poke(r, n, n->stub - 4, &handler, sizeof handler);
    *end = handler;
    d->pc = n->stub;
    d->mode = FROND_MODE_S;
    d->csr.stvec = n->stub - 4;
    d->csr.scause = UINT64_MAX;
    d->x[T6] = n->gate;
}

struct seen act(struct rig *r, struct node *n, unsigned mode, const uint32_t *insn, unsigned count,
                uint64_t a0, uint64_t a1) {
    uint32_t code[64];
    struct frond_desc d = desc(r, n);
    memcpy(code, insn, count * sizeof *insn);
    code[count] = ECALL;
    d.pc = RAM + STUB;
    d.mode = mode;
    if (n->stub != 0)
        set_client(r, n, &d, &code[count]);
    poke(r, n, d.pc, code, (count + 1) * sizeof *code);
    d.wait = 0;
    d.x[A0] = a0;
    d.x[A1] = a1;
    d.csr.mcause = UINT64_MAX;
    d.exit.reason = FROND_EXIT_NONE;
    d.active = 0;
    d.resume = d.held = 0;
    memset(&d.pend, 0, sizeof d.pend);
    set_desc(r, n, &d);
    return run(r, n);
}

struct seen enter(struct rig *r, struct node *n, uint64_t addr) {
    struct seen s = DO(n, addr, CTL + FROND_CTL_ENTER, SD(A0, A1, 0));
    s.status = desc(r, n).status;
    return s;
}

struct seen load(struct rig *r, struct node *n, uint64_t addr) {
    return DO(n, 0, addr, LD(A0, A1, 0));
}

struct seen store(struct rig *r, struct node *n, uint64_t addr, uint64_t value) {
    return DO(n, value, addr, SD(A0, A1, 0));
}

/* ---- The victim ------------------------------------------------------------------------------ */

/* Mixes x5 into memory by LR/SC and into f2, for ever; a timer interrupt every seven ticks. */
static void make_victim(struct rig *r) {
    const uint32_t handler[] = {LD(A0, S2, 0), ADDI(A0, A0, 7), SD(A0, S1, 0), ADDI(A1, A1, 1),
                                MRET};
    const uint32_t loop[] = {
        MUL(T0, T0, 6),  ADD(T0, T0, 7),  ANDI(T3, T0, 0x7f8),  ADD(T3, T3, S0),
        LR_D(T4, T3),    XOR(T4, T4, T0), SC_D(T5, T4, T3),     ADD(T6, T6, T5),
        FCVT_D_L(1, T0), FADD_D(2, 2, 1), AMOADD_D(T4, T0, S3), BACK(11),
    };
    spawn(r, &r->b, &r->root, 2);
    poke(r, &r->b, RAM + CODE, handler, sizeof handler);
    poke(r, &r->b, RAM + STUB, loop, sizeof loop);
    struct frond_desc d = desc(r, &r->b);
    d.pc = RAM + STUB;
    d.csr.mstatus = 0x2008; /* FS, MIE */
    d.csr.mie = 1 << 7;
    d.clint.mtimecmp = 3;
    d.x[T0] = 42;
    d.x[6] = 6364136223846793005u;
    d.x[7] = 1442695040888963407u;
    d.x[S0] = RAM + DATA;
    d.x[S1] = FROND_CLINT_BASE + 0x4000;
    d.x[S2] = FROND_CLINT_BASE + 0xbff8;
    d.x[S3] = RAM + DATA + 0x900;
    set_desc(r, &r->b, &d);
}

void victim_slice(struct rig *r) {
    if (r->slices++ >= VICTIM_SLICES)
        return;
    put(r, &r->root, r->b.desc + FROND_D_BUDGET, VICTIM_BUDGET);
    struct seen s = enter(r, &r->root, r->b.desc);
    struct frond_desc d = desc(r, &r->b);
    WANT(s.how == RETIRED && s.status == 0, "victim not entered: how %d status 0x%llx", (int)s.how,
         (unsigned long long)s.status);
    WANT(d.exit.reason == FROND_EXIT_BUDGET, "victim left by %u kind %u addr 0x%llx", d.exit.reason,
         d.exit.kind, (unsigned long long)d.exit.addr);
}

/* ---- The machine ----------------------------------------------------------------------------- */

static int disk_read(void *opaque, uint64_t off, void *buf, size_t n) {
    memcpy(buf, ((struct rig *)opaque)->disk + off, n);
    return 0;
}

static int disk_write(void *opaque, uint64_t off, const void *buf, size_t n) {
    memcpy(((struct rig *)opaque)->disk + off, buf, n);
    return 0;
}

static long console_read(void *opaque, uint8_t *buf, size_t n) {
    (void)opaque;
    memset(buf, 'i', n);
    return (long)n;
}

static void console_write(void *opaque, const uint8_t *buf, size_t n) {
    struct rig *r = opaque;
    memset(r->said, 0, sizeof r->said);
    memcpy(r->said, buf, n < sizeof r->said ? n : sizeof r->said);
}

bool rig_begin(struct rig *r, const struct rig_options *how) {
    struct frond_options o;
    memset(r, 0, sizeof *r);
    frond_options_default(&o);
    o.memory = ROOT_SIZE;
    o.audit = how->audit;
    o.shake = how->shake;
    o.keep_gaps = true;
    r->m = frond_new(&o);
    r->own = calloc(1, OWN);
    if (!r->m || !r->own || (how->followed && !follow(&r->follower, r->m)))
        return false;
    r->block = (struct dev_block){
        .opaque = r, .size = sizeof r->disk, .read = disk_read, .write = disk_write};
    r->console = (struct dev_char){.opaque = r, .read = console_read, .write = console_write};
    if (frond_attach_rng(r->m, 0, 7) || frond_attach_block(r->m, 1, &r->block) ||
        frond_attach_console(r->m, 2, &r->console))
        return false;
    frond_poll_input(r->m, false); /* by the row, when it wants */
    frond_desc(r->m)->csr.mtvec = RAM + CODE;
    frond_desc(r->m)->csr.pmpaddr[0] = (1ull << 54) - 1;
    frond_desc(r->m)->csr.pmpcfg[0] = 0x1f;
    write_handler(r, &r->root);
    for (uint64_t i = 0; i < 256; i++) /* a page that is nobody's business */
        put(r, &r->root, RAM + 0x2000 + 8 * i, 0x5ec2e7 * i);
    make_victim(r);
    spawn(r, &r->a, &r->root, 1);
    spawn(r, &r->a1, &r->a, 1);
    spawn(r, &r->a2, &r->a, 2);
    for (int i = 0; i < VICTIM_SLICES / 3; i++)
        victim_slice(r);
    return true;
}

/* Whether [from, end) of node 0's own part is what the host wrote. */
static void check_own(struct rig *r, uint64_t from, uint64_t end) {
    uint8_t *now = malloc(end - from);
    peek(r, &r->root, RAM + from, now, end - from);
    for (uint64_t i = 0; i < end - from; i++) {
        if (now[i] != r->own[from + i]) {
            rig_fail(r, "node 0's memory as it was", __LINE__, "0x%llx",
                     (unsigned long long)(RAM + from + i));
            break;
        }
    }
    free(now);
}

void rig_end(struct rig *r, uint64_t *hash) {
    const uint64_t label = 2;
    uint64_t holes = 0;
    while (r->slices < VICTIM_SLICES && rig_ok(r))
        victim_slice(r);
    check_own(r, CODE, DESC);
    check_own(r, TABLE, OWN);
    enum frond_status s =
        frond_hash(r->m, (struct frond_name){.label = &label, .depth = 1}, hash, &holes);
    WANT(s == FROND_OK && holes == 0, "no hash of the victim: %s", frond_error(r->m));
    const char *forbidden = follow_end(&r->follower);
    WANT(!forbidden, "%s", forbidden);
}

void rig_free(struct rig *r) {
    frond_free(r->m);
    follow_free(&r->follower);
    free(r->own);
}
