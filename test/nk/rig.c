/* rig.c - see rig.h. */
#include "rig.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *memory(uint64_t size) {
    void *p = calloc(1, size);

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

/* Piece k of nk's memory. */
static const void *piece(const struct rig *r, int k) {
    const void *const all[RIG_PIECES] = {r->nk,          r->arrays.desc,  r->arrays.range,
                                         r->arrays.page, r->arrays.child, r->arrays.word};

    return all[k];
}

void rig_memory(struct rig *r, uint64_t seed) {
    const struct nk_places *at = &r->at;
    uint64_t words = r->layout.objects.pages * RIG_PAGE_SIZE / 8, all = 0;

    r->size[0] = sizeof *r->nk;
    r->size[1] = at->range - at->desc;
    r->size[2] = at->page - at->range;
    r->size[3] = at->nk - at->page;
    r->size[4] = r->layout.children * sizeof(struct nk_child);
    r->size[5] = words * 8;
    for (int k = 0; k < RIG_PIECES; k++)
        all += r->size[k];
    r->nk = memory(r->size[0]);
    r->arrays = (struct nk_arrays){memory(r->size[1]), memory(r->size[2]), memory(r->size[3]),
                                   memory(r->size[4]), memory(r->size[5])};
    r->before = memory(all);
    for (uint64_t i = 0; i < words; i++)
        r->arrays.word[i] = rig_random(&seed) % 4 == 0 ? rig_random(&seed) : 0;
    memset(r->arrays.range, 0xa5, r->size[2]); /* nk_init clears */
    memset(r->arrays.page, 0xa5, r->size[3]);
    memset(r->arrays.child, 0xa5, r->size[4]);
}

void rig_start(struct rig *r, uint64_t seed) {
    enum nk_status status;

    *r = (struct rig){.layout = rig_layout()};
    status = nk_place(&r->layout, RIG_OWN_AT + RIG_PAGE_SIZE, &r->at);
    if (status == NK_OK) {
        rig_memory(r, seed);
        status = nk_init(r->nk, &r->layout, &r->at, &r->arrays);
    }
    if (status != NK_OK) {
        fprintf(stderr, "nk does not start: %s\n", nk_status_name(status));
        exit(2);
    }
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

void rig_note(struct rig *r) {
    unsigned char *to = r->before;

    for (int k = 0; k < RIG_PIECES; to += r->size[k], k++)
        memcpy(to, piece(r, k), r->size[k]);
}

bool rig_unchanged(const struct rig *r) {
    const unsigned char *as = r->before;

    for (int k = 0; k < RIG_PIECES; as += r->size[k], k++) {
        if (memcmp(as, piece(r, k), r->size[k]) != 0)
            return false;
    }
    return true;
}
