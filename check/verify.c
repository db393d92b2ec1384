/*
 * verify.c - see check.h: runs out of a JSON file, made or told again.
 *
 * Shares with the explorer only what makes a step (a system's init and expand, without its judgement). The
 * set of states is another, the order depth first, the judges are those of doubt.c. JSON is read as the YAML
 * that it is.
 */
#include "check_priv.h"
#include <cyaml/cyaml.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* ---- The file --------------------------------------------------------------------------------------- */

struct file_step {
    uint8_t code[8];
};
struct file_run {
    char *theorem, *drop, *digest;
    uint8_t *parent, *cells;
    unsigned parent_count, cells_count, bits, number, depth, wrong, node, cell;
    enum check_end end;
    uint64_t states;
    struct file_step *steps;
    unsigned steps_count;
    bool symmetry;
};
struct file {
    struct file_run *runs;
    unsigned runs_count;
};

static const cyaml_schema_value_t byte_schema = {CYAML_VALUE_UINT(CYAML_FLAG_DEFAULT, uint8_t)};
static const cyaml_schema_field_t step_fields[] = {
    CYAML_FIELD_SEQUENCE_FIXED("code", CYAML_FLAG_DEFAULT, struct file_step, code, &byte_schema, 8),
    CYAML_FIELD_END};
static const cyaml_schema_value_t step_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_step, step_fields)};
static const cyaml_strval_t ends[] = {{"complete", CHECK_COMPLETE},
                                      {"counterexample", CHECK_BAD},
                                      {"stopped", CHECK_STOPPED},
                                      {"out of memory", CHECK_NO_MEMORY}};

#define OPTIONAL           CYAML_FLAG_OPTIONAL
#define NUMBER(key, flags) CYAML_FIELD_UINT(#key, flags, struct file_run, key)
#define TEXT(key, flags)                                                                           \
    CYAML_FIELD_STRING_PTR(#key, CYAML_FLAG_POINTER | (flags), struct file_run, key, 1, 64)
#define BYTES(key)                                                                                 \
    CYAML_FIELD_SEQUENCE(#key, CYAML_FLAG_POINTER | OPTIONAL, struct file_run, key, &byte_schema,  \
                         1, VM_NODES)
static const cyaml_schema_field_t run_fields[] = {
    TEXT(theorem, CYAML_FLAG_DEFAULT),
    TEXT(drop, OPTIONAL),
    TEXT(digest, CYAML_FLAG_DEFAULT),
    BYTES(parent),
    BYTES(cells),
    NUMBER(bits, OPTIONAL),
    CYAML_FIELD_BOOL("symmetry", OPTIONAL, struct file_run, symmetry),
    NUMBER(number, OPTIONAL),
    NUMBER(depth, OPTIONAL),
    NUMBER(states, CYAML_FLAG_DEFAULT),
    NUMBER(wrong, OPTIONAL),
    NUMBER(node, OPTIONAL),
    NUMBER(cell, OPTIONAL),
    CYAML_FIELD_ENUM("end", CYAML_FLAG_STRICT, struct file_run, end, ends, CYAML_ARRAY_LEN(ends)),
    CYAML_FIELD_SEQUENCE("steps", CYAML_FLAG_POINTER | OPTIONAL, struct file_run, steps,
                         &step_schema, 0, CHECK_STEPS),
    CYAML_FIELD_END};
static const cyaml_schema_value_t run_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct file_run, run_fields)};
static const cyaml_schema_field_t file_fields[] = {
    CYAML_FIELD_SEQUENCE("runs", CYAML_FLAG_POINTER, struct file, runs, &run_schema, 0,
                         CYAML_UNLIMITED),
    CYAML_FIELD_END};
static const cyaml_schema_value_t file_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct file, file_fields)};

/* libcyaml's complaint: the first line of it says what, the second where. */
struct complaint {
    char text[200];
    unsigned at;
};

__attribute__((format(printf, 3, 0))) static void listen(cyaml_log_t level, void *ctx,
                                                         const char *format, va_list args) {
    struct complaint *c = ctx;
    int n;

    if (level < CYAML_LOG_ERROR || c->at >= sizeof c->text - 1)
        return;
    n = vsnprintf(c->text + c->at, sizeof c->text - c->at, format, args);
    c->at += n > 0 ? (unsigned)n : 0;
    for (unsigned i = 0; i < c->at && i < sizeof c->text && c->text[i]; i++)
        if (c->text[i] == '\n')
            c->text[i] = ' ';
}

