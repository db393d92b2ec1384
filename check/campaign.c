/* campaign.c - see campaign.h. */
#include "campaign.h"
#include <stdlib.h>
#include <string.h>

/* ---- The list --------------------------------------------------------------------------------------- */

static bool wanted(const struct campaign_order *o, unsigned theorem) {
    if (o->theorems != 0)
        return o->theorems >> theorem & 1;
    if (o->maps != CELLS_NONE)
        return check_has_maps(&check_theorems[theorem]);
    return o->drop == CHECK_NO_DROP ||
           strcmp(check_theorems[theorem].name, check_drops[o->drop].theorem) == 0;
}

static void cut(struct campaign *c) {
    unsigned n = 0;

    for (unsigned i = 0; i < c->count; i++)
        if (i % c->order.shards == c->order.shard - 1)
            c->run[n++] = c->run[i];
    c->count = n;
}

bool campaign_list(struct campaign *c) {
    c->count = c->left_out = 0;
    for (unsigned t = 0; t < check_theorem_count; t++)
        if (wanted(&c->order, t))
            c->count += check_runs(&check_theorems[t], &c->order.size, c->order.drop,
                                   c->run + c->count, CAMPAIGN_RUNS - c->count, &c->left_out);
    for (unsigned i = 0; i < c->count; i++)
        c->run[i].maps = c->order.maps;
    if (c->order.shards != 0)
        cut(c);
    return c->count != 0;
}

enum campaign_verdict campaign_verdict(const struct check_run *run, const struct check_result *r) {
    if (r->end == CHECK_BAD)
        return VERDICT_FAILS;
    if (r->end != CHECK_COMPLETE)
        return VERDICT_UNFINISHED;
    return run->drop == CHECK_NO_DROP && check_missing(run, r) != NULL ? VERDICT_VACUOUS
                                                                       : VERDICT_HOLDS;
}

enum campaign_end campaign_go(struct campaign *c, const struct check_options *o, FILE *from,
                              struct explorer **at,
                              void (*each)(const struct campaign *, unsigned index)) {
    for (*at = NULL; c->done < c->count; c->done++, from = NULL) {
        struct check_result *r = &c->result[c->done];

        *r = (struct check_result){.end = CHECK_NO_MEMORY};
        c->system = check_system_of(&c->run[c->done]);
        *at = explorer_new(&c->system, o);
        if (*at == NULL)
            return CAMPAIGN_CUT;
        if (from != NULL && !explorer_load(*at, from))
            return CAMPAIGN_BAD_FILE;
        *r = explorer_run(*at);
        if (r->end == CHECK_STOPPED || r->end == CHECK_NO_MEMORY)
            return CAMPAIGN_CUT;
        explorer_free(*at);
        *at = NULL;
        if (each)
            each(c, c->done);
        if (r->end == CHECK_BAD && c->order.drop != CHECK_NO_DROP) {
            c->done++;
            break;
        }
    }
    return CAMPAIGN_DONE;
}

/* ---- Saved and loaded ------------------------------------------------------------------------------- */

struct head {
    char magic[16];
    char version[16];
    uint32_t order_size, result_size, done;
};
static const char magic[16] = "frond check 1\n";

static struct head head_of(const struct campaign *c) {
    struct head h = {.order_size = sizeof c->order, .result_size = sizeof c->result[0]};

    memcpy(h.magic, magic, sizeof magic);
    strncpy(h.version, FROND_VERSION, sizeof h.version - 1);
    h.done = c->done;
    return h;
}

bool campaign_save(const struct campaign *c, const struct explorer *e, const char *path) {
    struct head h = head_of(c);
    FILE *f = fopen(path, "wb");
    bool ok;

    if (f == NULL)
        return false;
    ok = fwrite(&h, sizeof h, 1, f) == 1 && fwrite(&c->order, sizeof c->order, 1, f) == 1 &&
         fwrite(c->result, sizeof c->result[0], c->done, f) == c->done && explorer_save(e, f);
    return fclose(f) == 0 && ok;
}

/* What the command line could have asked for. */
static bool sensible(const struct campaign_order *o) {
    for (unsigned l = 0; l < CHECK_LEVELS; l++)
        if (o->size.cells[l] > (l == 0 ? VM_ADDRS : VM_CELLS))
            return false;
    for (unsigned i = 0; o->maps != CELLS_NONE && i < check_theorem_count; i++)
        if (o->theorems >> i & 1 && !check_has_maps(&check_theorems[i]))
            return false;
    return o->maps < CELLS_MAPS && (o->maps == CELLS_NONE || o->drop == CHECK_NO_DROP) &&
           o->drop <= CHECK_NO_DROP && o->shard <= o->shards && o->size.bits <= 3 &&
           o->size.nodes <= VM_NODES;
}

FILE *campaign_load(struct campaign *c, const char *path) {
    FILE *f = fopen(path, "rb");
    struct head h, mine = head_of(c);
    bool ok = f != NULL && fread(&h, sizeof h, 1, f) == 1;

    mine.done = ok ? h.done : 0;
    ok = ok && memcmp(&h, &mine, sizeof h) == 0 && fread(&c->order, sizeof c->order, 1, f) == 1 &&
         sensible(&c->order) && campaign_list(c) && h.done < c->count &&
         fread(c->result, sizeof c->result[0], h.done, f) == h.done;
    if (!ok) {
        if (f != NULL)
            fclose(f);
        return NULL;
    }
    c->done = h.done;
    return f;
}
