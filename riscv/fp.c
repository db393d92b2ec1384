/*
 * fp.c - IEEE 754 arithmetic with RISC-V's rules, in integers: any rounding mode, exact flags.
 *
 * A finite number is unpacked into a significand of up to 127 bits and an exponent; an operation
 * makes the exact result, or one that lies between the same neighbours (its lowest bit is
 * "sticky": set if anything below it was cut off); pack_up rounds once. Tininess is detected after
 * rounding.
 */
#include "fp.h"
#include "riscv_priv.h"

__extension__ typedef unsigned __int128 uint128;

struct format {
    int fraction; /* bits of the fraction */
    int bias;
};

static const struct format single = {23, 127}, twice = {52, 1023};

/* What the words of insn.def's FP rows work in. */
struct context {
    unsigned rm;
    unsigned flags;
};

/* sig / 2^126 * 2^exp: normal (bit 126 is the highest set) or zero. */
struct number {
    bool sign;
    int exp;
    uint128 sig;
};

enum { TOP = 126 };

/* ---- Bits ------------------------------------------------------------------------------------ */

static uint64_t exp_mask(const struct format *f) {
    return (uint64_t)(2 * f->bias + 1) << f->fraction;
}
static uint64_t sign_mask(const struct format *f) {
    return (uint64_t)(2 * f->bias + 2) << f->fraction;
}
static uint64_t quiet_bit(const struct format *f) { return UINT64_C(1) << (f->fraction - 1); }
static uint64_t canonical(const struct format *f) { return exp_mask(f) | quiet_bit(f); }

static bool is_nan(const struct format *f, uint64_t a) { return (a & ~sign_mask(f)) > exp_mask(f); }

static bool is_signaling(const struct format *f, uint64_t a) {
    return is_nan(f, a) && !(a & quiet_bit(f));
}

static bool is_inf(const struct format *f, uint64_t a) {
    return (a & ~sign_mask(f)) == exp_mask(f);
}

static bool is_zero(const struct format *f, uint64_t a) { return (a & ~sign_mask(f)) == 0; }
static bool is_negative(const struct format *f, uint64_t a) { return (a & sign_mask(f)) != 0; }

static uint64_t infinity(const struct format *f, bool sign) {
    return exp_mask(f) | (sign ? sign_mask(f) : 0);
}

static uint64_t invalid(const struct format *f, struct context *x) {
    x->flags |= FP_NV;
    return canonical(f);
}

/* The result of an operation with a NaN among its operands. */
static uint64_t nan_of(const struct format *f, uint64_t a, uint64_t b, struct context *x) {
    if (is_signaling(f, a) || is_signaling(f, b))
        x->flags |= FP_NV;
    return canonical(f);
}

static uint64_t classify(const struct format *f, uint64_t a) {
    bool minus = is_negative(f, a);
    if (is_nan(f, a))
        return is_signaling(f, a) ? 1 << 8 : 1 << 9;
    if (is_inf(f, a))
        return minus ? 1 << 0 : 1 << 7;
    if (is_zero(f, a))
        return minus ? 1 << 3 : 1 << 4;
    if (!(a & exp_mask(f)))
        return minus ? 1 << 2 : 1 << 5;
    return minus ? 1 << 1 : 1 << 6;
}

uint64_t fp_class32(uint64_t a) { return classify(&single, a); }
uint64_t fp_class64(uint64_t a) { return classify(&twice, a); }

/* ---- Numbers --------------------------------------------------------------------------------- */

static int leading_zeros(uint128 v) {
    uint64_t high = (uint64_t)(v >> 64);
    return high ? __builtin_clzll(high) : 64 + __builtin_clzll((uint64_t)v);
}

/* Makes bit TOP the highest one set. */
static struct number normal(bool sign, int exp, uint128 sig) {
    if (sig) {
        int up = leading_zeros(sig) - 1;
        if (up < 0) {
            sig = sig >> 1 | (sig & 1);
        } else {
            sig <<= up;
        }
        exp -= up;
    }
    return (struct number){sign, exp, sig};
}

static uint128 shift_right_sticky(uint128 v, int n) {
    if (n > 127)
        return v != 0;
    return v >> n | ((v & (((uint128)1 << n) - 1)) != 0);
}

