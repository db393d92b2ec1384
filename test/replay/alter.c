/*
 * alter.c - traces with one event altered: alter [--seed N] [--tries N] [--classes] TRACE...
 *
 * Each trace must be allowed as it is. Then, so many times a trace, one number or word of one line is changed, or
 * a line is dropped, said twice or moved behind one of its next three; the model must forbid what
 * results. A class is the kind of event and the field, or what was done to the line. A class of which
 * some alterations result in what another machine might have done is in the table `legal`, with the
 * reason; any other that passes fails the test, and so does a legal class of which none is noticed,
 * unless its row says that none can be.
 */
#include "../../check/replay.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *class, *why;
    bool rare; /* so rarely noticed that a run may have none */
} legal[] = {
    {"again.budget",
     "a VMM below may have written there; it is not entered again under this number", false},
    {"again.uid", "a VMM below may have given it another", false},
    {"again.number", "a node that has retired nothing, and is not named again", false},
    {"again.p", "a map that nothing is looked up in", false},
    {"again.np", "a map that nothing is looked up in", false},
    {"again.pend", "no answer uses it, and a VMM below may have written there", false},
    {"again.again", "the host has stopped the machine, and enters it anew", false},
    {"again.as", "maps that nothing is looked up in, or M and S: one map", false},
    {"again.label", "the parent's choice; the node is not named again", false},
    {"again.inside", "restoring it failed at once", false},
    {"again.resume", "restoring it failed at once", false},
    {"answer.result", "what a VMM answers is its own affair", true},
    {"change after change", "two stores to different entries", false},
    {"change after write", "the host wrote both", true},
    {"write after change", "another write of the host is the change's", true},
    {"change after dma", "a store to a table that the transfer does not use", false},
    {"dma after change", "a store to a table that the transfer does not use", false},
    {"change.map", "both maps are one table", false},
    {"change.is", "no later gap, transfer or change depends on the entry", true},
    {"drop change", "no later gap, transfer or change depends on the entry", false},
    {"twice dma", "a device may move the same twice", true},
    {"drop dma", "a device may move less", true},
    {"dma after dma", "a device may move in another order", true},
    {"dma.done", "the owner's PMP, or a DENY, may refuse", true},
    {"dma.refused", "nothing in the maps refuses it", false},
    {"dma.mode", "one piece alone, between two steps of its owner, and both maps lead there",
     false},
    {"dma.bytes", "a device may move less", false},
    {"dma.read", "a device may move from elsewhere in the owner's memory", false},
    {"dma.write", "a device may move to elsewhere in the owner's memory", false},
    {"dma.window", "another device of the same owner", false},
    {"drop enter", "the node was left again without a step: its parent met the gap", false},
    {"drop answer", "the answer did not fit", false},
    {"drop range", "no later gap, transfer or change depends on the entry", false},
    {"twice range", "a table may be read again", false},
    {"range after again", "nothing was looked up between", false},
    {"range after answer", "nothing was looked up between", false},
    {"range after dma", "nothing was looked up between", false},
    {"range after enter", "nothing was looked up between", false},
    {"range after range", "nothing was looked up between", false},
    {"range.map", "both maps are one table", false},
    {"range.is", "no later gap, transfer or change depends on the entry", false},
    {"range.index", "f[0] may have fewer entries", false},
    {"drop write", "nothing depends on what the host wrote", true},
    {"write.addr", "nothing depends on what the host wrote", true},
    {"write.bytes", "more or less around the same place", true},
    {"twice write", "the host may write the same twice", true},
    {"write after write", "the host may write in another order", true},
    {"drop status", "an ENTER that is refused is a store that retires, as any", false},
    {"status.status", "any field may be the wrong one", false},
    {"status.stored", "any address may be stored to ENTER", true},
    {"enter.enter", "the host stopped the machine before, or the law leaves it so", false},
    {"enter.as", "maps that nothing is looked up in, or M and S: one map", false},
    {"enter.budget", "the parent's choice; the node is not left in a way that tells", false},
    {"enter.clock", "the parent's choice; the node is not left in a way that tells", false},
    {"enter.desc", "the same memory by another address, or the issuer has a page table", false},
    {"enter.label", "the parent's choice; the node is not named again", false},
    {"enter.number", "a node that has retired nothing, and is not named again", false},
    {"enter.pend", "no answer uses it", false},
    {"enter.inside", "restoring it failed at once", false},
    {"enter.p", "a map that nothing is looked up in", false},
    {"enter.np", "a map that nothing is looked up in", false},
    {"enter.resume", "restoring it failed at once, or the answer did not fit", false},
    {"enter.uid", "the parent's choice", true},
    {"exit.kind", "EXIT or RESET, one map or the other", false},
    {"exit.pending", "another interrupt", false},
    {"exit.mode", "M and S: one map; DESC and DMA have modes of their own", false},
    {"exit.data", "M and S: one map; DESC and DMA have modes of their own", false},
    {"exit.reason", "BAD of an entry, or HALT with its number as a code", false},
    {"exit.value", "the data of a store, or the code of HALT", false},
    {"exit.width", "another instruction; no answer tells which", false},
    {"exit.reg", "another register; no answer tells which", false},
    {"exit.ilen", "another instruction; no answer tells which", false},
    {"exit.direct", "an entry is walked by an access, or for an ENTER", false},
    {"exit.flags", "another instruction; no answer tells which", false},
    {"trap.deleg", "the same interrupt would come first", false},
    {"trap.pending", "the same interrupt would come first", false},
    {"trap.cause", "which trap a node takes is its own affair", false},
    {"trap.tval", "which trap a node takes is its own affair", false},
};

