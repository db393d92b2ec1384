/*
 * campaign.h - a list of runs, made one after the other; it can be cut into shards, stopped, and resumed.
 */
#ifndef FROND_CHECK_CAMPAIGN_H
#define FROND_CHECK_CAMPAIGN_H

#include "check.h"

enum { CAMPAIGN_RUNS = 512 };

/* What was asked for: the list follows from it. */
struct campaign_order {
    uint64_t theorems; /* bits, by index; 0: all, or the one of `drop` */
    uint32_t drop;     /* or CHECK_NO_DROP */
    struct check_size size;
    uint32_t shard, shards; /* of 1 to `shards`: every `shards`th run; shards 0: all */
    bool plain;             /* states only */
    uint32_t maps;          /* enum cells_maps: theorems without resolvers are left out */
};

struct campaign {
    struct campaign_order order;
    unsigned count, done;
    unsigned left_out;          /* scopes that do not fit the model */
    struct check_system system; /* of the run at hand */
    struct check_run run[CAMPAIGN_RUNS];
    struct check_result result[CAMPAIGN_RUNS];
};

/* The list for c->order. False: a run does not fit the model's sizes, or none is left. */
bool campaign_list(struct campaign *c);
/* Makes what is left of it; with a hypothesis dropped, up to the first counterexample; after each run `each` is called (NULL: not). `from`: a file that campaign_load
 * has read the beginning of; else NULL. Stopped, or out of memory: *at is the explorer as it is, to be
 * saved and freed by the caller, or NULL if there is none, and c->done the index of its run. */
enum campaign_end { CAMPAIGN_DONE, CAMPAIGN_CUT, CAMPAIGN_BAD_FILE };
enum campaign_end campaign_go(struct campaign *c, const struct check_options *o, FILE *from,
                              struct explorer **at,
                              void (*each)(const struct campaign *, unsigned index));
/* False: the file cannot be written. */
bool campaign_save(const struct campaign *c, const struct explorer *e, const char *path);
/* An open file with the explorer's part still to read, for campaign_go. NULL: no such file, or not one of
 * campaign_save of this version. */
FILE *campaign_load(struct campaign *c, const char *path);

/* What a run has come to. */
enum campaign_verdict { VERDICT_HOLDS, VERDICT_FAILS, VERDICT_VACUOUS, VERDICT_UNFINISHED };
enum campaign_verdict campaign_verdict(const struct check_run *, const struct check_result *);

#endif
