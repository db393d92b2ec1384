/*
 * exec.c - runs decoded blocks.
 *
 * A block is entered by taking its length off `left`; whatever leaves it before its end gives back
 * what was not done. So budgets cost one subtraction a block and are exact to the step. A block
 * longer than what is left is copied, cut, into h->scratch and run there.
 *
 * Each row of insn.def is a label here, or two (struct decoded says when the second is meant); the
 * meaning in the row is its body, in the words defined below. A word that needs more than the TLB,
 * or more than the host's arithmetic, goes to one of the slow ends at the bottom. There the hart
 * is synced before anybody else sees it.
 */
#include "../jit/jit.h"
#include "fp.h"
#include "slow.h"
#include <string.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#define likely(c)   __builtin_expect(!!(c), 1)
#define unlikely(c) __builtin_expect(!!(c), 0)

#define PAGE_OF(a) ((a) & ~UINT64_C(4095))

/* ---- Integer arithmetic that C has no operator for ------------------------------------------- */

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

#define S64(v)  ((int64_t)(v))
#define U32(v)  ((uint32_t)(v))
#define S32(v)  ((int32_t)(v))
#define SX32(v) ((uint64_t)(int64_t)(int32_t)(v))

static inline uint64_t mulh(uint64_t a, uint64_t b) {
    return (uint64_t)((int128)S64(a) * S64(b) >> 64);
}

static inline uint64_t mulhsu(uint64_t a, uint64_t b) {
    return (uint64_t)((int128)S64(a) * (int128)b >> 64);
}

static inline uint64_t mulhu(uint64_t a, uint64_t b) { return (uint64_t)((uint128)a * b >> 64); }

static inline uint64_t div64(uint64_t a, uint64_t b) {
    if (b == 0)
        return UINT64_MAX;
    return b == UINT64_MAX ? -a : (uint64_t)(S64(a) / S64(b));
}

static inline uint64_t rem64(uint64_t a, uint64_t b) {
    if (b == 0)
        return a;
    return b == UINT64_MAX ? 0 : (uint64_t)(S64(a) % S64(b));
}

static inline uint32_t div32(uint64_t a, uint64_t b) {
    if (S32(b) == 0)
        return UINT32_MAX;
    return (uint32_t)(S64(S32(a)) / S32(b));
}

static inline uint32_t rem32(uint64_t a, uint64_t b) {
    if (S32(b) == 0)
        return U32(a);
    return (uint32_t)(S64(S32(a)) % S32(b));
}

static inline uint64_t rol64(uint64_t a, uint64_t n) { return a << (n & 63) | a >> (-n & 63); }
static inline uint64_t ror64(uint64_t a, uint64_t n) { return a >> (n & 63) | a << (-n & 63); }
static inline uint32_t rol32(uint64_t a, uint64_t n) {
    return U32(a) << (n & 31) | U32(a) >> (-n & 31);
}
static inline uint32_t ror32(uint64_t a, uint64_t n) {
    return U32(a) >> (n & 31) | U32(a) << (-n & 31);
}
static inline uint64_t clz64(uint64_t a) { return a ? (uint64_t)__builtin_clzll(a) : 64; }
static inline uint64_t ctz64(uint64_t a) { return a ? (uint64_t)__builtin_ctzll(a) : 64; }
static inline uint64_t clz32(uint64_t a) { return clz64(U32(a)) - 32; }
static inline uint64_t ctz32(uint64_t a) { return ctz64(a | UINT64_C(1) << 32); }
static inline uint64_t popcount64(uint64_t a) { return (uint64_t)__builtin_popcountll(a); }
static inline uint64_t bswap64(uint64_t a) { return __builtin_bswap64(a); }

static inline uint64_t orc_b(uint64_t a) {
    const uint64_t low = UINT64_C(0x7f7f7f7f7f7f7f7f);
    return ((((a & low) + low) | a) >> 7 & UINT64_C(0x0101010101010101)) * 255;
}

/* ---- The host's floating point: see slow.h ------------------------------------------------------ */

#ifdef __x86_64__
static inline double host_sqrt64(double a) {
    return _mm_cvtsd_f64(_mm_sqrt_sd(_mm_setzero_pd(), _mm_set_sd(a)));
}
static inline float host_sqrt32(float a) { return _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(a))); }