struct trace {
    const char *name;
    char **line;
    size_t lines;
};

struct class {
    char name[48];
    uint64_t tries, caught;
    char *example;
};

enum { CLASSES = 400 };
static struct class class[CLASSES];
static unsigned classes;
static uint64_t state;

static uint64_t dice(uint64_t n) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (state >> 33 ^ state >> 13) % n;
}

static bool load(struct trace *t, const char *path) {
    FILE *f = fopen(path, "r");
    size_t room = 0, have = 0;
    char *line = NULL;
    ssize_t n;

    *t = (struct trace){.name = path};
    while (f && (n = getline(&line, &room, f)) > 0) {
        line[n - 1] = 0;
        if (t->lines == have) {
            have = have * 2 + 1024;
            t->line = realloc(t->line, have * sizeof *t->line);
        }
        t->line[t->lines++] = strdup(line);
    }
    free(line);
    if (f)
        fclose(f);
    return t->lines > 0;
}

/* The trace with line `at` as `text` (NULL: without it), `twice`, or behind line `behind`. */
static bool allowed(const struct trace *t, size_t at, const char *text, bool twice, size_t behind,
                    char why[400]) {
    struct replay *r = replay_new();
    bool ok = true;

    for (size_t i = 0; ok && i < t->lines; i++) {
        if (i != at) {
            ok = replay_line(r, t->line[i]);
        } else if (text && behind == at) {
            ok = replay_line(r, text) && (!twice || replay_line(r, text));
        }
        if (ok && i == behind && behind != at)
            ok = replay_line(r, t->line[at]);
    }
    ok = ok && replay_end(r);
    snprintf(why, 400, "%s", ok ? "" : replay_why(r));
    replay_free(r);
    return ok;
}

static const char *word(const char *line, unsigned n, char to[40]) {
    for (; n > 0 && *line; n--) {
        line += strcspn(line, " ");
        line += *line == ' ';
    }
    snprintf(to, 40, "%.*s", (int)strcspn(line, " "), line);
    return to;
}

