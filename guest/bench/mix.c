/*
 * mix.c - integer work of four kinds in the proportions of a small embedded program: a linked
 * list searched, sorted and reversed; matrices; a state machine over text; a checksum over it all.
 */
#include "mix.h"
#include <stdbool.h>
#include <stddef.h>

enum { NODES = 64, SIDE = 12, TEXT = 512 };

struct node {
    struct node *next;
    uint16_t key, value;
};

static struct node pool[NODES];
static int16_t ma[SIDE][SIDE], mb[SIDE][SIDE];
static int32_t mc[SIDE][SIDE];
static char text[TEXT + 1];

static uint16_t crc16(uint16_t crc, uint32_t v) {
    for (int i = 0; i < 32; i++) {
        bool bit = ((crc ^ v) & 1) != 0;

        crc >>= 1;
        if (bit)
            crc ^= 0xa001;
        v >>= 1;
    }
    return crc;
}

static uint32_t next_random(uint32_t *s) {
    *s = *s * 1664525 + 1013904223;
    return *s >> 8;
}

/* ---- List ------------------------------------------------------------------------------------ */

static struct node *list_make(uint32_t *seed) {
    for (int i = 0; i < NODES; i++) {
        pool[i].key = (uint16_t)next_random(seed);
        pool[i].value = (uint16_t)i;
        pool[i].next = i + 1 < NODES ? &pool[i + 1] : NULL;
    }
    return pool;
}

static struct node *list_reverse(struct node *l) {
    struct node *done = NULL;

    while (l != NULL) {
        struct node *next = l->next;

        l->next = done;
        done = l;
        l = next;
    }
    return done;
}

static struct node *list_merge(struct node *a, struct node *b) {
    struct node head, *tail = &head;

    while (a != NULL && b != NULL) {
        struct node **least = a->key <= b->key ? &a : &b;

        tail->next = *least;
        tail = *least;
        *least = tail->next;
    }
    tail->next = a != NULL ? a : b;
    return head.next;
}

/* Bottom-up merge sort: bin[i] holds 2^i nodes or none. */
static struct node *list_sort(struct node *l) {
    struct node *bin[8] = {NULL}, *all = NULL;

    while (l != NULL) {
        struct node *one = l;
        int i = 0;

        l = l->next;
        one->next = NULL;
        for (; bin[i] != NULL; i++) {
            one = list_merge(bin[i], one);
            bin[i] = NULL;
        }
        bin[i] = one;
    }
    for (int i = 0; i < 8; i++)
        all = list_merge(bin[i], all);
    return all;
}

static uint32_t list_find(const struct node *l, uint16_t value) {
    uint32_t place = 0;

    while (l != NULL && l->value != value) {
        l = l->next;
        place++;
    }
    return place;
}

static uint16_t list_work(uint16_t crc, uint32_t *seed) {
    struct node *l = list_make(seed);

    for (uint16_t v = 0; v < 8; v++) {
        crc = crc16(crc, list_find(l, (uint16_t)(v * 7)));
        l = list_reverse(l);
    }
    l = list_sort(l);
    for (const struct node *p = l; p != NULL; p = p->next)
        crc = crc16(crc, p->key);
    return crc;
}

/* ---- Matrices -------------------------------------------------------------------------------- */

static uint16_t matrix_work(uint16_t crc, uint32_t *seed) {
    int32_t trace = 0;

    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            ma[i][j] = (int16_t)next_random(seed);
            mb[i][j] = (int16_t)(ma[i][j] >> 3 ^ j);
        }
    }
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++) {
            uint32_t sum = 0;

            for (int k = 0; k < SIDE; k++)
                sum += (uint32_t)(ma[i][k] * mb[k][j]);
            mc[i][j] = (int32_t)sum;
        }
    }
    for (int i = 0; i < SIDE; i++) {
        for (int j = 0; j < SIDE; j++)
            trace = mc[i][j] > mc[j][i] ? trace + 10 : trace ^ mc[i][j] >> 5;
    }
    return crc16(crc, (uint32_t)trace);
}

/* ---- State machine: what kinds of number stand in a text ------------------------------------- */

enum state { START, SIGN, WHOLE, POINT, FRACTION, EXPONENT, POWER, WRONG, STATES };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }

static enum state step(enum state s, char c) {
    switch (s) {
    case START: return is_digit(c) ? WHOLE : c == '+' || c == '-' ? SIGN : c == '.' ? POINT : WRONG;
    case SIGN: return is_digit(c) ? WHOLE : c == '.' ? POINT : WRONG;
    case WHOLE: return is_digit(c) ? WHOLE : c == '.' ? POINT : c == 'e' ? EXPONENT : WRONG;
    case POINT:
    case FRACTION: return is_digit(c) ? FRACTION : c == 'e' ? EXPONENT : WRONG;
    case EXPONENT: return is_digit(c) || c == '-' ? POWER : WRONG;
    case POWER: return is_digit(c) ? POWER : WRONG;
    default: return WRONG;
    }
}

static uint16_t state_work(uint16_t crc, uint32_t *seed) {
    static const char letters[] = "0123456789+-.e,,";
    uint32_t count[STATES] = {0};
    enum state s = START;

    for (int i = 0; i < TEXT; i++)
        text[i] = letters[next_random(seed) % 16];
    for (const char *p = text; *p != 0; p++) {
        if (*p == ',') {
            count[s]++;
            s = START;
        } else {
            s = step(s, *p);
        }
    }
    for (int i = 0; i < STATES; i++)
        crc = crc16(crc, count[i]);
    return crc;
}

uint16_t mix(uint64_t n, uint32_t seed) {
    uint16_t crc = 0xffff;

    for (uint64_t i = 0; i < n; i++) {
        crc = list_work(crc, &seed);
        crc = matrix_work(crc, &seed);
        crc = state_work(crc, &seed);
    }
    return crc;
}
