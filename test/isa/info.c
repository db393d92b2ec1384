/* info.c - insn.def as a table. */
#include "isa.h"

const struct row_info row_info[ROWS] = {
#define ROW(name, mask, match, format, regs, class, ...)                                           \
    {#name, mask, match, FMT_##format, CLASS_##class, #regs},
#include "../../riscv/insn.def"
#undef ROW
};