/* One number of the line, changed; the class says which. */
static void alter_field(const char *line, char *to, size_t room, char name[48]) {
    size_t start[80], n = 0, pick, at, len;
    char event[40], field[40];

    for (size_t i = 0; line[i] && n < 80; i++) /* every number that stands alone */
        if ((line[i] >= '0' && line[i] <= '9') || (line[i] >= 'a' && line[i] <= 'f'))
            if (i == 0 || strchr(" =,/#.", line[i - 1])) {
                size_t k = strspn(line + i, "0123456789abcdef");
                if (line[i + k] == 0 || strchr(" ,/.", line[i + k]))
                    start[n++] = i;
            }
    pick = start[dice(n)];
    len = strspn(line + pick, "0123456789abcdef");
    for (at = pick; at > 0 && line[at - 1] != ' '; at--)
        ;
    snprintf(field, sizeof field, "%.*s", (int)strcspn(line + at, "=# "), line + at);
    if (at == pick)
        strcpy(field, at == 0 ? "step" : "at");
    if (line[at] == '0' && at != pick)
        strcpy(field, "label");
    if (line[at] == '#')
        strcpy(field, "number");
    if (at != 0 && line[at] >= '0' && line[at] <= '9' && at == pick &&
        strchr(line, '#') - line > (long)at) {
        size_t spaces = 0;
        for (size_t i = 0; i < at; i++)
            spaces += line[i] == ' ';
        strcpy(field, spaces == 1 ? "at" : "label");
    }
    word(line, 3, event);
    snprintf(name, 48, "%s.%s", event, field);
    uint64_t old = strtoull(line + pick, NULL, 16), new;
    switch (dice(4)) {
    case 0: new = old + 1; break;
    case 1: new = old - 1; break;
    case 2: new = old ^ 1ULL << dice(16); break;
    default: new = old ^ 1ULL << dice(64); break;
    }
    int wide = snprintf(to, room, "%.*s", (int)pick, line);
    bool decimal = at == pick || strspn(line + pick, "0123456789") == len;
    if (decimal && strchr("sulibnw#cr", line[at]) && strncmp(field, "is", 3) &&
        strncmp(field, "status", 6))
        wide += snprintf(to + wide, room - (size_t)wide, "%" PRIu64, new);
    else
        wide += snprintf(to + wide, room - (size_t)wide, "%" PRIx64, new);
    snprintf(to + wide, room - (size_t)wide, "%s", line + pick + len);
}

/* Words of which one may stand for another. */
static const char *const words[][10] = {
    {"M", "S", "U"},
    {"p", "np"},
    {"enter", "again"},
    {"done", "refused"},
    {"DONE", "DENY"},
    {"FAULT", "IDLE", "BUDGET", "INTERRUPT", "HALT", "BAD"},
    {"LOAD", "STORE", "AMO", "FETCH", "WALK", "MAP", "DESC", "DMA"},
};

static unsigned members(const char *const *group) {
    unsigned n = 0;

    while (n < 10 && group[n])
        n++;
    return n;
}

/* Another word of the group of the word at `at`, `len` long; NULL: it is in none. */
static const char *other_word(const char *at, size_t len) {
    for (unsigned g = 0; g < sizeof words / sizeof words[0]; g++)
        for (unsigned i = 0; i < members(words[g]); i++)
            if (strlen(words[g][i]) == len && memcmp(words[g][i], at, len) == 0)
                return words[g][(i + 1 + dice(members(words[g]) - 1)) % members(words[g])];
    return NULL;
}

/* One word of the line, changed. False: it has none that may be. */
static bool alter_word(const char *line, char *to, size_t room, char name[48]) {
    size_t start[80], n = 0, pick, len, at;
    char event[40];

    for (size_t i = 0; line[i] && n < 80; i += strcspn(line + i, " =,*"), i += line[i] != 0)
        if (other_word(line + i, strcspn(line + i, " =,*")))
            start[n++] = i;
    if (n == 0)
        return false;
    pick = start[dice(n)];
    len = strcspn(line + pick, " =,*");
    for (at = pick; at > 0 && line[at - 1] != ' '; at--)
        ;
    word(line, 3, event);
    snprintf(name, 48, "%s.%.*s", event, (int)strcspn(line + at, "= "), line + at);
    snprintf(to, room, "%.*s%s%s", (int)pick, line, other_word(line + pick, len),
             line + pick + len);
    return true;
}

static struct class *class_of(const char *name) {
    for (unsigned i = 0; i < classes; i++)
        if (strcmp(class[i].name, name) == 0)
            return &class[i];
    if (classes == CLASSES)
        exit(2);
    snprintf(class[classes].name, sizeof class[0].name, "%s", name);
    return &class[classes++];
}

