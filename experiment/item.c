/* item.c - see priv.h: the instructions of riscv/insn.def, and the CSRs. */
#include "priv.h"
#include <string.h>

/* ---- CSRs, by their numbers in the privileged specification -------------------------------------------------- */

struct csr_range {
    uint16_t first, last;
    uint8_t number; /* of the first; names of a range end in numbers */
    const char *name;
};
static const struct csr_range csrs[] = {
    {0x001, 0x001, 0, "fflags"},      {0x002, 0x002, 0, "frm"},
    {0x003, 0x003, 0, "fcsr"},        {0x100, 0x100, 0, "sstatus"},
    {0x104, 0x104, 0, "sie"},         {0x105, 0x105, 0, "stvec"},
    {0x106, 0x106, 0, "scounteren"},  {0x10a, 0x10a, 0, "senvcfg"},
    {0x140, 0x140, 0, "sscratch"},    {0x141, 0x141, 0, "sepc"},
    {0x142, 0x142, 0, "scause"},      {0x143, 0x143, 0, "stval"},
    {0x144, 0x144, 0, "sip"},         {0x14d, 0x14d, 0, "stimecmp"},
    {0x180, 0x180, 0, "satp"},        {0x300, 0x300, 0, "mstatus"},
    {0x301, 0x301, 0, "misa"},        {0x302, 0x302, 0, "medeleg"},
    {0x303, 0x303, 0, "mideleg"},     {0x304, 0x304, 0, "mie"},
    {0x305, 0x305, 0, "mtvec"},       {0x306, 0x306, 0, "mcounteren"},
    {0x30a, 0x30a, 0, "menvcfg"},     {0x320, 0x320, 0, "mcountinhibit"},
    {0x323, 0x33f, 3, "mhpmevent"},   {0x340, 0x340, 0, "mscratch"},
    {0x341, 0x341, 0, "mepc"},        {0x342, 0x342, 0, "mcause"},
    {0x343, 0x343, 0, "mtval"},       {0x344, 0x344, 0, "mip"},
    {0x3a0, 0x3af, 0, "pmpcfg"},      {0x3b0, 0x3ef, 0, "pmpaddr"},
    {0xb00, 0xb00, 0, "mcycle"},      {0xb02, 0xb02, 0, "minstret"},
    {0xb03, 0xb1f, 3, "mhpmcounter"}, {0xc00, 0xc00, 0, "cycle"},
    {0xc01, 0xc01, 0, "time"},        {0xc02, 0xc02, 0, "instret"},
    {0xc03, 0xc1f, 3, "hpmcounter"},  {0xf11, 0xf11, 0, "mvendorid"},
    {0xf12, 0xf12, 0, "marchid"},     {0xf13, 0xf13, 0, "mimpid"},
    {0xf14, 0xf14, 0, "mhartid"},     {0xf15, 0xf15, 0, "mconfigptr"},
};

/* The row of csrs that has it, or NULL. */
static const struct csr_range *range_of(unsigned csr) {
    for (unsigned i = 0; i < sizeof csrs / sizeof csrs[0]; i++)
        if (csr >= csrs[i].first && csr <= csrs[i].last)
            return &csrs[i];
    return NULL;
}

static struct item csr_item(unsigned csr) {
    const struct csr_range *r = range_of(csr);
    struct item i = {.family = r ? r->name : "no CSR",
                     .class = CLASS_SYSTEM,
                     .csr = (int)csr,
                     .mask = 0xfff0007f,
                     .match = csr << 20 | 0x73,
                     .regs = "XX_",
                     .format = "CSR"};

    if (!r)
        snprintf(i.name, sizeof i.name, "CSR 0x%03x", csr);
    else if (r->first == r->last)
        snprintf(i.name, sizeof i.name, "%s", r->name);
    else
        snprintf(i.name, sizeof i.name, "%s%u", r->name, r->number + csr - r->first);
    return i;
}

/* ---- Rows ---------------------------------------------------------------------------------------------------- */

static const struct item rows[] = {
#define ROW(n, bits, like, form, files, kind, ...)                                                 \
    {.name = #n,                                                                                   \
     .family = #n,                                                                                 \
     .class = CLASS_##kind,                                                                        \
     .csr = -1,                                                                                    \
     .mask = bits,                                                                                 \
     .match = like,                                                                                \
     .regs = #files,                                                                               \
     .format = #form},
#include "../riscv/insn.def"
#undef ROW
};

unsigned item_width(const struct item *i) {
    switch (i->class) {
    case CLASS_LOAD:
    case CLASS_STORE: return 1u << (i->match >> 12 & 3);
    case CLASS_AMO:
    case CLASS_FLOAD:
    case CLASS_FSTORE: return (i->match >> 12 & 1) ? 8 : 4;
    default: return 0;
    }
}

static bool has_encoding(const struct item *row) { return (row->match & ~row->mask) == 0; }

unsigned item_rows(void) {
    unsigned n = 0;

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++)
        n += has_encoding(&rows[i]);
    return n;
}

static const char *const at_words[] = {"", "misaligned ", "device "};

static void put_row(const struct item *row, unsigned at, struct item *out) {
    *out = *row;
    out->at = at;
    snprintf(out->name, sizeof out->name, "%s%.16s", at_words[at], row->name);
}

unsigned item_list(struct item *out) {
    unsigned n = 0;

    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (!has_encoding(&rows[i]) || strncmp(rows[i].name, "csrr", 4) == 0)
            continue; /* the CSRs' own items run the latter */
        put_row(&rows[i], AT_ALIGNED, &out[n++]);
        if (item_width(&rows[i]) > 1)
            put_row(&rows[i], AT_MISALIGNED, &out[n++]);
        if (item_width(&rows[i]))
            put_row(&rows[i], AT_DEVICE, &out[n++]);
    }
    out[n] =
        rows[0]; /* no encoding leads to the row `illegal`: these bits are defined to be none */
    out[n].mask = UINT32_MAX;
    out[n++].match = 0;
    for (unsigned csr = 0; csr < 4096; csr++)
        out[n++] = csr_item(csr);
    return n;
}

bool item_called(const struct item *i, const char *word, bool *exact) {
    static const char *const classes[] = {"ALU",    "LOAD",   "STORE", "AMO",    "FLOAD",
                                          "FSTORE", "BRANCH", "JUMP",  "SYSTEM", "ILLEGAL",
                                          "END",    "FHOST",  "FSOFT", "FINT",   "FMOVE"};
    unsigned at = AT_ALIGNED;

    for (unsigned k = AT_MISALIGNED; k <= AT_DEVICE; k++)
        if (strncmp(word, at_words[k], strlen(at_words[k])) == 0)
            at = k;
    if (at != i->at)
        return false;
    word += strlen(at_words[at]);
    *exact = strcmp(word, i->family) == 0;
    return *exact || (i->csr < 0 && strcmp(word, classes[i->class]) == 0);
}