/* a is finite. */
static struct number unpack(const struct format *f, uint64_t a) {
    uint64_t fraction = a & ((UINT64_C(1) << f->fraction) - 1);
    int exp = (int)((a & exp_mask(f)) >> f->fraction);
    if (exp)
        fraction |= UINT64_C(1) << f->fraction;
    else
        exp = 1;
    return normal(is_negative(f, a), exp - f->bias, (uint128)fraction << (TOP - f->fraction));
}

/* sig without its lowest `drop` bits, rounded. */
static uint128 round_off(uint128 sig, int drop, bool sign, unsigned rm, bool *inexact) {
    uint128 kept, rest, half;
    if (drop > 127) {
        sig = sig != 0;
        drop = 2;
    }
    kept = sig >> drop;
    rest = sig & (((uint128)1 << drop) - 1);
    half = (uint128)1 << (drop - 1);
    *inexact = rest != 0;
    switch (rm) {
    case FP_RNE: return kept + (rest > half || (rest == half && (kept & 1)));
    case FP_RMM: return kept + (rest >= half);
    case FP_RDN: return kept + (rest && sign);
    case FP_RUP: return kept + (rest && !sign);
    default: return kept;
    }
}

static uint64_t overflow(const struct format *f, bool sign, struct context *x) {
    bool away = x->rm == FP_RNE || x->rm == FP_RMM || x->rm == (sign ? FP_RDN : FP_RUP);
    x->flags |= FP_OF | FP_NX;
    return infinity(f, sign) - !away;
}

/* The bits of n, rounded. */
static uint64_t pack_up(const struct format *f, struct number n, struct context *x) {
    uint64_t sign = n.sign ? sign_mask(f) : 0, a;
    int drop = TOP - f->fraction, least = 1 - f->bias;
    bool inexact, ignored, tiny = false;
    if (n.sig == 0)
        return sign;
    if (n.exp > f->bias)
        return overflow(f, n.sign, x);
    if (n.exp < least) {
        uint128 unbounded = round_off(n.sig, drop, n.sign, x->rm, &ignored);
        tiny = n.exp < least - 1 || unbounded >> (f->fraction + 1) == 0;
        a = (uint64_t)round_off(n.sig, drop + least - n.exp, n.sign, x->rm, &inexact);
    } else {
        a = (uint64_t)round_off(n.sig, drop, n.sign, x->rm, &inexact);
        a += (uint64_t)(n.exp - least) << f->fraction;
    }
    if (a >= exp_mask(f))
        return overflow(f, n.sign, x);
    if (inexact)
        x->flags |= tiny ? FP_UF | FP_NX : FP_NX;
    return a | sign;
}

/* ---- Operations ------------------------------------------------------------------------------ */

/* a + b; a zero sum of numbers that differ is -0 only when rounding down. */
static struct number sum(struct number a, struct number b, const struct context *x) {
    if (a.sig == 0 && b.sig == 0) {
        if (a.sign != b.sign)
            a.sign = x->rm == FP_RDN;
        return a;
    }
    if (a.sig == 0)
        return b;
    if (b.sig == 0)
        return a;
    if (a.exp < b.exp || (a.exp == b.exp && a.sig < b.sig)) {
        struct number t = a;
        a = b;
        b = t;
    }
    b.sig = shift_right_sticky(b.sig, a.exp - b.exp);
    if (a.sign == b.sign)
        return normal(a.sign, a.exp, a.sig + b.sig);
    if (a.sig == b.sig)
        return (struct number){.sign = x->rm == FP_RDN};
    return normal(a.sign, a.exp, a.sig - b.sig);
}

static struct number product(const struct format *f, struct number a, struct number b) {
    int low = TOP - f->fraction; /* the significands' bits below this are 0 */
    uint128 sig = (uint128)(uint64_t)(a.sig >> low) * (uint64_t)(b.sig >> low);
    return normal(a.sign != b.sign, a.exp + b.exp + TOP - 2 * f->fraction, sig);
}

static uint64_t fp_add(const struct format *f, uint64_t a, uint64_t b, struct context *x) {
    if (is_nan(f, a) || is_nan(f, b))
        return nan_of(f, a, b, x);
    if (is_inf(f, a))
        return is_inf(f, b) && a != b ? invalid(f, x) : a;
    if (is_inf(f, b))
        return b;
    return pack_up(f, sum(unpack(f, a), unpack(f, b), x), x);
}

static uint64_t fp_sub(const struct format *f, uint64_t a, uint64_t b, struct context *x) {
    return fp_add(f, a, b ^ sign_mask(f), x);
}