static void one(const struct trace *t) {
    size_t at = dice(t->lines), behind = at;
    char event[40], name[48], other[40], why[400], *text = NULL;
    bool twice = false;
    size_t room = strlen(t->line[at]) + 64;

    word(t->line[at], 3, event);
    switch (dice(12)) {
    case 0: snprintf(name, sizeof name, "drop %s", event); break;
    case 1:
        snprintf(name, sizeof name, "twice %s", event);
        text = strdup(t->line[at]);
        twice = true;
        break;
    case 2:
    case 3:
        behind = at + 1 + dice(3);
        if (behind >= t->lines || strcmp(t->line[at], t->line[behind]) == 0)
            return;
        snprintf(name, sizeof name, "%s after %s", event, word(t->line[behind], 3, other));
        text = strdup(t->line[at]);
        break;
    case 4:
    case 5:
        text = malloc(room);
        if (!alter_word(t->line[at], text, room, name)) {
            free(text);
            return;
        }
        break;
    default:
        text = malloc(room);
        alter_field(t->line[at], text, room, name);
        if (strcmp(text, t->line[at]) == 0) {
            free(text);
            return;
        }
    }
    struct class *c = class_of(name);
    c->tries++;
    if (!allowed(t, at, text, twice, behind, why)) {
        c->caught++;
    } else if (!c->example) {
        c->example = malloc(2 * room + 100);
        snprintf(c->example, 2 * room + 100, "%s line %zu: %s", t->name, at + 1,
                 text ? text : t->line[at]);
    }
    free(text);
}

static const char *reason(const char *name, bool *rare) {
    for (unsigned i = 0; i < sizeof legal / sizeof legal[0]; i++)
        if (strcmp(legal[i].class, name) == 0) {
            *rare = legal[i].rare;
            return legal[i].why;
        }
    return NULL;
}

static int compare(const void *a, const void *b) { return strcmp(a, b); }

int main(int argc, char **argv) {
    uint64_t tries = 200, passed = 0, failed = 0, all = 0, caught = 0;
    bool list = false;
    uint64_t seed = 1975;

    for (int i = 1; i < argc; i++) {
        struct trace t;
        char why[400];
        if (i + 1 < argc && strcmp(argv[i], "--seed") == 0) {
            seed = strtoull(argv[++i], NULL, 0);
        } else if (i + 1 < argc && strcmp(argv[i], "--tries") == 0) {
            tries = strtoull(argv[++i], NULL, 0);
        } else if (strcmp(argv[i], "--classes") == 0) {
            list = true;
        } else if (!load(&t, argv[i]) || !allowed(&t, t.lines, NULL, false, t.lines, why)) {
            printf("FAIL %s as it is: %s\n", argv[i], t.lines ? why : "no trace");
            failed++;
        } else {
            state = seed + (uint64_t)i;
            uint64_t most = t.lines > 4000 ? 1 + tries * 4000 / t.lines : tries;
            for (uint64_t n = 0; n < most; n++)
                one(&t);
            for (size_t n = 0; n < t.lines; n++)
                free(t.line[n]);
            free(t.line);
            passed++;
        }
    }
    qsort(class, classes, sizeof class[0], compare);
    for (unsigned i = 0; i < classes; i++) {
        const struct class *c = &class[i];
        bool rare = false;
        const char *why = reason(c->name, &rare);
        bool ok = c->caught == c->tries || (why && (rare || c->caught > 0 || c->tries < 30));
        all += c->tries;
        caught += c->caught;
        if (list || !ok)
            printf("%s %-24s %6" PRIu64 " of %6" PRIu64 " forbidden%s%s\n", ok ? "ok  " : "FAIL",
                   c->name, c->caught, c->tries, c->example && why ? ": " : "",
                   c->example && why ? why : "");
        if (!ok)
            printf("     %s\n", c->example);
        passed += ok;
        failed += !ok;
    }
    printf("replay: seed %" PRIu64 ": %" PRIu64 " alterations in %u classes, %" PRIu64
           " forbidden, %" PRIu64 " legal traces\n",
           seed, all, classes, caught, all - caught);
    printf("%" PRIu64 " passed, %" PRIu64 " failed\n", passed, failed);
    return failed != 0;
}