/* ---- All states, once more --------------------------------------------------------------------------- */

struct walk {
    struct check_sink sink;
    const struct check_run *run;
    struct check_system sys;
    unsigned stride;
    uint8_t *state; /* in order of discovery */
    uint64_t count, room, *slot, slots;
    uint64_t *stack, depth; /* numbers of states to be visited: the last first */
    unsigned wrong;
    bool no_memory;
};

static bool grow(struct walk *w) {
    uint64_t slots = w->slots ? w->slots * 2 : 1 << 12;
    void *state = realloc(w->state, slots / 2 * w->stride), *stack;
    uint64_t *slot = calloc(slots, sizeof *slot);

    w->state = state ? state : w->state;
    stack = realloc(w->stack, slots / 2 * sizeof *w->stack);
    w->stack = stack ? stack : w->stack;
    if (!state || !stack || !slot) {
        free(slot);
        return false;
    }
    free(w->slot);
    w->slot = slot;
    w->slots = slots;
    w->room = slots / 2;
    for (uint64_t i = 0; i < w->count; i++) {
        uint64_t at = XXH3_64bits(w->state + i * w->stride, w->stride) & (slots - 1);

        while (slot[at] != 0)
            at = (at + 1) & (slots - 1);
        slot[at] = i + 1;
    }
    return true;
}

static bool meet(struct check_sink *sink, const uint8_t *state, const struct check_act *a) {
    struct walk *w = (struct walk *)sink;
    uint8_t padded[CHECK_STATE_MAX] = {0};
    uint64_t at;

    (void)a;
    if (w->no_memory || (w->count == w->room && !grow(w))) {
        w->no_memory = true;
        return false;
    }
    memcpy(padded, state, w->sys.size);
    for (at = XXH3_64bits(padded, w->stride);; at++) {
        uint64_t *slot = &w->slot[at & (w->slots - 1)];

        if (*slot == 0) {
            memcpy(w->state + w->count * w->stride, padded, w->stride);
            w->stack[w->depth++] = w->count;
            *slot = ++w->count;
            return true;
        }
        if (memcmp(w->state + (*slot - 1) * w->stride, padded, w->stride) == 0)
            return false;
    }
}

/* Every state from the first on, each judged where the run says that all hold. */
static void walk_all(struct walk *w) {
    uint8_t state[CHECK_STATE_MAX] = {0};

    w->sys.init(w->sys.scope, state);
    meet(&w->sink, state, NULL);
    while (w->depth != 0 && !w->no_memory && w->wrong == 0) {
        memcpy(state, w->state + w->stack[--w->depth] * w->stride, w->stride);
        w->wrong = doubt_state(w->run, state);
        w->sys.expand(w->sys.scope, state, &w->sink);
    }
}

static int verify_count(const struct check_run *run, const struct file_run *f, char *why,
                        size_t size) {
    uint64_t unused[CHECK_COUNTS] = {0}, digest = 0;
    struct walk w = {.sink = {.plain = true, .count = unused, .reach = meet},
                     .run = run,
                     .sys = check_system_of(run)};
    char hex[17];
    int status = 1;

    w.stride = (w.sys.size + 7) & ~7u;
    walk_all(&w);
    for (uint64_t i = 0; i < w.count; i++)
        digest += check_hash(w.state + i * w.stride, w.stride);
    snprintf(hex, sizeof hex, "%016" PRIx64, digest);
    if (w.no_memory)
        snprintf(why, size, "no memory for its states");
    else if (w.wrong != 0)
        snprintf(why, size, "a state is wrong: %s", check_wrong_text(run, w.wrong));
    else if (w.count != f->states)
        snprintf(why, size, "%" PRIu64 " states, not %" PRIu64, w.count, f->states);
    else if (strcmp(hex, f->digest) != 0)
        snprintf(why, size, "as many states, but other ones: digest %s", hex);
    else
        status = 0;
    free(w.state);
    free(w.slot);
    free(w.stack);
    return status;
}