/* Toward zero; what does not fit is the least integer. */
static inline int32_t host_s32_64(double a) { return _mm_cvttsd_si32(_mm_set_sd(a)); }
static inline int64_t host_s64_64(double a) { return _mm_cvttsd_si64(_mm_set_sd(a)); }
static inline int32_t host_s32_32(float a) { return _mm_cvttss_si32(_mm_set_ss(a)); }
static inline int64_t host_s64_32(float a) { return _mm_cvttss_si64(_mm_set_ss(a)); }

#define HOST_FMA __builtin_cpu_supports("fma")
__attribute__((target("fma"))) static double host_fma64(double a, double b, double c) {
    return __builtin_fma(a, b, c);
}
__attribute__((target("fma"))) static float host_fma32(float a, float b, float c) {
    return __builtin_fmaf(a, b, c);
}
#else
static inline double host_sqrt64(double a) { return a; }
static inline float host_sqrt32(float a) { return a; }
static inline int32_t host_s32_64(double a) { return (void)a, INT32_MIN; }
static inline int64_t host_s64_64(double a) { return (void)a, INT64_MIN; }
static inline int32_t host_s32_32(float a) { return (void)a, INT32_MIN; }
static inline int64_t host_s64_32(float a) { return (void)a, INT64_MIN; }
#define HOST_FMA 0
static inline double host_fma64(double a, double b, double c) { return a * b + c; }
static inline float host_fma32(float a, float b, float c) { return a * b + c; }
#endif

static inline double host64(uint64_t f) {
    double v;
    memcpy(&v, &f, sizeof(v));
    return v;
}

static inline float host32(uint64_t f) {
    uint32_t b = (uint32_t)fp_unbox(f);
    float v;
    memcpy(&v, &b, sizeof(v));
    return v;
}

static inline uint64_t bits64(double v) {
    uint64_t b;
    memcpy(&b, &v, sizeof(b));
    return b;
}

static inline uint64_t bits32(float v) {
    uint32_t b;
    memcpy(&b, &v, sizeof(b));
    return b;
}

/* Half of it with a sticky last bit, doubled: rounds once. */
static inline double host_u64_64(uint64_t v) {
    double half;
    if (S64(v) >= 0)
        return (double)S64(v);
    half = (double)S64(v >> 1 | (v & 1));
    return half + half;
}

static inline float host_u64_32(uint64_t v) {
    float half;
    if (S64(v) >= 0)
        return (float)S64(v);
    half = (float)S64(v >> 1 | (v & 1));
    return half + half;
}

/* ---- Blocks ---------------------------------------------------------------------------------- */

/* The bits of insn n of a block, for xtval. */
static uint32_t raw_bits(const struct hart *h, const struct block *b, size_t n) {
    const uint8_t *at;
    uint16_t low, high;
    if (b->page == BLOCK_NO_PAGE)
        return (uint32_t)b->insn[1].imm;
    at = h->ram + 4096 * (size_t)b->page + b->offset + 2u * b->insn[n].off;
    memcpy(&low, at, 2);
    if ((low & 3) != 3)
        return low;
    memcpy(&high, at + 2, 2);
    return low | (uint32_t)high << 16;
}

/* The page of code at va, its number in *page; NULL: trapped. */
static const uint8_t *fetch_page(struct hart *h, uint64_t va, uint32_t *page) {
    const struct tlb_entry *e = tlb_entry(h->fetch, va);
    if (e->tag[TLB_X] == PAGE_OF(va)) {
        const uint8_t *bytes = (const uint8_t *)(e->addend + PAGE_OF(va));
        *page = (uint32_t)((size_t)(bytes - h->ram) / 4096);
        return bytes;
    }
    if (h->fp_ready)
        fp_settle(h);
    return mem_fetch(h, va, page);
}

/* The instruction at pc = d->pc, whose second half is on the next page; NULL: reload. Who maps what
 * there may change at any time, so it is looked up each time. */
static struct block *find_crossing(struct hart *h, uint64_t pc, uint16_t low) {
    uint32_t page;
    uint16_t high;
    const uint8_t *bytes = fetch_page(h, pc + 2, &page);
    if (!bytes)
        return NULL;
    memcpy(&high, bytes, 2);
    return code_crossing(h->code, low | (uint32_t)high << 16);
}

