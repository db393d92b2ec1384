/*
 * test_rtc.c - goldfish RTC: halves, the latch, the alarm that never fires.
 */
#include "rig.h"

#define NOW 0x1122334455667788u

enum {
    T_LOW = 0,
    T_HIGH = 4,
    A_LOW = 8,
    A_HIGH = 12,
    IRQ_EN = 16,
    CLEAR = 20,
    A_STATUS = 24,
    CLEAR_INT = 28
};

struct tstep {
    enum { T_END, T_W, T_R, T_PASS /* time goes on by val */ } op;
    uint32_t off;
    uint32_t val;
};

static const struct {
    const char *name;
    struct tstep steps[12];
} scripts[] = {
    {"reads now", {{T_R, T_LOW, 0x55667788}, {T_R, T_HIGH, 0x11223344}}},
    {"high half is latched by the low one",
     {{T_R, T_LOW, 0x55667788},
      {T_PASS, 0, 0xf0000000},
      {T_R, T_HIGH, 0x11223344},
      {T_R, T_LOW, 0x45667788},
      {T_R, T_HIGH, 0x11223345}}},
    {"set, and it goes on",
     {{T_W, T_HIGH, 5},
      {T_W, T_LOW, 7},
      {T_R, T_LOW, 7},
      {T_R, T_HIGH, 5},
      {T_PASS, 0, 3},
      {T_R, T_LOW, 10}}},
    {"each half is set alone", {{T_W, T_LOW, 0}, {T_R, T_LOW, 0}, {T_R, T_HIGH, 0x11223344}}},
    {"alarm is kept",
     {{T_W, A_HIGH, 8}, {T_W, A_LOW, 9}, {T_R, A_LOW, 9}, {T_R, A_HIGH, 8}, {T_R, A_STATUS, 0}}},
    {"IRQ_ENABLED is one bit",
     {{T_W, IRQ_EN, ~0u}, {T_R, IRQ_EN, 1}, {T_W, IRQ_EN, 2}, {T_R, IRQ_EN, 0}}},
    {"clears do nothing",
     {{T_W, CLEAR, 1},
      {T_W, CLEAR_INT, 1},
      {T_R, CLEAR, 0},
      {T_R, CLEAR_INT, 0},
      {T_R, 0xffc, 0},
      {T_W, 0xffc, 1}}},
};

void test_rtc(void) {
    for (size_t i = 0; i < sizeof scripts / sizeof *scripts; i++) {
        struct frond_rtc r = {0};
        uint64_t now = NOW;
        begin_row("rtc", scripts[i].name);
        for (const struct tstep *s = scripts[i].steps; s->op != T_END; s++) {
            if (s->op == T_W)
                rtc_write(&r, s->off, s->val, now);
            else if (s->op == T_R)
                CHECK(rtc_read(&r, s->off, now) == s->val);
            else
                now += s->val;
            CHECK(rtc_check(&r) == -1);
        }
        end_row();
    }
    begin_row("rtc", "check");
    CHECK(rtc_check(&(struct frond_rtc){.irq_enabled = 2}) ==
          offsetof(struct frond_rtc, irq_enabled));
    CHECK(rtc_check(&(struct frond_rtc){.alarm_high = 1}) ==
          offsetof(struct frond_rtc, alarm_high));
    CHECK(rtc_check(&(struct frond_rtc){.reserved = 1}) == offsetof(struct frond_rtc, reserved));
    end_row();
}
