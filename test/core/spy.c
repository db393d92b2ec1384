/* spy.c - see spy.h. */
#include "spy.h"

struct spy spy;
static struct core_isa real;

static void drop(void *opaque, struct core_ctx *ctx, uint64_t first, uint64_t last) {
    spy.drops++;
    spy.ctx = ctx;
    spy.first = first;
    spy.last = last;
    real.drop(opaque, ctx, first, last);
}

static void drop_all(void *opaque, struct core_ctx *ctx) {
    spy.drop_alls++;
    spy.ctx = ctx;
    real.drop_all(opaque, ctx);
}

static void protect(void *opaque, struct core_ctx *ctx, uint32_t page) {
    spy.protects++;
    spy.ctx = ctx;
    spy.page = page;
    real.protect(opaque, ctx, page);
}

static bool code_changed(void *opaque, uint32_t page, unsigned off, unsigned len) {
    (void)opaque;
    spy.codes++;
    spy.page = page;
    spy.off = off;
    spy.len = len;
    return spy.code_goes;
}

static void pt_changed(void *opaque, struct core_ctx *ctx, uint64_t tag, uint64_t old,
                       uint64_t new) {
    if (spy.pts < SPIED)
        spy.pt[spy.pts] = (struct spied_change){ctx, tag, 0, old, new};
    spy.pts++;
    real.pt_changed(opaque, ctx, tag, old, new);
}

static void range_changed(void *opaque, struct core_ctx *ctx, unsigned mode, uint64_t index,
                          const struct frond_range *old, const struct frond_range *new) {
    (void)opaque;
    if (spy.ranges < SPIED)
        spy.range[spy.ranges] = (struct spied_change){ctx, index, mode, old->target, new->target};
    spy.ranges++;
}

static void range_read(void *opaque, struct core_ctx *ctx, unsigned mode, uint64_t piece,
                       uint32_t page) {
    (void)opaque;
    if (spy.reads < SPIED)
        spy.read[spy.reads] = (struct spied_read){ctx, mode, piece, page};
    spy.reads++;
}

void spy_on(struct world *w) {
    memset(&spy, 0, sizeof spy);
    if (w->isa.drop != drop)
        real = w->isa;
    w->isa.drop = drop;
    w->isa.drop_all = drop_all;
    w->isa.protect = protect;
    w->isa.code_changed = code_changed;
    w->isa.pt_changed = pt_changed;
    w->isa.range_changed = range_changed;
    w->isa.range_read = range_read;
}