/* What a jump cache holds for b at pc. */
static const void *unit_of(const struct hart *h, const struct block *b, uint64_t pc) {
    if (!h->jit)
        return NULL;
    return b->unit && b->unit_base == PAGE_OF(pc) ? b->unit : jit_none(h->jit);
}

/* The block at pc = d->pc, by the long way; NULL: reload. */
static __attribute__((noinline)) struct block *find_block(struct hart *h, uint64_t pc) {
    unsigned offset = pc & 4094;
    uint32_t page;
    uint16_t low;
    const uint8_t *bytes = fetch_page(h, pc, &page);
    struct block *b;
    if (!bytes)
        return NULL;
    memcpy(&low, bytes + offset, 2);
    if (offset == 4094 && (low & 3) == 3)
        return find_crossing(h, pc, low);
    b = code_block(h->code, page, offset, bytes);
    if (!b) {
        code_fill(h->scratch, page, offset, bytes);
        return h->scratch;
    }
    h->fetch->jump[pc >> 1 & (JUMP_SIZE - 1)] =
        (struct jump){.pc = pc, .block = b, .code = unit_of(h, b, pc)};
    return h->fetch->jump_drops == code_drops(h->code) ? b : NULL;
}

/* b is hot. False: everything was dropped, code memory was full. */
static __attribute__((noinline)) bool translate(struct hart *h, struct block *b, uint64_t base) {
    unsigned used;

    b->heat = 0;
    b->insn[0].op = b->first; /* if it cannot be translated */
    if (jit_translate(h->jit, b, base, h->ram + 4096 * (size_t)b->page, h->data, &used)) {
        code_mark(h->code, b->page, b->offset, used);
        b->insn[0].op = exec_ops()[OP_UNIT];
    } else if (jit_full(h->jit)) {
        code_drop_all(h->code);
        jit_flush(h->jit);
        return false;
    }
    return true;
}

/* No block of code.c is in use: sweep, and forget what was dropped. */
static inline void clean_up(struct hart *h) {
    struct tlb *t = h->fetch;
    uint64_t drops = code_drops(h->code);
    code_sweep(h->code);
    if (likely(t->jump_drops == drops))
        return;
    for (unsigned n = 0; n < JUMP_SIZE; n++)
        t->jump[n].pc = 1;
    t->jump_drops = drops;
}

/* ---- The words of insn.def ------------------------------------------------------------------- */

#define NEXT()                                                                                     \
    do {                                                                                           \
        i++;                                                                                       \
        goto * i->op;                                                                              \
    } while (0)

/* Insn i from its beginning. */
#define AGAIN() goto *(i == b->insn ? b->first : i->op)

#define RD    d->x[i->rd]
#define RS1   d->x[i->rs1]
#define RS2   d->x[i->rs2]
#define IMM   ((uint64_t)(int64_t)i->imm)
#define PCREL (base + IMM)
#define ILEN  (2u * (unsigned)(i[1].off - i[0].off))
#define AFTER (base + b->offset + 2u * i[1].off)

#define NOTHING() (void)0
#define WRITE(v)  RD = (uint64_t)(v)

/* Hart = as it was before insn i. */
#define SYNC()                                                                                     \
    do {                                                                                           \
        d->pc = base + b->offset + 2u * i->off;                                                    \
        h->left = left + b->n - (i - b->insn);                                                     \
        if (h->fp_ready)                                                                           \
            fp_settle(h);                                                                          \
    } while (0)

/* Runs block b. */
#define ENTER()                                                                                    \
    do {                                                                                           \
        left -= b->n;                                                                              \
        if (unlikely(left < 0))                                                                    \
            goto cut;                                                                              \
        i = b->insn;                                                                               \
        goto * i->op;                                                                              \
    } while (0)

/* Leaves b for the pc, which is in the same page more often than not. */
#define CHAIN(way, target)                                                                         \
    do {                                                                                           \
        if (unlikely(!b->chain[way])) {                                                            \
            pc = (target);                                                                         \
            goto link##way;                                                                        \
        }                                                                                          \
        b = b->chain[way];                                                                         \
        ENTER();                                                                                   \
    } while (0)