static uint64_t fp_mul(const struct format *f, uint64_t a, uint64_t b, struct context *x) {
    if (is_nan(f, a) || is_nan(f, b))
        return nan_of(f, a, b, x);
    if (is_inf(f, a) || is_inf(f, b)) {
        if (is_zero(f, a) || is_zero(f, b))
            return invalid(f, x);
        return infinity(f, is_negative(f, a) != is_negative(f, b));
    }
    return pack_up(f, product(f, unpack(f, a), unpack(f, b)), x);
}

/* "The fused multiply-add instructions must set the invalid operation exception flag when the
 * multiplicands are infinity and zero, even when the addend is a quiet NaN." */
static uint64_t fp_fma(const struct format *f, uint64_t a, uint64_t b, uint64_t c,
                       struct context *x) {
    bool sign = is_negative(f, a) != is_negative(f, b);
    bool inf = is_inf(f, a) || is_inf(f, b);
    if (is_nan(f, a) || is_nan(f, b)) {
        nan_of(f, c, c, x);
        return nan_of(f, a, b, x);
    }
    if (inf && (is_zero(f, a) || is_zero(f, b)))
        return invalid(f, x);
    if (is_nan(f, c))
        return nan_of(f, c, c, x);
    if (inf)
        return is_inf(f, c) && is_negative(f, c) != sign ? invalid(f, x) : infinity(f, sign);
    if (is_inf(f, c))
        return c;
    return pack_up(f, sum(product(f, unpack(f, a), unpack(f, b)), unpack(f, c), x), x);
}

static uint64_t fp_div(const struct format *f, uint64_t a, uint64_t b, struct context *x) {
    bool sign = is_negative(f, a) != is_negative(f, b);
    struct number n, m;
    uint128 over, quotient;
    uint64_t under;
    if (is_nan(f, a) || is_nan(f, b))
        return nan_of(f, a, b, x);
    if (is_inf(f, a))
        return is_inf(f, b) ? invalid(f, x) : infinity(f, sign);
    if (is_inf(f, b))
        return sign ? sign_mask(f) : 0;
    if (is_zero(f, b)) {
        if (is_zero(f, a))
            return invalid(f, x);
        x->flags |= FP_DZ;
        return infinity(f, sign);
    }
    n = unpack(f, a);
    m = unpack(f, b);
    over = n.sig >> 1; /* 126 bits; the lowest is 0 */
    under = (uint64_t)(m.sig >> (TOP - 52));
    quotient = over / under;
    quotient = quotient << 1 | (over % under != 0);
    return pack_up(f, normal(sign, n.exp - m.exp + 52, quotient), x);
}

static uint64_t fp_sqrt(const struct format *f, uint64_t a, struct context *x) {
    struct number n;
    uint128 rest, root = 0;
    if (is_nan(f, a))
        return nan_of(f, a, a, x);
    if (is_zero(f, a))
        return a;
    if (is_negative(f, a))
        return invalid(f, x);
    if (is_inf(f, a))
        return a;
    n = unpack(f, a);
    rest = n.exp & 1 ? n.sig << 1 : n.sig; /* 2^126 is 1, of an even exponent */
    n.exp -= n.exp & 1;
    for (uint128 bit = (uint128)1 << 126; bit; bit >>= 2) {
        uint128 trial = root + bit;
        root >>= 1;
        if (rest >= trial) {
            rest -= trial;
            root += bit;
        }
    }
    return pack_up(f, normal(false, n.exp / 2 + TOP - 64, root << 1 | (rest != 0)), x);
}

/* The lesser (sign true: the greater) by IEEE 754-2019's minimumNumber: -0 is less than +0. */
static uint64_t fp_min(const struct format *f, uint64_t a, uint64_t b, bool max,
                       struct context *x) {
    bool less;
    if (is_signaling(f, a) || is_signaling(f, b))
        x->flags |= FP_NV;
    if (is_nan(f, a))
        return is_nan(f, b) ? canonical(f) : b;
    if (is_nan(f, b))
        return a;
    if (is_negative(f, a) != is_negative(f, b))
        less = is_negative(f, a);
    else
        less = is_negative(f, a) ? a > b : a < b;
    return less != max ? a : b;
}

enum test { EQUAL, LESS, LESS_EQUAL };