/* ---- A story, once more -------------------------------------------------------------------------------- */

struct follow {
    struct check_sink sink;
    const struct check_act *act;
    unsigned size, fault;
    bool met;
    uint8_t next[CHECK_STATE_MAX];
};

static bool pick(struct check_sink *sink, const uint8_t *state, const struct check_act *a) {
    struct follow *f = (struct follow *)sink;

    if (!f->met && memcmp(a, f->act, sizeof *a) == 0) {
        f->met = true;
        f->fault = sink->wrong.what;
        memcpy(f->next, state, f->size);
    }
    return false;
}

static int verify_story(const struct check_run *run, const struct file_run *file, char *why,
                        size_t size) {
    struct check_system sys = check_system_of(run);
    uint8_t state[CHECK_STATE_MAX] = {0};
    uint64_t unused[CHECK_COUNTS] = {0};
    struct check_wrong w = {
        .what = (uint8_t)file->wrong, .node = (uint8_t)file->node, .cell = (uint8_t)file->cell};

    if (file->wrong == 0 || file->wrong > UINT8_MAX || file->node > UINT8_MAX ||
        file->cell > UINT8_MAX) {
        snprintf(why, size, "it does not say what is wrong");
        return 1;
    }
    sys.init(sys.scope, state);
    for (unsigned i = 0; i < file->steps_count; i++) {
        struct follow f = {.sink = {.plain = true, .count = unused, .reach = pick},
                           .act = &w.act,
                           .size = sys.size};

        memcpy(w.act.b, file->steps[i].code, sizeof w.act.b);
        sys.expand(sys.scope, state, &f.sink);
        if (!f.met) {
            snprintf(why, size, "step %u cannot be made", i + 1);
            return 1;
        }
        if (i + 1 == file->steps_count) {
            if (doubt_wrong(run, &w, state, f.next, f.fault))
                return 0;
            break;
        }
        memcpy(state, f.next, sys.size);
    }
    snprintf(why, size, "its steps can be made, and nothing is wrong after them");
    return 1;
}

/* ---- All together ----------------------------------------------------------------------------------- */

static int verify_run(const struct file_run *f, char *why, size_t size) {
    struct check_run run;
    struct check_scope given = {.theorem = f->theorem,
                                .drop = f->drop,
                                .number = f->number,
                                .nodes = f->parent_count,
                                .bits = f->bits,
                                .symmetry = f->symmetry,
                                .parent = f->parent,
                                .cells = f->cells};

    if (f->parent_count != f->cells_count || !check_rebuild(&given, &run)) {
        snprintf(why, size, "there is no such scope of %s", f->theorem);
        return 1;
    }
    switch (f->end) {
    case CHECK_COMPLETE: return verify_count(&run, f, why, size);
    case CHECK_BAD: return verify_story(&run, f, why, size);
    default: snprintf(why, size, "it did not come to its end"); return 1;
    }
}

int check_verify(const char *path, char *why, size_t size) {
    struct complaint c = {{0}, 0};
    cyaml_config_t config = {.log_fn = listen,
                             .log_ctx = &c,
                             .log_level = CYAML_LOG_ERROR,
                             .mem_fn = cyaml_mem,
                             .flags = CYAML_CFG_IGNORE_UNKNOWN_KEYS};
    struct file *f = NULL;
    cyaml_err_t err = cyaml_load_file(path, &config, &file_schema, (cyaml_data_t **)&f, NULL);
    unsigned counts = 0, stories = 0;
    char text[160];
    int status = 0;

    if (err != CYAML_OK) {
        snprintf(why, size, "%s; frond check --json writes what can be verified",
                 c.at ? c.text : cyaml_strerror(err));
        return 2;
    }
    for (unsigned i = 0; i < f->runs_count && status == 0; i++) {
        status = verify_run(&f->runs[i], text, sizeof text);
        counts += f->runs[i].end == CHECK_COMPLETE;
        stories += f->runs[i].end == CHECK_BAD;
        if (status != 0)
            snprintf(why, size, "run %u, %s: %s", i + 1, f->runs[i].theorem, text);
    }
    if (status == 0)
        snprintf(why, size, "%u counts and %u counterexamples are as it says", counts, stories);
    cyaml_free(&config, &file_schema, f, 0);
    return status;
}
