/* replay_dma.c - what devices move, and in which mode. */
#include "replay_priv.h"
#include <inttypes.h>
#include <string.h>

void replay_may_ring(struct replay *r, const struct node *n) {
    for (unsigned w = 0; w <= FROND_VIRTIO_SLOTS; w++)
        if (r->dma[w].uid == n->uid)
            r->dma[w].mode = 0;
}

char replay_dma_mode(const struct replay *r, uint64_t window, const struct node *n) {
    return r->dma[window].uid == n->uid ? r->dma[window].mode : 0;
}

/* 6.1: the mode is that of the owner's last doorbell, a store of its own. */
static bool mode_holds(struct replay *r, uint64_t window, const struct node *n, char mode) {
    char was = replay_dma_mode(r, window, n);

    if (was != 0 && was != mode)
        return replay_no(r, "6.1", "#%" PRIu64 " has rung no doorbell since it moved in %c", n->id,
                         was);
    r->dma[window].uid = n->uid;
    r->dma[window].mode = mode;
    return true;
}

bool replay_on_dma(struct replay *r, unsigned k) {
    bool write = replay_text(r, "write") != NULL;
    const char *mode = replay_text(r, "mode");
    uint64_t addr, bytes, window, flat;

    if (!replay_get(r, write ? "write" : "read", 16, &addr) ||
        !replay_get(r, "bytes", 10, &bytes) || !replay_get(r, "window", 10, &window))
        return false;
    if (!mode || !mode[0] || !strchr("MSU", mode[0]) || mode[1])
        return replay_no(r, "format", "mode=");
    if (window > FROND_VIRTIO_SLOTS || bytes == 0 ||
        addr % FROND_PAGE_SIZE + bytes > FROND_PAGE_SIZE)
        return replay_no(r, "6.2", "no piece of a transfer");
    if (!mode_holds(r, window, r->path[k], mode[0]))
        return false;
    if (replay_text(r, "refused"))
        return true;
    if (!replay_text(r, "done"))
        return replay_no(r, "format", "done or refused");
    enum look look =
        replay_flatten(r, k, mode[0] == 'U' ? NP : P, addr, write ? FROND_W : FROND_R, &flat);
    r->unjudged += look == UNKNOWN;
    return look == FOUND || look == UNKNOWN ||
           replay_no(r, "6.2", "the owner's map does not lead there");
}
