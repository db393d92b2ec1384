/* replay_line.c - the fields of a line. */
#include "replay_priv.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool replay_no(struct replay *r, const char *rule, const char *format, ...) {
    va_list args;
    int n = snprintf(r->why, sizeof r->why, "line %" PRIu64 ": %s: ", r->lines, rule);

    va_start(args, format);
    vsnprintf(r->why + n, sizeof r->why - (size_t)n, format, args);
    va_end(args);
    return false;
}

const char *replay_text(const struct replay *r, const char *name) {
    for (unsigned i = 0; i < r->fields; i++)
        if (strcmp(r->field[i].name, name) == 0)
            return r->field[i].value;
    return NULL;
}

/* A number, all of the text up to `end`. */
bool replay_number(const char *s, int base, char end, uint64_t *out) {
    char *rest;

    if (!s || *s == 0 || *s == '-' || *s == '+' || *s == ' ')
        return false;
    *out = strtoull(s, &rest, base);
    return *rest == end;
}

bool replay_get(struct replay *r, const char *name, int base, uint64_t *out) {
    return replay_number(replay_text(r, name), base, 0, out) ||
           replay_no(r, "format", "no number %s=", name);
}

bool replay_get_ranges(struct replay *r, const char *name, struct frond_range *e) {
    const char *s = replay_text(r, name);
    uint64_t *to[] = {&e->base, &e->size, &e->target, &e->flags};

    for (unsigned i = 0; i < 4; i++) {
        if (!replay_number(s, 16, i < 3 ? ',' : 0, to[i]))
            return replay_no(r, "format", "no range %s=", name);
        s = i < 3 ? strchr(s, ',') + 1 : s;
    }
    return true;
}

bool replay_get_map(struct replay *r, const char *name, uint64_t *addr, uint64_t *count) {
    const char *s = replay_text(r, name);

    return (replay_number(s, 16, '/', addr) && replay_number(strchr(s, '/') + 1, 10, 0, count)) ||
           replay_no(r, "format", "no map %s=", name);
}

const char *const replay_kinds[] = {"-",    "LOAD", "STORE", "AMO", "FETCH",
                                    "WALK", "MAP",  "DESC",  "DMA"};

/* A kind by its name, or, where a VMM has written what is none, by its number. */
static bool kind_number(const char *s, char end, uint64_t *out) {
    for (*out = 0; *out < KINDS; ++*out) {
        size_t len = strlen(replay_kinds[*out]);
        if (strncmp(s, replay_kinds[*out], len) == 0 && s[len] == end)
            return true;
    }
    return replay_number(s, 10, end, out) && *out >= KINDS;
}

/* pend=KIND,ADDR,VALUE,WIDTH,REG,ILEN,FLAGS,CAUSE,TVAL, or nothing. */
bool replay_get_pend(struct replay *r, struct pending *p) {
    const char *s = replay_text(r, "pend");
    uint64_t *to[] = {&p->addr, &p->value, &p->width, &p->reg,
                      &p->ilen, &p->flags, &p->cause, &p->tval};
    static const int base[] = {16, 16, 10, 10, 10, 16, 16, 16};

    memset(p, 0, sizeof *p);
    if (!s)
        return true;
    p->here = kind_number(s, ',', &p->kind);
    for (unsigned i = 0; i < 8 && p->here; i++) {
        s = strchr(s, ',') + 1;
        p->here = replay_number(s, base[i], i < 7 ? ',' : 0, to[i]);
    }
    return p->here || replay_no(r, "format", "no access pend=");
}

/* The record of an access; kind `-`: there is none. */
bool replay_get_record(struct replay *r, struct pending *p) {
    const char *kind = replay_text(r, "kind");

    if (!kind || !kind_number(kind, 0, &p->kind) || !replay_get(r, "addr", 16, &p->addr) ||
        !replay_get(r, "flags", 16, &p->flags) || !replay_get(r, "width", 10, &p->width) ||
        !replay_get(r, "reg", 10, &p->reg) || !replay_get(r, "ilen", 10, &p->ilen) ||
        !replay_get(r, "value", 16, &p->value))
        return replay_no(r, "format", "no access");
    p->here = p->kind != 0;
    return true;
}

bool replay_split(struct replay *r, char *line, char *word[5]) {
    char *rest = line, *w;

    r->fields = 0;
    for (unsigned i = 0; i < 5; i++)
        if (!(word[i] = strsep(&rest, " ")) || !*word[i])
            return replay_no(r, "format", "step, clock, label, event, #number are wanted");
    while ((w = strsep(&rest, " ")) != NULL) {
        char *eq = strchr(w, '=');
        if (eq)
            *eq = 0;
        if (r->fields == FIELDS || !*w)
            return replay_no(r, "format", "fields");
        if (replay_text(r, w))
            return replay_no(r, "format", "%s= comes twice", w);
        r->field[r->fields++] = (struct field){w, eq ? eq + 1 : ""};
    }
    return true;
}