static bool fp_test(const struct format *f, uint64_t a, uint64_t b, enum test t,
                    struct context *x) {
    if (is_nan(f, a) || is_nan(f, b)) {
        if (t != EQUAL || is_signaling(f, a) || is_signaling(f, b))
            x->flags |= FP_NV;
        return false;
    }
    if (a == b || (is_zero(f, a) && is_zero(f, b)))
        return t != LESS;
    if (t == EQUAL)
        return false;
    if (is_negative(f, a) != is_negative(f, b))
        return is_negative(f, a);
    return is_negative(f, a) ? a > b : a < b;
}

/* a between two formats. */
static uint64_t fp_convert(const struct format *to, const struct format *from, uint64_t a,
                           struct context *x) {
    if (is_nan(from, a)) {
        nan_of(from, a, a, x);
        return canonical(to);
    }
    if (is_inf(from, a))
        return infinity(to, is_negative(from, a));
    return pack_up(to, unpack(from, a), x);
}

/* a as an integer of `width` bits, extended by its sign as all 32-bit results are. What does not
 * fit is the nearest that does, a NaN the greatest. */
static uint64_t fp_to_int(const struct format *f, uint64_t a, unsigned width, bool is_signed,
                          struct context *x) {
    uint64_t greatest = UINT64_MAX >> (64 - width + is_signed);
    uint64_t least = is_signed ? ~greatest : 0;
    bool minus = is_negative(f, a), inexact = false, fits = false;
    uint128 size = 0;
    uint64_t v;
    if (is_nan(f, a)) {
        minus = false;
    } else if (!is_inf(f, a)) {
        struct number n = unpack(f, a);
        if (n.sig == 0)
            return 0;
        if (n.exp < 64) {
            size = round_off(n.sig, TOP - n.exp, minus, x->rm, &inexact);
            fits = size <= (minus ? 0 - least : greatest); /* 0 - least is the least's size */
        }
    }
    if (!fits) {
        x->flags |= FP_NV;
        v = minus ? least : greatest;
    } else {
        if (inexact)
            x->flags |= FP_NX;
        v = minus ? 0 - (uint64_t)size : (uint64_t)size;
    }
    return width == 32 ? (uint64_t)(int64_t)(int32_t)v : v;
}

static uint64_t fp_from_int(const struct format *f, uint64_t size, bool minus, struct context *x) {
    return pack_up(f, normal(minus, 63, (uint128)size << (TOP - 63)), x);
}

static uint64_t fp_from_signed(const struct format *f, int64_t v, struct context *x) {
    return fp_from_int(f, v < 0 ? 0 - (uint64_t)v : (uint64_t)v, v < 0, x);
}

/* ---- The words of insn.def ------------------------------------------------------------------- */

#define X(n)       d->x[raw >> (n)&31]
#define F(n)       d->f[raw >> (n)&31]
#define RS1        X(15)
#define F1(w)      UNBOX##w(F(15))
#define F2(w)      UNBOX##w(F(20))
#define F3(w)      UNBOX##w(F(27))
#define UNBOX32(v) fp_unbox(v)
#define UNBOX64(v) (v)
#define FP32(v)    F(7) = (v) | FP_BOX
#define FP64(v)    F(7) = (v)
#define FTEST(v)   to_x(d, raw >> 7 & 31, v)
#define FINT(v)    to_x(d, raw >> 7 & 31, v)

