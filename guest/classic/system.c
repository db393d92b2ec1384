/* system.c - the SYSTEM instructions, which trap in U-mode all but those that are the same in every mode. */
#include "classic.h"

enum {
    SYSTEM = 0x73,
    MRET = 0x30200073,
    SRET = 0x10200073,
    WFI = 0x10500073,
    SFENCE_VMA = 0x12000073
};

void retire(unsigned length) {
    guest.pc += length;
    guest.clock++;
    guest.interpreted++;
    guest.csr.minstret += (guest.csr.mcountinhibit & 4) == 0;
}

static void csr_instruction(uint32_t insn) {
    unsigned csr = insn >> 20, rs1 = insn >> 15 & 31, rd = insn >> 7 & 31, op = insn >> 12 & 3;
    uint64_t operand = insn >> 14 & 1 ? rs1 : guest.x[rs1];
    bool writes = op == 1 || rs1 != 0;
    uint64_t old, seen;

    if ((csr >> 8 & 3) > guest.priv || (writes && csr >> 10 == 3) || !csr_get(csr, &old)) {
        trap_raise(CAUSE_ILLEGAL, insn);
        return;
    }
    counts[COUNT_csrrw + (insn >> 14 & 1) * 3 + op - 1]++;
    seen = old;
    if (csr == 0x344 || csr == 0x144) /* mip, sip: set and clear work on the bits software drives */
        old = (old & ~IP_SEIP) | (guest.csr.mip & IP_SEIP);
    if (writes)
        csr_put(csr, op == 1 ? operand : op == 2 ? old | operand : old & ~operand);
    if (rd != 0)
        guest.x[rd] = seen;
    retire(4);
}

static void mret(void) {
    uint64_t s = guest.csr.mstatus;
    unsigned to = (s & STATUS_MPP) >> 11;

    s &= ~(STATUS_MIE | STATUS_MPP | (to == PRIV_M ? 0 : STATUS_MPRV));
    if (s & STATUS_MPIE)
        s |= STATUS_MIE;
    retire(4);
    guest.csr.mstatus = s | STATUS_MPIE;
    guest.priv = to;
    guest.pc = guest.csr.mepc;
    counts[COUNT_mret]++;
    shadow_select();
}

static void sret(void) {
    uint64_t s = guest.csr.mstatus;
    unsigned to = s & STATUS_SPP ? PRIV_S : PRIV_U;

    s &= ~(STATUS_SIE | STATUS_SPP | STATUS_MPRV);
    if (s & STATUS_SPIE)
        s |= STATUS_SIE;
    retire(4);
    guest.csr.mstatus = s | STATUS_SPIE;
    guest.priv = to;
    guest.pc = guest.csr.sepc;
    counts[COUNT_sret]++;
    shadow_select();
}

static void sfence(uint32_t insn) {
    unsigned rs1 = insn >> 15 & 31;

    counts[COUNT_sfence_vma]++;
    if (rs1 == 0)
        shadow_flush();
    else
        shadow_flush_page(guest.x[rs1]);
    retire(4);
}

/* Whether it may do what `trap` of mstatus forbids S-mode. */
static bool may(uint64_t trap) {
    return guest.priv == PRIV_M || (guest.priv == PRIV_S && (guest.csr.mstatus & trap) == 0);
}

static void privileged(uint32_t insn) {
    if (insn == MRET && guest.priv == PRIV_M) {
        mret();
    } else if (insn == SRET && may(STATUS_TSR)) {
        sret();
    } else if (insn == WFI && may(STATUS_TW)) {
        counts[COUNT_wfi]++;
        guest.wait = guest.attention = true;
        retire(4);
    } else if ((insn & 0xfe007fff) == SFENCE_VMA && may(STATUS_TVM)) {
        sfence(insn);
    } else {
        trap_raise(CAUSE_ILLEGAL, insn);
    }
}

void system_interpret(uint32_t insn) {
    unsigned funct3 = insn >> 12 & 7;

    if ((insn & 0x7f) != SYSTEM || funct3 == 4)
        trap_raise(CAUSE_ILLEGAL, insn);
    else if (funct3 == 0)
        privileged(insn);
    else
        csr_instruction(insn);
}
