/*
 * rtc.c - goldfish real-time clock: nanoseconds since 1970, read and set in two halves.
 *
 * Its time is `now` + offset; a store to a half replaces that half at once. Reading the low half
 * latches the high one. The alarm is kept and read back, never armed: ALARM_STATUS is 0 and no line
 * rises. Freestanding.
 */
#include "dev.h"

#define TIME_LOW        0x00
#define TIME_HIGH       0x04
#define ALARM_LOW       0x08
#define ALARM_HIGH      0x0c
#define IRQ_ENABLED     0x10
#define CLEAR_ALARM     0x14
#define ALARM_STATUS    0x18
#define CLEAR_INTERRUPT 0x1c

static uint64_t set_low(uint64_t v, uint32_t half) { return (v & ~(uint64_t)UINT32_MAX) | half; }

static uint64_t set_high(uint64_t v, uint32_t half) {
    return (v & UINT32_MAX) | (uint64_t)half << 32;
}

uint32_t rtc_read(struct frond_rtc *r, uint32_t off, uint64_t now) {
    uint64_t time = now + r->offset;
    switch (off) {
    case TIME_LOW: r->time_high = (uint32_t)(time >> 32); return (uint32_t)time;
    case TIME_HIGH: return r->time_high;
    case ALARM_LOW: return (uint32_t)r->alarm;
    case ALARM_HIGH: return (uint32_t)(r->alarm >> 32);
    case IRQ_ENABLED: return r->irq_enabled;
    case ALARM_STATUS:
    default: return 0;
    }
}

void rtc_write(struct frond_rtc *r, uint32_t off, uint32_t value, uint64_t now) {
    uint64_t time = now + r->offset;
    switch (off) {
    case TIME_LOW: r->offset = set_low(time, value) - now; break;
    case TIME_HIGH: r->offset = set_high(time, value) - now; break;
    case ALARM_LOW: r->alarm = set_low(r->alarm, value); break;
    case ALARM_HIGH: r->alarm = set_high(r->alarm, value); break;
    case IRQ_ENABLED: r->irq_enabled = value & 1; break;
    case CLEAR_ALARM:
    case CLEAR_INTERRUPT:
    default: break;
    }
}

int rtc_check(const struct frond_rtc *r) {
    if (r->irq_enabled > 1)
        return (int)offsetof(struct frond_rtc, irq_enabled);
    if (r->alarm_high)
        return (int)offsetof(struct frond_rtc, alarm_high);
    if (r->reserved)
        return (int)offsetof(struct frond_rtc, reserved);
    return -1;
}
