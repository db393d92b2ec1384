/*
 * time.c - the guest's clock counts its own steps, as the machine's does: instructions and traps. What the monitor does
 * for it takes no time. So a guest finds the time that it would find without a monitor, to the step.
 *
 * The hart's timer, stimecmp, is set for the guest's next deadline as if nothing but the guest would run until then.
 * Where something did, it strikes early and is set again for the rest.
 */
#include "classic.h"

#define STIMECMP "0x14d" /* not every assembler knows it */

uint64_t time_now(void) { return (guest.clock + guest.clint.time_offset) / FROND_STEPS_PER_TICK; }

void time_count(void) {
    uint64_t n = guest.ended - guest.began - guest_switching;

    guest.clock += n;
    guest.native += n;
    if ((guest.csr.mcountinhibit & 4) == 0)
        guest.csr.minstret += n;
}

/* Least clock after now at which mtime reaches `cmp`, or ~0 if it has or never will. */
static uint64_t reaches(uint64_t cmp) {
    uint64_t at = cmp * FROND_STEPS_PER_TICK - guest.clint.time_offset;

    if (time_now() >= cmp || cmp > UINT64_MAX / FROND_STEPS_PER_TICK)
        return UINT64_MAX;
    return at >= guest.clock ? at : UINT64_MAX;
}

void time_look(void) {
    const struct frond_csr *c = &guest.csr;
    uint64_t m = c->mie & IP_MTIP ? reaches(guest.clint.mtimecmp) : UINT64_MAX, s = UINT64_MAX;

    guest.attention = false;
    guest.pending = csr_mip() & c->mie;
    if ((c->mie & IP_STIP) != 0 && (c->menvcfg & ENVCFG_STCE) != 0)
        s = reaches(c->stimecmp);
    guest.deadline = m < s ? m : s;
    if (guest.pending != 0)
        guest.wait = false;
}

uint64_t time_arm(void) {
    if (guest.deadline == UINT64_MAX || (guest.armed && guest.armed_at <= guest.deadline))
        return 0;
    guest.armed = true;
    guest.armed_at = guest.deadline;
    counts[COUNT_timers]++;
    return guest.deadline - guest.clock + guest_arming;
}

void time_fired(void) {
    guest.armed = false;
    if (guest.deadline == UINT64_MAX)
        csr_write(STIMECMP, UINT64_MAX);
}

/* Waits by the hart's timer for `steps` of its time, or less if something else comes. What has passed of them. */
static uint64_t sleep(uint64_t steps) {
    uint64_t start = csr_read("time"),
             ticks = (steps + FROND_STEPS_PER_TICK - 1) / FROND_STEPS_PER_TICK, passed;

    csr_write(STIMECMP, start + ticks);
    __asm__ volatile("wfi" ::: "memory");
    passed = (csr_read("time") - start) * FROND_STEPS_PER_TICK;
    return passed < steps ? passed : steps;
}

void time_wait(void) {
    bool timer = guest.deadline != UINT64_MAX;
    uint64_t left = guest.deadline - guest.clock;

    if (timer && !guest.waits) { /* time that nobody needs is skipped */
        guest.armed_at += left;
        guest.clock = guest.deadline;
        return;
    }
    window_flush();
    guest.armed = false;
    if (timer) {
        guest.clock += sleep(left);
    } else {
        csr_write(STIMECMP, UINT64_MAX);
        __asm__ volatile("wfi" ::: "memory");
    }
    window_input();
}