#define JUMP()                                                                                     \
    do {                                                                                           \
        const struct jump *j = &h->fetch->jump[pc >> 1 & (JUMP_SIZE - 1)];                         \
        if (unlikely(j->pc != pc))                                                                 \
            goto find;                                                                             \
        b = j->block;                                                                              \
        base = PAGE_OF(pc);                                                                        \
        ENTER();                                                                                   \
    } while (0)

#define BRANCH(condition)                                                                          \
    if (condition)                                                                                 \
        CHAIN(1, PCREL);                                                                           \
    else                                                                                           \
        CHAIN(0, AFTER)
#define JUMP_PAGE(target)                                                                          \
    LINK();                                                                                        \
    CHAIN(1, target)
#define JUMP_FAR(target)                                                                           \
    pc = (target);                                                                                 \
    LINK();                                                                                        \
    JUMP()
#define LINK()    RD = AFTER
#define END()     CHAIN(0, base + b->offset + 2u * i->off)
#define SYSTEM()  goto system_
#define ILLEGAL() goto illegal

/* The tag that an aligned access of a type at va asks for: a misaligned one has low bits no tag
 * has. */
#define TAG(T, va) ((va) & (~UINT64_C(4095) | (sizeof(T) - 1)))
#define TLB(va)    tlb_entry(data, va)

#define LOAD_AS(T, flags, result)                                                                  \
    do {                                                                                           \
        const struct tlb_entry *e;                                                                 \
        T v;                                                                                       \
        va = RS1 + IMM;                                                                            \
        e = TLB(va);                                                                               \
        if (unlikely(e->tag[TLB_R] != TAG(T, va))) {                                               \
            slow = (unsigned)sizeof(T) | (flags);                                                  \
            goto slow_load;                                                                        \
        }                                                                                          \
        memcpy(&v, (const void *)(e->addend + va), sizeof(v));                                     \
        result;                                                                                    \
    } while (0)
#define STORE_AS(T, flags, source)                                                                 \
    do {                                                                                           \
        const struct tlb_entry *e;                                                                 \
        T v = (T)(source);                                                                         \
        va = RS1 + IMM;                                                                            \
        e = TLB(va);                                                                               \
        if (unlikely(e->tag[TLB_W] != TAG(T, va))) {                                               \
            slow = (unsigned)sizeof(T) | (flags);                                                  \
            value = v;                                                                             \
            goto slow_store;                                                                       \
        }                                                                                          \
        memcpy((void *)(e->addend + va), &v, sizeof(v));                                           \
    } while (0)

#define LOAD(T)  LOAD_AS(T, (T)-1 < (T)1 ? SLOW_SIGNED : 0u, RD = (uint64_t)(int64_t)v)
#define STORE(T) STORE_AS(T, 0u, RS2)

#define AMO(T, result)                                                                             \
    do {                                                                                           \
        const struct tlb_entry *e;                                                                 \
        T OLD, SRC = (T)RS2, new;                                                                  \
        void *p;                                                                                   \
        bool far;                                                                                  \
        va = RS1;                                                                                  \
        e = TLB(va);                                                                               \
        far = e->tag[TLB_R] != TAG(T, va) || e->tag[TLB_W] != TAG(T, va);                          \
        p = (void *)(e->addend + va);                                                              \
        if (unlikely(far)) {                                                                       \
            SYNC();                                                                                \
            if (!mem_amo(h, va, access_of(FROND_FAULT_AMO, sizeof(T), i->rd, ILEN), &p))           \
                goto resume;                                                                       \
        }                                                                                          \
        memcpy(&OLD, p, sizeof(OLD));                                                              \
        new = (result);                                                                            \
        if (unlikely(far))                                                                         \
            mem_amo_store(h, p, sizeof(T), (uint64_t) new);                                        \
        else                                                                                       \
            memcpy(p, &new, sizeof(new));                                                          \
        RD = sizeof(T) == 4 ? SX32(OLD) : (uint64_t)OLD;                                           \
        d->x[0] = 0;                                                                               \
        if (unlikely(far))                                                                         \
            goto retired;                                                                          \
    } while (0)
#define LOAD_RESERVED(T)                                                                           \
    do {                                                                                           \
        uint64_t v;                                                                                \
        SYNC();                                                                                    \
        if (!mem_lr(h, RS1, access_of(FROND_FAULT_AMO, sizeof(T), i->rd, ILEN), &v))               \
            goto resume;                                                                           \
        RD = (uint64_t)(int64_t)(T)v;                                                              \
        d->x[0] = 0;                                                                               \
        goto retired;                                                                              \
    } while (0)
