/* json.c - see check.h: runs as JSON. Every text in it is our own, so none needs a quote escaped. */
#include "check_priv.h"
#include <inttypes.h>

static void numbers(FILE *to, const char *key, const uint8_t *n, unsigned count) {
    fprintf(to, "\"%s\": [", key);
    for (unsigned i = 0; i < count; i++)
        fprintf(to, "%s%u", i ? ", " : "", n[i]);
    fputs("]", to);
}

static void counts(FILE *to, const uint64_t *n) {
    static const char *const name[COUNT_END] = {[COUNT_MAP + 1] = "map written at level 1",
                                                [COUNT_MAP + 2] = "map written at level 2",
                                                [COUNT_MAP + 3] = "map written at level 3",
                                                [COUNT_GAP + 1] = "gap met at level 1",
                                                [COUNT_GAP + 2] = "gap met at level 2",
                                                [COUNT_GAP + 3] = "gap met at level 3",
                                                [COUNT_FAULT] = "fault told to level 0",
                                                [COUNT_FAULT + 1] = "fault told to level 1",
                                                [COUNT_FAULT + 2] = "fault told to level 2",
                                                [COUNT_FULL] = "all core at the first child",
                                                [COUNT_FULL + 1] = "all core at the second",
                                                [COUNT_SHARED] = "a cell shared",
                                                [COUNT_INTERPRETED] = "instruction interpreted",
                                                [COUNT_IRQ] = "interrupt taken",
                                                [COUNT_STEPS] = "steps",
                                                [COUNT_ASKED] =
                                                    "steps after which the resolver was asked"};
    const char *comma = "";

    fputs("\"counts\": {", to);
    for (unsigned i = 0; i < COUNT_END; i++)
        if (name[i] != NULL && n[i] != 0) {
            fprintf(to, "%s\"%s\": %" PRIu64, comma, name[i], n[i]);
            comma = ", ";
        }
    fputs("}", to);
}

static void story(FILE *to, const struct check_run *run, const struct check_result *r) {
    fprintf(
        to,
        ",\n     \"wrong\": %u, \"text\": \"%s\", \"node\": %u, \"cell\": %u,\n     \"steps\": [",
        r->wrong.what, check_wrong_text(run, r->wrong.what), r->wrong.node, r->wrong.cell);
    for (unsigned i = 0; i < r->steps; i++) {
        fprintf(to, "%s\n      {", i ? "," : "");
        numbers(to, "code", r->step[i].b, sizeof r->step[i].b);
        fputs(", \"text\": \"", to);
        check_act_text(to, run, &r->step[i]);
        fputs("\"}", to);
    }
    fputs("]", to);
}

static void one(FILE *to, const struct check_run *run, const struct check_result *r) {
    const char *missing = r->end == CHECK_COMPLETE ? check_missing(run, r) : NULL;

    fprintf(to, "    {\"theorem\": \"%s\", ", run->theorem->name);
    if (run->drop != CHECK_NO_DROP)
        fprintf(to, "\"drop\": \"%s\", ", check_drops[run->drop].name);
    if (run->theorem->kind == CHECK_VM) {
        numbers(to, "parent", run->vm.parent, run->vm.nodes);
        fputs(", ", to);
        numbers(to, "cells", run->vm.cells, run->vm.nodes);
        fprintf(to, ", \"bits\": %u,%s\n     ", run->vm.bits,
                run->vm.alike ? " \"symmetry\": true," : "");
    } else {
        fprintf(to, "\"number\": %u,\n     ", run->number);
    }
    fprintf(to,
            "\"end\": \"%s\", \"states\": %" PRIu64 ", \"digest\": \"%016" PRIx64
            "\", \"depth\": %u, \"seconds\": %.3f, \"memory\": %" PRIu64 ",\n     ",
            check_end_names[r->end], r->states, r->digest, r->depth, r->seconds, r->memory);
    counts(to, r->count);
    if (missing != NULL)
        fprintf(to, ", \"not seen\": \"%s\"", missing);
    if (r->end == CHECK_BAD)
        story(to, run, r);
    fputs("}", to);
}

const char *const check_end_names[] = {"complete", "counterexample", "stopped", "out of memory"};

void check_json(FILE *to, const struct check_run *run, const struct check_result *r,
                unsigned count) {
    fprintf(to, "{\"frond\": \"%s\", \"runs\": [\n", FROND_VERSION);
    for (unsigned i = 0; i < count; i++) {
        one(to, &run[i], &r[i]);
        fputs(i + 1 < count ? ",\n" : "\n", to);
    }
    fputs("]}\n", to);
}
