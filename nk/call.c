/* call.c - calls by number, refusals by name. */
#include "nk_priv.h"

/*@ assigns \nothing;
    ensures status >= NK_STATUSES ==> \result == \null; */
const char *nk_status_name(uint64_t status) {
    static const char *const name[NK_STATUSES] = {"ok",
#define X(id, text) text,
                                                  NK_REFUSALS(X)
#undef X
    };

    return status < NK_STATUSES ? name[status] : NULL;
}

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
