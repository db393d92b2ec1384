/* call.c - calls by number, refusals by name. */
#define LOGIC_COUNTS
#include "nk_priv.h"

/*@ assigns \result \from status;
    ensures \result == \null <==> status >= NK_STATUSES; */
const char *nk_status_name(uint64_t status) {
    switch (status) {
    case NK_OK: return "ok";
#define X(id, text)                                                                                \
    case NK_##id: return text;
        NK_REFUSALS(X)
#undef X
    default: return NULL;
    }
}

/* Of children and their descriptors, that of arg[0] alone changes. */
/*@ NEEDS(nk)
    requires \valid_read(arg + (0 .. NK_ARGS - 1));
    assigns nk->page[0 .. nk->pages - 1], nk->range[0 .. nk->ranges - 1];
    assigns nk->page[0 .. nk->pages - 1].type, nk->page[0 .. nk->pages - 1].pages;
    assigns nk->word[0 .. 512 * nk->objects.pages - 1];
    assigns nk->child[arg[0]], nk->desc[arg[0]], nk->last_uid;
    KEEPS(nk)
    ensures \result < NK_STATUSES;
    behavior none: assumes call >= NK_CALL_END; assigns \nothing; ensures \result == NK_BAD_CALL; */
enum nk_status nk_call(struct nk *nk, uint64_t call, const uint64_t arg[NK_ARGS]) {
    struct frond_range range = {arg[2], arg[3], arg[4], arg[5]};

    switch (call) {
    case NK_CALL_DECLARE: return nk_declare(nk, arg[0], arg[1], arg[2]);
    case NK_CALL_UNDECLARE: return nk_undeclare(nk, arg[0]);
    case NK_CALL_PUT: return nk_put(nk, arg[0], arg[1], arg[2]);
    case NK_CALL_CHILD_CREATE: return nk_child_create(nk, arg[0], arg[1], arg[2], arg[3], arg[4]);
    case NK_CALL_CHILD_DESTROY: return nk_child_destroy(nk, arg[0]);
    case NK_CALL_CHILD_RESET: return nk_child_reset(nk, arg[0]);
    case NK_CALL_CHILD_SET: return nk_child_set(nk, arg[0], arg[1], arg[2], arg[3]);
    case NK_CALL_GRANT: return range_grant(nk, arg[0], arg[1], range);
    case NK_CALL_REVOKE: return nk_revoke(nk, arg[0], arg[1], arg[2]);
    case NK_CALL_POINT: return nk_point(nk, arg[0], arg[1], arg[2], arg[3], arg[4]);
    default: return NK_BAD_CALL;
    }
}
