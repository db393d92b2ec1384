/* rig.c - see rig.h. */
#include "rig.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *memory(size_t n, size_t size) {
    void *p = calloc(n, size);

    if (p == NULL) {
        fprintf(stderr, "no memory\n");
        exit(2);
    }
    return p;
}

uint64_t rig_random(uint64_t *state) { /* splitmix64 */
    uint64_t z = *state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

struct nk_layout rig_layout(void) {
    return (struct nk_layout){
        .own = {{RIG_OWN_AT, RIG_OWN, 1}},
        .area = {{RIG_WINDOW_AT, RIG_WINDOWS, 0}, /* as 1 */
                 {RIG_MEMORY_AT, RIG_MEMORY, 1},
                 {RIG_ARCHIVE_AT, RIG_ARCHIVE, 1},
                 {RIG_COARSE_AT, RIG_COARSE, RIG_UNIT}},
        .objects = {RIG_MEMORY_AT, RIG_OBJECTS, 1},
        .children = RIG_CHILDREN,
        .ranges = RIG_RANGES,
    };
}

void rig_start(struct rig *r, uint64_t seed) {
    enum nk_status status;

    *r = (struct rig){.nk = memory(1, sizeof *r->nk), .layout = rig_layout()};
    r->arrays = (struct nk_arrays){
        memory(RIG_CHILDREN, sizeof(struct frond_desc)),
        memory(RIG_RANGES, sizeof(struct frond_range)),
        memory(RIG_RECORDS, sizeof(struct nk_page)),
        memory(RIG_CHILDREN, sizeof(struct nk_child)),
        memory(RIG_WORDS, sizeof(uint64_t)),
    };
    for (int i = 0; i < RIG_WORDS; i++)
        r->arrays.word[i] = rig_random(&seed) % 4 == 0 ? rig_random(&seed) : 0;
    memset(r->arrays.page, 0xa5, RIG_RECORDS * sizeof(struct nk_page)); /* nk_init clears */
    memset(r->arrays.range, 0xa5, RIG_RANGES * sizeof(struct frond_range));
    memset(r->arrays.child, 0xa5, RIG_CHILDREN * sizeof(struct nk_child));
    status = nk_place(&r->layout, RIG_OWN_AT + RIG_PAGE_SIZE, &r->at);
    if (status == NK_OK)
        status = nk_init(r->nk, &r->layout, &r->at, &r->arrays);
    if (status != NK_OK) {
        fprintf(stderr, "nk does not start: %s\n", nk_status_name(status));
        exit(2);
    }
    r->before = memory(1, sizeof *r->nk + RIG_CHILDREN * sizeof(struct frond_desc) +
                              RIG_RANGES * sizeof(struct frond_range) +
                              RIG_RECORDS * sizeof(struct nk_page) +
                              RIG_CHILDREN * sizeof(struct nk_child) + RIG_WORDS * 8);
}

void rig_end(struct rig *r) {
    free(r->nk);
    free(r->arrays.desc);
    free(r->arrays.range);
    free(r->arrays.page);
    free(r->arrays.child);
    free(r->arrays.word);
    free(r->before);
}

/* Piece k of nk's memory; NULL: there are no more. */
static const void *piece(const struct rig *r, int k, size_t *size) {
    switch (k) {
    case 0: *size = sizeof *r->nk; return r->nk;
    case 1: *size = RIG_CHILDREN * sizeof(struct frond_desc); return r->arrays.desc;
    case 2: *size = RIG_RANGES * sizeof(struct frond_range); return r->arrays.range;
    case 3: *size = RIG_RECORDS * sizeof(struct nk_page); return r->arrays.page;
    case 4: *size = RIG_CHILDREN * sizeof(struct nk_child); return r->arrays.child;
    case 5: *size = RIG_WORDS * sizeof(uint64_t); return r->arrays.word;
    default: return NULL;
    }
}

void rig_note(struct rig *r) {
    unsigned char *to = r->before;
    const void *p;
    size_t size;

    for (int k = 0; (p = piece(r, k, &size)) != NULL; k++, to += size)
        memcpy(to, p, size);
}

bool rig_unchanged(const struct rig *r) {
    const unsigned char *as = r->before;
    const void *p;
    size_t size;

    for (int k = 0; (p = piece(r, k, &size)) != NULL; k++, as += size) {
        if (memcmp(as, p, size) != 0)
            return false;
    }
    return true;
}
