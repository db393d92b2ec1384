/*
 * rig.h - what the rows of test/dev stand on: a fake bus over an array of memory, back ends that
 * are arrays, a driver's side of virtio, and the count of rows.
 */
#ifndef RIG_H
#define RIG_H

#include "dev.h"

#include <stdio.h>
#include <string.h>

#define RIG_BASE  0x80000000u
#define RIG_PAGES 64
#define RIG_MEM   (RIG_PAGES * 4096u)
#define RIG_DISK  (64 * 1024u)

enum page { PAGE_RAM, PAGE_WAITS, PAGE_REFUSED };

struct rig {
    struct dev *d;
    struct dev_char chr;
    struct dev_block blk;
    uint8_t mem[RIG_MEM];
    uint8_t disk[RIG_DISK];
    uint8_t out[65536];
    size_t out_len;
    const char *in; /* input not yet taken */
    unsigned flushes;
    unsigned disk_reads;
    bool disk_fails;

    uint8_t page[RIG_PAGES];
    long pieces;    /* asked of the bus */
    long wait_at;   /* this piece waits, once; -1: none */
    long refuse_at; /* this piece is refused; -1: none */
    bool stutter;   /* every piece waits once */
    bool stuttered;
    bool crossed; /* a piece crossed a page */
    bool line;    /* as the bus was told */
    unsigned edges;

    uint16_t avail[2]; /* driver's avail.idx by queue */
    uint16_t next_desc[2];
};

/* A row: a name and what it does. CHECK in it fails the row and goes on. */
struct row {
    const char *name;
    void (*run)(struct rig *r);
};
void run_rows(const struct row *rows, size_t n, const char *suite);
void row_failed(const char *file, int line, const char *what);
#define CHECK(c) ((c) ? (void)0 : row_failed(__FILE__, __LINE__, #c))

/* A row that is a script on a device's registers. */
enum op {
    END,
    W,    /* store val at off */
    R,    /* load at off gives val */
    LINE, /* the line is val */
    TYPE, /* text is typed at the back end */
    POLL, /* uart_poll returns val */
    SENT, /* text has been sent since the last SENT */
    CLAIM /* store val at off: and it returns DEV_CLAIM */
};
struct step {
    enum op op;
    uint32_t off;
    uint64_t val;
    const char *text;
};
struct script {
    const char *name;
    struct step steps[24];
};

void begin_row(const char *suite, const char *name);
void end_row(void);

/* ---- Devices on the rig ---------------------------------------------------------------------- */
void rig_init(struct rig *r);
void rig_attach(struct rig *r, struct dev *d);
void rig_free(struct rig *r);
uint32_t rig_get(struct rig *r, uint32_t off);
unsigned rig_set(struct rig *r, uint32_t off, uint32_t value);
/* work() until it is done; more than `limit` waits fail the row. */
void rig_finish(struct rig *r, unsigned limit);

/* ---- A driver -------------------------------------------------------------------------------- */
#define QUEUE_NUM 8u
/* Ring addresses of queue q. The used ring lies so that an element crosses a page. */
uint64_t desc_of(unsigned q);
uint64_t avail_of(unsigned q);
uint64_t used_of(unsigned q);
uint64_t data_at(unsigned off); /* from page 16 on */
uint8_t *mem_at(struct rig *r, uint64_t addr);
void put(struct rig *r, uint64_t addr, unsigned n, uint64_t v);
uint64_t get(struct rig *r, uint64_t addr, unsigned n);

struct seg {
    uint64_t addr;
    uint32_t len;
    bool write;
};
void driver_start(struct rig *r, unsigned queues);
void driver_queue(struct rig *r, unsigned q, uint32_t num);
void put_desc(struct rig *r, unsigned q, unsigned i, uint64_t addr, uint32_t len, unsigned flags,
              unsigned next);
void offer(struct rig *r, unsigned q, unsigned head);
/* Lays out a chain, offers it; returns its head. */
unsigned add(struct rig *r, unsigned q, const struct seg *segs, unsigned n);
void kick(struct rig *r, unsigned q);
unsigned used_idx(struct rig *r, unsigned q);
uint32_t used_len(struct rig *r, unsigned q, unsigned i);
uint32_t used_id(struct rig *r, unsigned q, unsigned i);

enum { VS_RESET = 64, V_STATUS = 0x70, V_IRQ = 0x60, V_ACK = 0x64, V_NOTIFY = 0x50 };
#define BROKEN(r) ((rig_get(r, V_STATUS) & VS_RESET) && (rig_get(r, V_IRQ) & 2) && (r)->line)

void test_uart(void);
void test_plic(void);
void test_rtc(void);
void test_virtio(void);
void test_ring(void);
void test_block(void);
void test_stream(void);
void test_resume(void);
void test_cow(void);

#endif
