/*
 * orders.h - what the test VMM (vmm.c) is told to do and what it writes down, and where all
 * of it lies in a level's memory. Shared with the harness on the host, which writes
 * orders before a run and reads the log after it.
 */
#ifndef LEVELS_ORDERS_H
#define LEVELS_ORDERS_H

#include "frond_abi.h"

/* A level's own memory, from FROND_RAM_BASE; its child's RAM begins at VMM_OWN. */
enum {
    VMM_ORDERS = 0x10000,  /* struct vmm_order[] */
    VMM_NOTHING = 0x1f000, /* a page of zeros (no device tree) */
    VMM_DESC = 0x20000,    /* the child's descriptor */
    VMM_MAP_P = 0x21000,   /* its tables */
    VMM_MAP_NP = 0x22000,
    VMM_FREE = 0x23000, /* what a row wants */
    VMM_BACK = 0x30000, /* pages behind its gaps */
    VMM_LOG = 0x40000,  /* struct vmm_log */
    VMM_LOGS = 40,
    VMM_OWN = 0x80000,
    VMM_ORDERS_MAX = 1024,
};

enum vmm_op {
    VMM_END,   /* the finisher: code a; ~0: that of the child, or 255 if it did not halt */
    VMM_ENTER, /* a: descriptor; b: bits of mstatus set for the store; c: VMM_SHORT, VMM_BLIND */
    VMM_PUT,   /* b to a; c: width */
    VMM_GET,   /* a to the log; c: width */
    VMM_COPY,  /* c bytes from b to a */
    VMM_FILL,  /* c bytes of b at a */
    VMM_CSR,   /* b to CSR a */
    VMM_UNTIL, /* to order a, until the child's exit has had reason b */
    VMM_WFI,
    VMM_RESET,    /* the finisher's reset */
    VMM_ADD,      /* b more in the 8 bytes at a */
    VMM_SPIN,     /* some a steps */
    VMM_IDLE,     /* at an exit IDLE: the child's clock to its deadline */
    VMM_HOST_MAP, /* the host only: RAM of node 0, c bytes at a, permission b */
};

/* Of VMM_ENTER: by a 2-byte instruction; the descriptor is not read (a is no address, or not here). */
enum { VMM_SHORT = 1, VMM_BLIND = 2 };

struct vmm_order {
    uint64_t op, a, b, c;
};

/* One order that has something to tell: ENTER, GET, WFI. */
struct vmm_record {
    uint64_t order; /* its number */
    uint64_t value; /* GET: what was read; ENTER: STATUS */
    uint64_t trap;  /* mcause + 1 of a trap meanwhile; 0: none */
    uint64_t tval, epc;
    uint64_t who;
    uint64_t after;         /* ENTER: the clock when it had retired */
    uint64_t time, retired; /* clock (mcycle) and minstret before the order */
    struct frond_desc d;    /* ENTER: the descriptor after it */
};

struct vmm_log {
    uint64_t count;  /* records asked for; those past VMM_LOGS overwrite the last */
    uint64_t enters; /* ENTERs done */
    uint64_t reserved[6];
    struct vmm_record at[VMM_LOGS];
};

#endif