#define STORE_CONDITIONAL(T)                                                                       \
    do {                                                                                           \
        bool ok;                                                                                   \
        SYNC();                                                                                    \
        if (!mem_sc(h, RS1, access_of(FROND_FAULT_AMO, sizeof(T), i->rd, ILEN), (T)RS2, &ok))      \
            goto resume;                                                                           \
        RD = !ok;                                                                                  \
        d->x[0] = 0;                                                                               \
        goto retired;                                                                              \
    } while (0)

/* An f register may be read (any mstatus.FS but off) or written (dirty). */
#define F_READ()                                                                                   \
    if (unlikely(!(d->csr.mstatus & MSTATUS_FS)))                                                  \
    goto illegal
#define F_WRITE()                                                                                  \
    if (unlikely((d->csr.mstatus & MSTATUS_FS) != MSTATUS_FS))                                     \
    goto fs_clean

/* A load that faults has written nothing: FS stays. */
#define FLOAD(w)                                                                                   \
    F_READ();                                                                                      \
    LOAD_AS(uint##w##_t, SLOW_FP, F_LOADED(BOX##w(v)))
#define F_LOADED(v)                                                                                \
    if (unlikely((d->csr.mstatus & MSTATUS_FS) != MSTATUS_FS))                                     \
        d->csr.mstatus |= MSTATUS_FS;                                                              \
    d->f[i->rd] = (v)
#define FSTORE(w)                                                                                  \
    F_READ();                                                                                      \
    STORE_AS(uint##w##_t, SLOW_FP, d->f[i->rs2])
#define BOX32(v) ((v) | FP_BOX)
#define BOX64(v) (v)

#define FBITS(w, v)                                                                                \
    F_WRITE();                                                                                     \
    d->f[i->rd] = BOX##w(v)
#define FTOX(v)                                                                                    \
    F_READ();                                                                                      \
    RD = (v);                                                                                      \
    d->x[0] = 0
#define FRAW1      d->f[i->rs1]
#define B1(w)      UNBOX##w(d->f[i->rs1])
#define B2(w)      UNBOX##w(d->f[i->rs2])
#define UNBOX32(f) fp_unbox(f)
#define UNBOX64(f) (f)
#define SIGN32     FP_SIGN32
#define SIGN64     FP_SIGN64

/* Class FHOST: fp_ready has been seen to. A NaN is left to fp.c. */
#define F1(w) host##w(d->f[i->rs1])
#define F2(w) host##w(d->f[i->rs2])
#define F3(w) host##w(d->f[(uint32_t)i->imm >> 27])
#define FP_AS(w, T, v)                                                                             \
    do {                                                                                           \
        T r = (v);                                                                                 \
        if (unlikely(r != r))                                                                      \
            goto fp_soft;                                                                          \
        d->f[i->rd] = BOX##w(bits##w(r));                                                          \
    } while (0)
#define FP64(v)        FP_AS(64, double, v)
#define FP32(v)        FP_AS(32, float, v)
#define NEG32(a)       (-(a))
#define NEG64(a)       (-(a))
#define ADD64(a, b)    ((a) + (b))
#define SUB64(a, b)    ((a) - (b))
#define MUL64(a, b)    ((a) * (b))
#define DIV64(a, b)    ((a) / (b))
#define SQRT64(a)      host_sqrt64(a)
#define FMA64(a, b, c) FMA(64, a, b, c)
#define ADD32(a, b)    ((a) + (b))
#define SUB32(a, b)    ((a) - (b))
#define MUL32(a, b)    ((a) * (b))
#define DIV32(a, b)    ((a) / (b))
#define SQRT32(a)      host_sqrt32(a)
#define FMA32(a, b, c) FMA(32, a, b, c)
#define FMA(w, a, b, c)                                                                            \
    __extension__({                                                                                \
        if (!HOST_FMA)                                                                             \
            goto fp_soft;                                                                          \
        host_fma##w(a, b, c);                                                                      \
    })
#define NARROW(a)      ((float)(a))
#define WIDEN(a)       ((double)(a))
#define FROM_S32_64(v) ((double)S32(v))
#define FROM_U32_64(v) ((double)(int64_t)U32(v))
#define FROM_S64_64(v) ((double)S64(v))
#define FROM_U64_64(v) host_u64_64(v)
#define FROM_S32_32(v) ((float)S32(v))
#define FROM_U32_32(v) ((float)(int64_t)U32(v))
#define FROM_S64_32(v) ((float)S64(v))
#define FROM_U64_32(v) host_u64_32(v)
#define FTEST(v)                                                                                   \
    RD = (v);                                                                                      \
    d->x[0] = 0
#define FINT(v) FTEST((uint64_t)(v))
#define TO_INT(T, least, v)                                                                        \
    __extension__({                                                                                \
        T r = (v);                                                                                 \
        if (unlikely(r == (least)))                                                                \
            goto fp_soft;                                                                          \
        (int64_t) r;                                                                               \
    })
#define TO_UINT(a, limit, v)                                                                       \
    __extension__({                                                                                \
        if (unlikely(!((a) > -1 && (a) < (limit))))                                                \
            goto fp_soft;                                                                          \
        v;                                                                                         \
    })
#define TO_S32_64(a)    TO_INT(int32_t, INT32_MIN, host_s32_64(a))
#define TO_S32_32(a)    TO_INT(int32_t, INT32_MIN, host_s32_32(a))
#define TO_S64_64(a)    TO_INT(int64_t, INT64_MIN, host_s64_64(a))
#define TO_S64_32(a)    TO_INT(int64_t, INT64_MIN, host_s64_32(a))
#define TO_U32_64(a)    TO_UINT(a, 0x1p32, SX32(host_s64_64(a)))
#define TO_U32_32(a)    TO_UINT(a, 0x1p32f, SX32(host_s64_32(a)))
#define TO_U64_64(a)    TO_UINT(a, 0x1p63, host_s64_64(a))
#define TO_U64_32(a)    TO_UINT(a, 0x1p63f, host_s64_32(a))
#define UNORDERED(a, b) (unlikely((a) != (a)) || unlikely((b) != (b)))
#define TEST(T, a, b, test)                                                                        \
    __extension__({                                                                                \
        T a_ = (a), b_ = (b);                                                                      \
        if (UNORDERED(a_, b_))                                                                     \
            goto fp_soft;                                                                          \
        a_ test b_;                                                                                \
    })
#define EQ64(a, b) TEST(double, a, b, ==)
#define LT64(a, b) TEST(double, a, b, <)
#define LE64(a, b) TEST(double, a, b, <=)
#define EQ32(a, b) TEST(float, a, b, ==)
#define LT32(a, b) TEST(float, a, b, <)
#define LE32(a, b) TEST(float, a, b, <=)

/* ---- The loop -------------------------------------------------------------------------------- */

/* Runs h; or, of NULL, only tells its labels. */
static __attribute__((noinline)) const void *const *run(struct hart *h) {
    static const void *const ops[OPS] = {
        [OP_COUNT] = &&count,
        [OP_UNIT] = &&unit,
#define ROW(name, mask, match, format, regs, class, ...)                                           \
    [ROW_##name] = &&op_##name, [ROWS + ROW_##name] = ALT_##class(name),
#define ALT_ALU(name)  &&op_##name
#define ALT_STORE      ALT_ALU
#define ALT_AMO        ALT_ALU
#define ALT_FLOAD      ALT_ALU
#define ALT_FSTORE     ALT_ALU
#define ALT_FSOFT      ALT_ALU
#define ALT_FMOVE      ALT_ALU
#define ALT_SYSTEM     ALT_ALU
#define ALT_ILLEGAL    ALT_ALU
#define ALT_END        ALT_ALU
#define ALT_LOAD(name) &&alt_##name
#define ALT_BRANCH     ALT_LOAD
#define ALT_JUMP       ALT_LOAD
#define ALT_FHOST      ALT_LOAD
#define ALT_FINT       ALT_LOAD
#include "insn.def"
#undef ROW
    };
    const struct insn *i;
    struct block *b;        /* the one that i is of */
    struct frond_desc *d;   /* h->d */
    const struct tlb *data; /* h->data */
    uint64_t base;          /* virtual address of the page that b is of */
    int64_t left;           /* h->left, all of b taken off */
    uint64_t pc, va, value;
    unsigned slow, row, way;
    const uint64_t zero = 0;
    uint64_t drops; /* code_drops when a unit was entered */
    void *place;    /* of the jump by which one was left */

    if (!h)
        return ops;

resume: /* from the hart as it stands */
    if (h->attention || h->left <= 0)
        return NULL;
    clean_up(h);
    d = h->d;
    data = h->data;
    left = h->left;
    pc = d->pc & ~UINT64_C(1);
    JUMP();

#define FORM_ALU(name, ...)                                                                        \
    op_##name : __VA_ARGS__;                                                                       \
    NEXT();
#define FORM_LOAD              FORM_ALU
#define FORM_STORE             FORM_ALU
#define FORM_AMO               FORM_ALU
#define FORM_FLOAD             FORM_ALU
#define FORM_FSTORE            FORM_ALU
#define FORM_FMOVE             FORM_ALU
#define FORM_BRANCH(name, ...) op_##name : __VA_ARGS__;
#define FORM_JUMP              FORM_BRANCH
#define FORM_SYSTEM            FORM_BRANCH
#define FORM_ILLEGAL           FORM_BRANCH
#define FORM_END               FORM_BRANCH
#define FORM_FSOFT(name, ...)                                                                      \
    op_##name : row = ROW_##name;                                                                  \
    goto fp_soft;
#define FORM_FINT FORM_FSOFT
#define FORM_FHOST(name, ...)                                                                      \
    op_##name : row = ROW_##name;                                                                  \
    if (unlikely(!h->fp_ready))                                                                    \
        goto fp_start;                                                                             \
    __VA_ARGS__;                                                                                   \
    NEXT();
#define ROW(name, mask, match, format, regs, class, ...) FORM_##class(name, __VA_ARGS__)
#include "insn.def"
#undef ROW

    /* Second forms. */
#undef RS2
#undef LINK
#define RS2    zero
#define LINK() (void)0
#define SECOND_ALU(name, ...)
#define SECOND_STORE   SECOND_ALU
#define SECOND_AMO     SECOND_ALU
#define SECOND_FLOAD   SECOND_ALU
#define SECOND_FSTORE  SECOND_ALU
#define SECOND_FMOVE   SECOND_ALU
#define SECOND_SYSTEM  SECOND_ALU
#define SECOND_ILLEGAL SECOND_ALU
#define SECOND_FSOFT   SECOND_ALU
#define SECOND_END     SECOND_ALU
#define SECOND_LOAD(name, ...)                                                                     \
    alt_##name : __VA_ARGS__;                                                                      \
    d->x[0] = 0;                                                                                   \
    NEXT();
#define SECOND_BRANCH(name, ...) alt_##name : __VA_ARGS__;
#define SECOND_JUMP              SECOND_BRANCH
#define SECOND_FINT(name, ...)                                                                     \
    alt_##name : row = ROW_##name;                                                                 \
    if (unlikely(!h->fp_ready))                                                                    \
        goto fp_start;                                                                             \
    __VA_ARGS__;                                                                                   \
    NEXT();
#define SECOND_FHOST(name, ...)                                                                    \
    alt_##name : row = ROW_##name;                                                                 \
    goto fp_soft;
#define ROW(name, mask, match, format, regs, class, ...) SECOND_##class(name, __VA_ARGS__)
#include "insn.def"
#undef ROW

link0: /* b goes on at pc, not taken */
    way = 0;
    goto link;
link1: /* taken */
    way = 1;
link : {
    const struct jump *j = &h->fetch->jump[pc >> 1 & (JUMP_SIZE - 1)];
    struct block *next;
    if (j->pc != pc)
        goto find;
    next = j->block;
    if (b != h->scratch && b->page != BLOCK_NO_PAGE && PAGE_OF(pc) == base)
        b->chain[way] = next;
    b = next;
    base = PAGE_OF(pc);
    ENTER();
}

find: /* pc is not in the jump cache */
    d->pc = pc;
    h->left = left;
    if (left <= 0)
        goto stop;
    b = find_block(h, pc);
    if (!b || h->attention)
        goto stop;
    left = h->left;
    base = PAGE_OF(pc);
    ENTER();

cut : { /* b is longer than what is left */
    struct block *s = h->scratch;
    unsigned end;
    left += b->n;
    if (left <= 0) {
        d->pc = base + b->offset;
        h->left = left;
        goto stop;
    }
    end = b->insn[left].off;
    if (b != s)
        memcpy(s, b, sizeof(*b) + (size_t)left * sizeof(b->insn[0]));
    s->insn[0].op = s->first;
    s->chain[0] = s->chain[1] = NULL;
    s->n = (uint16_t)left;
    s->insn[left] = (struct insn){.op = ops[ROW_end], .off = (uint8_t)end};
    b = s;
    ENTER();
}

count: /* the first handler of a block that may become hot */
    if (++b->heat < h->hot)
        goto * b->first;
    if (!translate(h, b, base)) {
        d->pc = base + b->offset;
        h->left = left + b->n;
        goto stop;
    }
    goto * i->op;

unit: /* that of a block with a unit */
    h->left = left + b->n;
    if (h->refused || b->unit_base != base || h->left < b->unit_n) {
        h->refused = false;
        goto * b->first;
    }
    pc = base + b->offset;
    if (h->fetch->jump[pc >> 1 & (JUMP_SIZE - 1)].pc == pc)
        h->fetch->jump[pc >> 1 & (JUMP_SIZE - 1)].code = b->unit;
    drops = code_drops(h->code);
    place = jit_run(h->jit, h, b->unit);
    if (h->attention || h->left <= 0)
        goto stop;
    clean_up(h);
    d = h->d;
    data = h->data;
    left = h->left;
    pc = d->pc;
    {
        const struct jump *j = &h->fetch->jump[pc >> 1 & (JUMP_SIZE - 1)];
        if (j->pc != pc)
            goto find;
        b = j->block;
        base = PAGE_OF(pc);
        if (place && b->unit && b->unit_base == base && drops == code_drops(h->code))
            jit_link(h->jit, place, b->unit);
        ENTER();
    }

stop: /* d->pc and h->left are right */
    if (h->fp_ready)
        fp_settle(h);
    goto resume;

slow_load : {
    const void *p = inside_page(data, TLB_R, va, slow & SLOW_WIDTH);
    value = 0;
    if (p) {
        memcpy(&value, p, slow & SLOW_WIDTH);
    } else {
        SYNC();
        if (!mem_load(h, va, access_of(FROND_FAULT_LOAD, slow, i->rd, ILEN), &value))
            goto resume;
    }
    if (slow & SLOW_FP) {
        F_LOADED(extend(value, slow));
    } else {
        RD = extend(value, slow);
        d->x[0] = 0;
    }
    if (p)
        NEXT();
    goto retired;
}

slow_store : {
    void *p = inside_page(data, TLB_W, va, slow & SLOW_WIDTH);
    if (p) {
        memcpy(p, &value, slow & SLOW_WIDTH);
        NEXT();
    }
    SYNC();
    if (!mem_store(h, va, access_of(FROND_FAULT_STORE, slow, i->rs2, ILEN), value))
        goto resume;
}

retired: /* synced, and insn i is done; left may have become less than what is left of b */
    if (unlikely(h->attention || h->left < b->n - (i - b->insn))) {
        d->pc += ILEN;
        h->left--;
        goto resume;
    }
    left = h->left - b->n + (i - b->insn);
    NEXT();

system_:
    SYNC();
    sys_exec(h, (uint32_t)i->imm, ILEN);
    goto resume;

illegal:
    SYNC();
    trap_raise(h, CAUSE_ILLEGAL, raw_bits(h, b, (size_t)(i - b->insn)));
    goto resume;

fs_clean:
    if (!(d->csr.mstatus & MSTATUS_FS))
        goto illegal;
    d->csr.mstatus |= MSTATUS_FS;
    AGAIN();

fp_start: /* row is of FHOST */
    switch (fp_begin(h)) {
    case FP_ILLEGAL: goto illegal;
    case FP_SOFT: goto fp_soft;
    case FP_HOST: break;
    }
    AGAIN();

fp_soft: /* row is of FHOST or FSOFT */
    if (!(d->csr.mstatus & MSTATUS_FS) || !fp_exec(d, row, (uint32_t)i->imm))
        goto illegal;
    d->csr.mstatus |= MSTATUS_FS;
    NEXT();
}

void exec_run(struct hart *h) { run(h); }

const void *const *exec_ops(void) { return run(NULL); }