#define NEG32(a)       ((a) ^ FP_SIGN32)
#define NEG64(a)       ((a) ^ FP_SIGN64)
#define ADD32(a, b)    fp_add(&single, a, b, &x)
#define ADD64(a, b)    fp_add(&twice, a, b, &x)
#define SUB32(a, b)    fp_sub(&single, a, b, &x)
#define SUB64(a, b)    fp_sub(&twice, a, b, &x)
#define MUL32(a, b)    fp_mul(&single, a, b, &x)
#define MUL64(a, b)    fp_mul(&twice, a, b, &x)
#define DIV32(a, b)    fp_div(&single, a, b, &x)
#define DIV64(a, b)    fp_div(&twice, a, b, &x)
#define SQRT32(a)      fp_sqrt(&single, a, &x)
#define SQRT64(a)      fp_sqrt(&twice, a, &x)
#define FMA32(a, b, c) fp_fma(&single, a, b, c, &x)
#define FMA64(a, b, c) fp_fma(&twice, a, b, c, &x)
#define MIN32(a, b)    fp_min(&single, a, b, false, &x)
#define MIN64(a, b)    fp_min(&twice, a, b, false, &x)
#define MAX32(a, b)    fp_min(&single, a, b, true, &x)
#define MAX64(a, b)    fp_min(&twice, a, b, true, &x)
#define EQ32(a, b)     fp_test(&single, a, b, EQUAL, &x)
#define EQ64(a, b)     fp_test(&twice, a, b, EQUAL, &x)
#define LT32(a, b)     fp_test(&single, a, b, LESS, &x)
#define LT64(a, b)     fp_test(&twice, a, b, LESS, &x)
#define LE32(a, b)     fp_test(&single, a, b, LESS_EQUAL, &x)
#define LE64(a, b)     fp_test(&twice, a, b, LESS_EQUAL, &x)
#define NARROW(a)      fp_convert(&single, &twice, a, &x)
#define WIDEN(a)       fp_convert(&twice, &single, a, &x)
#define TO_S32_32(a)   fp_to_int(&single, a, 32, true, &x)
#define TO_S32_64(a)   fp_to_int(&twice, a, 32, true, &x)
#define TO_U32_32(a)   fp_to_int(&single, a, 32, false, &x)
#define TO_U32_64(a)   fp_to_int(&twice, a, 32, false, &x)
#define TO_S64_32(a)   fp_to_int(&single, a, 64, true, &x)
#define TO_S64_64(a)   fp_to_int(&twice, a, 64, true, &x)
#define TO_U64_32(a)   fp_to_int(&single, a, 64, false, &x)
#define TO_U64_64(a)   fp_to_int(&twice, a, 64, false, &x)
#define FROM_S32_32(v) fp_from_signed(&single, (int32_t)(v), &x)
#define FROM_S32_64(v) fp_from_signed(&twice, (int32_t)(v), &x)
#define FROM_U32_32(v) fp_from_int(&single, (uint32_t)(v), false, &x)
#define FROM_U32_64(v) fp_from_int(&twice, (uint32_t)(v), false, &x)
#define FROM_S64_32(v) fp_from_signed(&single, (int64_t)(v), &x)
#define FROM_S64_64(v) fp_from_signed(&twice, (int64_t)(v), &x)
#define FROM_U64_32(v) fp_from_int(&single, v, false, &x)
#define FROM_U64_64(v) fp_from_int(&twice, v, false, &x)

static void to_x(struct frond_desc *d, unsigned rd, uint64_t v) {
    if (rd)
        d->x[rd] = v;
}

/* Whether a row reads a rounding mode. */
static bool rounds(unsigned row) {
    enum {
        FMT_N,
        FMT_R,
        FMT_I,
        FMT_S,
        FMT_B,
        FMT_U,
        FMT_P,
        FMT_J,
        FMT_SH,
        FMT_AMO,
        FMT_RF,
        FMT_RAW
    };
    enum { FMT_RM = 100, FMT_R4 = 101 };
    static const uint8_t format[ROWS] = {
#define ROW(name, mask, match, format, ...) FMT_##format,
#include "insn.def"
#undef ROW
    };
    return format[row] >= FMT_RM;
}

bool fp_exec(struct frond_desc *d, unsigned row, uint32_t raw) {
    struct context x = {0};
    if (rounds(row)) {
        x.rm = raw >> 12 & 7;
        if (x.rm == FP_DYN)
            x.rm = d->csr.fcsr >> 5 & 7;
        if (x.rm > FP_RMM)
            return false;
    }
    switch (row) {
#define ROW(name, mask, match, format, regs, class, ...) CASE_##class(name, __VA_ARGS__)
#define CASE_FHOST(name, ...)                                                                      \
    case ROW_##name:                                                                               \
        __VA_ARGS__;                                                                               \
        break;
#define CASE_FSOFT CASE_FHOST
#define CASE_FINT  CASE_FHOST
#define CASE_ALU(name, ...)
#define CASE_LOAD    CASE_ALU
#define CASE_STORE   CASE_ALU
#define CASE_AMO     CASE_ALU
#define CASE_FLOAD   CASE_ALU
#define CASE_FSTORE  CASE_ALU
#define CASE_FMOVE   CASE_ALU
#define CASE_BRANCH  CASE_ALU
#define CASE_JUMP    CASE_ALU
#define CASE_SYSTEM  CASE_ALU
#define CASE_ILLEGAL CASE_ALU
#define CASE_END     CASE_ALU
#include "insn.def"
#undef ROW
    default: break;
    }
    d->csr.fcsr |= x.flags;
    return true;
}
