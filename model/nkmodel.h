// nkmodel.h: frames and the nested kernel on them, twin of spec/frame.maude and spec/nk.maude.
//
// A ram is n cells of w bits which are one valid frame: header, table, payload. Everything that the nested kernel
// knows stands in these cells. Each function gives the specification's answer; refused, it has changed no
// cell. Nothing here allocates but frame_init, frame_raw and the checks, which free what they take.
#ifndef FROND_MODEL_NKMODEL_H
#define FROND_MODEL_NKMODEL_H

#include "mem.h"

struct nk_ram {
    uint64_t n;
    unsigned width;
    uint64_t *cell;
};

// Header of a frame; the table of sub-frame bounds follows, then the payload.
enum { FRAME_WIDTH, FRAME_TYPE, FRAME_TABLE, FRAME_HEADER };

void frame_free(struct nk_ram *r);
enum mem_status frame_clone(struct nk_ram *to, const struct nk_ram *from);
// A frame of n cells and a type, without sub-frames.
enum mem_status frame_new(struct nk_ram *r, uint64_t n, unsigned width, uint64_t type);
// Any cells, not validated; absent ones are 0. Only frame_check may be called with it.
enum mem_status frame_raw(struct nk_ram *r, uint64_t n, unsigned width,
                          const struct mem_cells *cells);
// Is it a frame, and all below it (F1 to F5)? The first fault: a frame, then its sub-frames in order.
enum mem_status frame_check(const struct nk_ram *r);
// A client's accesses to the frame that starts at cell base, at any depth: any cell may be read, payload written.
enum mem_status frame_read(const struct nk_ram *r, uint64_t base, uint64_t at, uint64_t *datum);
enum mem_status frame_write(struct nk_ram *r, uint64_t base, uint64_t at, uint64_t datum);
// The frame at base takes in the candidate whose bounds stand in the first two cells of its payload.
enum mem_status frame_add(struct nk_ram *r, uint64_t base);
// Entry k leaves the table of the frame at base.
enum mem_status frame_drop(struct nk_ram *r, uint64_t base, uint64_t k);

enum nk_type { NK_MAP = 1, NK_SEALED, NK_ONCE, NK_APPEND, NK_LOGGED, NK_KEPT, NK_ROOT };
enum { NK_READ = 1, NK_WRITE = 2, NK_SHARED = 4 };

enum nk_op {
    NK_DECLARE,   // start, end, type
    NK_UNDECLARE, // object
    NK_DO_MAP,    // map, virtual, length, target, permission
    NK_DO_UNMAP,  // map, virtual
    NK_PUT,       // object, index, datum: the mediated write
    NK_GET,       // cell: anybody's read
    NK_POKE,      // cell, datum: a write around the nested kernel
    NK_LOAD,      // map, virtual
    NK_STORE,     // map, virtual, datum
    NK_OPS,
};

struct nk_call {
    enum nk_op op;
    uint64_t arg[5];
};

struct nk_reply {
    enum mem_status status;
    bool valued; // NK_GET and NK_LOAD, if not refused
    uint64_t value;
};

// A ram of n cells in which nothing is declared yet.
enum mem_status nkmodel_boot(struct nk_ram *r, uint64_t n, unsigned width);
struct nk_reply nkmodel_call(struct nk_ram *r, const struct nk_call *call);
// The invariants K1 to K4. MEM_OK or MEM_BAD_TABLE (any of them broken), MEM_NO_HOST.
enum mem_status nkmodel_check(const struct nk_ram *r);

#endif
