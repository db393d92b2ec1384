/*
 * loop.h - the host as node 0's parent: makes the machine, enters it, answers its exits, until it ends.
 */
#ifndef FROND_CLI_LOOP_H
#define FROND_CLI_LOOP_H

#include "boot.h"
#include "console.h"
#include "drive.h"
#include "listing.h"
#include "options.h"
#include <stdio.h>

struct loop {
    struct boot *boot;
    struct drives *drives;
    struct console console;
    struct option_list hash_at;
    uint64_t max, shake, shake_every, seed, maps; /* maps: enum frond_maps */
    uint64_t max_nodes, max_memory;  /* 0: any */
    uint64_t reached;                /* greatest of hash_at that a node came to */
    bool audit, judge, interpret, host_clock, rng, sandbox;
    FILE *trace, *stats, *listing_file; /* NULL: none */
    struct listing *listing;
    struct frond_code *code; /* NULL: nothing is translated */
};

/* Runs until the end; the exit status. */
int loop_run(struct loop *l);

#endif
