/*
 * exits.c - what each exit means, and its answer.
 *
 * What is no device of the nucleus's is DENYed: a child that probes must see an access fault, as it
 * would on node 0.
 */
#include "nucleus.h"

enum { STILL = 100000, DENIED = 1000 };

#define PLIC_PRIORITY(n) (FROND_PLIC_BASE + 4 * (n))
#define PLIC_ENABLE      (FROND_PLIC_BASE + 0x2080) /* of context 1: S-mode */
#define PLIC_THRESHOLD   (FROND_PLIC_BASE + 0x201000)
#define PLIC_CLAIM       (FROND_PLIC_BASE + 0x201004)

/* Many exits without a step between: nothing that we answer helps. Or a trap handler that is itself
 * nowhere: each step the trap of a fetch. */
static bool gets_nowhere(struct child *c) {
    const struct frond_desc *d = c->maps.desc;
    bool fetch = d->exit.reason == FROND_EXIT_FAULT && d->exit.kind == FROND_FAULT_FETCH;

    c->still = d->clock == c->last_clock ? c->still + 1 : 0;
    c->denied = fetch && d->clock == c->last_clock + 1 ? c->denied + 1 : 0;
    c->last_clock = d->clock;
    if (c->still < STILL && c->denied < DENIED)
        return false;
    child_end(c, 255, c->denied < DENIED ? "gets nowhere, reason" : "faults for ever, reason");
    return true;
}

static void answer_fault(struct child *c, const struct frond_access *e) {
    uint64_t value;

    if (console_access(c, e, &value))
        maps_answer(&c->maps, FROND_DONE, value);
    else if (pager_fault(c, e))
        maps_answer(&c->maps, FROND_RETRY, 0);
    else
        maps_answer(&c->maps, FROND_DENY, 0);
}

bool exit_answer(struct child *c) {
    const struct frond_access *e = &c->maps.desc->exit;

    if (gets_nowhere(c))
        return false;
    switch (e->reason) {
    case FROND_EXIT_FAULT: answer_fault(c, e); return c->state != ENDED;
    case FROND_EXIT_INTERRUPT: interrupts_serve(); return true;
    case FROND_EXIT_IDLE: child_idle(c); return false;
    case FROND_EXIT_BUDGET: return false;
    case FROND_EXIT_HALT:
        if (e->kind == FROND_HALT_RESET)
            child_reset(c);
        else
            child_end(c, (int)e->value, NULL);
        return false;
    case FROND_EXIT_BAD: child_end(c, 255, "has a bad table, entry"); return false;
    default: child_end(c, 255, "was left for no known reason"); return false;
    }
}

/* ---- What comes for the nucleus itself ------------------------------------------------------- */

void interrupts_init(bool hear) {
    uint32_t sources = 1u << FROND_IRQ_CTL;

    write32(PLIC_PRIORITY(FROND_IRQ_CTL), 1);
    if (hear) {
        sources |= 1u << FROND_IRQ_UART;
        write32(PLIC_PRIORITY(FROND_IRQ_UART), 1);
        write8(FROND_UART_BASE + 1, 1); /* received data */
    }
    write32(PLIC_ENABLE, sources);
    write32(PLIC_THRESHOLD, 0);
    csr_set("sie",
            MIE_SEIE); /* sstatus.SIE stays 0: it ends ENTER and WFI, and is looked at here */
}

void interrupts_serve(void) {
    uint32_t source;

    while ((source = read32(PLIC_CLAIM)) != 0) {
        if (source == FROND_IRQ_CTL) {
            child_wake(maps_who());
        } else if (source == FROND_IRQ_UART) {
            console_input();
        }
        write32(PLIC_CLAIM, source);
    }
}
