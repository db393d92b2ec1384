/* insn.c - the decoder of loads and stores: those of RV64IAFDC. */
#include "classic.h"

/* Bits of a compressed instruction: `count` from `from`, to stand at `to`. */
static int64_t bits(uint32_t raw, unsigned from, unsigned count, unsigned to) {
    return (int64_t)(raw >> from & ((1u << count) - 1)) << to;
}

static struct insn compressed_register(uint32_t raw) {
    unsigned funct3 = raw >> 13 & 7;
    struct insn i = {.length = 2, .base = 8 + (raw >> 7 & 7), .reg = 8 + (raw >> 2 & 7)};

    if ((funct3 & 3) == 0)
        return i;
    i.kind = funct3 & 4 ? INSN_STORE : INSN_LOAD;
    i.fp = (funct3 & 3) == 1;
    i.width = (funct3 & 3) == 2 ? 4 : 8;
    i.is_signed = true;
    i.offset = bits(raw, 10, 3, 3) +
               (i.width == 4 ? bits(raw, 6, 1, 2) + bits(raw, 5, 1, 6) : bits(raw, 5, 2, 6));
    return i;
}

static struct insn compressed_stack(uint32_t raw) {
    unsigned funct3 = raw >> 13 & 7;
    struct insn i = {.length = 2, .base = 2};

    if ((funct3 & 3) == 0)
        return i;
    i.kind = funct3 & 4 ? INSN_STORE : INSN_LOAD;
    i.fp = (funct3 & 3) == 1;
    i.width = (funct3 & 3) == 2 ? 4 : 8;
    i.is_signed = true;
    if (i.kind == INSN_LOAD) {
        i.reg = raw >> 7 & 31;
        i.offset = bits(raw, 12, 1, 5) + (i.width == 4 ? bits(raw, 4, 3, 2) + bits(raw, 2, 2, 6)
                                                       : bits(raw, 5, 2, 3) + bits(raw, 2, 3, 6));
    } else {
        i.reg = raw >> 2 & 31;
        i.offset = i.width == 4 ? bits(raw, 9, 4, 2) + bits(raw, 7, 2, 6)
                                : bits(raw, 10, 3, 3) + bits(raw, 7, 3, 6);
    }
    return i;
}

struct insn insn_decode(uint32_t raw) {
    enum { LOAD = 0x03, LOAD_FP = 0x07, STORE = 0x23, STORE_FP = 0x27, AMO = 0x2f };
    unsigned opcode = raw & 0x7f, funct3 = raw >> 12 & 7;
    struct insn i = {.length = 4, .width = (uint8_t)(1u << (funct3 & 3)), .base = raw >> 15 & 31};

    if ((raw & 3) == 0)
        return compressed_register(raw);
    if ((raw & 3) == 2)
        return compressed_stack(raw);
    i.reg = raw >> 7 & 31;
    i.fp = opcode == LOAD_FP || opcode == STORE_FP;
    if (opcode == LOAD || opcode == LOAD_FP) {
        i.kind = INSN_LOAD;
        i.is_signed = funct3 < 4;
        i.offset = (int32_t)raw >> 20;
    } else if (opcode == STORE || opcode == STORE_FP) {
        i.kind = INSN_STORE;
        i.reg = raw >> 20 & 31;
        i.offset = ((int32_t)(raw & 0xfe000000) >> 20) + (int64_t)(raw >> 7 & 31);
    } else if (opcode == AMO) {
        i.kind = INSN_AMO;
        i.is_signed = true;
        i.op = raw >> 27 & 31;
        i.source = raw >> 20 & 31;
    }
    return i;
}
