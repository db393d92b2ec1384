/*
 * priv_entry.S - into a probe by mret, and out of it by whatever trap comes.
 *
 * probe_run keeps the callee-saved registers on the stack, loads x from `probe` and leaves by mret.
 * A trap to M-mode is logged; if it is an exception and probe.skip is not 0 the probe goes on 4 bytes
 * further, else probe_run returns. A trap to S-mode is logged, and goes on in the same way or calls
 * M-mode at probe_end_last; if S-mode's calls are delegated, that is an ebreak (which then must not be).
 * Nothing of this needs a stack in S-mode. mscratch and sscratch are used.
 */
#include "priv.h"

#define OWN_SP 288
#define OWN_T1 296
#define OWN_T2 304
#define OWN_T3 312

    .section .text
    .globl probe_run, probe_end, probe_end_last
    .balign 4
probe_run:
    addi sp, sp, -112
    sd ra, 0(sp)
    sd s0, 8(sp)
    sd s1, 16(sp)
    sd s2, 24(sp)
    sd s3, 32(sp)
    sd s4, 40(sp)
    sd s5, 48(sp)
    sd s6, 56(sp)
    sd s7, 64(sp)
    sd s8, 72(sp)
    sd s9, 80(sp)
    sd s10, 88(sp)
    sd s11, 96(sp)
    la t0, probe
    sd sp, OWN_SP(t0)
    sd zero, PROBE_LOGN(t0)
    ld t1, PROBE_PC(t0)
    csrw mepc, t1
    ld t1, PROBE_PC + 8(t0)
    csrw mstatus, t1
    .irp n, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16
    ld x\n, 8 * \n(t0)
    .endr
    .irp n, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    ld x\n, 8 * \n(t0)
    .endr
    ld t0, 40(t0)
    mret

    .balign 4
    .option push
    .option norvc
probe_end:
    ecall /* from M, S or U */
    .option pop

/* t0: probe (it is in xscratch), t1: vector; t1, t2, t3 are in own[]. Logs, and goes on if it may. */
    .macro log x, mode
    ld t2, PROBE_LOGN(t0)
    li t3, PROBE_LOGS - 1
    bleu t2, t3, 7f
    mv t2, t3
7:  li t3, PROBE_ENTRY
    mul t3, t2, t3
    addi t2, t2, 1
    sd t2, PROBE_LOGN(t0)
    add t3, t3, t0
    li t2, \mode
    sd t2, PROBE_LOG(t3)
    sd t1, PROBE_LOG + 8(t3)
    csrr t2, \x\()cause
    sd t2, PROBE_LOG + 16(t3)
    csrr t2, \x\()tval
    sd t2, PROBE_LOG + 24(t3)
    csrr t2, \x\()epc
    sd t2, PROBE_LOG + 32(t3)
    csrr t2, \x\()status
    sd t2, PROBE_LOG + 40(t3)
    csrr t2, \x\()cause
    bltz t2, 8f
    ld t2, PROBE_LOGN + 8(t0)
    beqz t2, 8f
    addi t2, t2, -1
    sd t2, PROBE_LOGN + 8(t0)
    csrr t2, \x\()epc
    addi t2, t2, 4
    csrw \x\()epc, t2
    ld t1, OWN_T1(t0)
    ld t2, OWN_T2(t0)
    ld t3, OWN_T3(t0)
    csrr t0, \x\()scratch
    \x\()ret
8:
    .endm

    .macro enter x, vector
    csrw \x\()scratch, t0
    la t0, probe
    sd t1, OWN_T1(t0)
    li t1, \vector
    j \x\()_common
    .endm

    .macro vectors x
    .balign 256
    .globl \x\()_vectors
\x\()_vectors:
    .option push
    .option norvc
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
    j \x\()_vector_\n
    .endr
    .option pop
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
\x\()_vector_\n:
    enter \x, \n
    .endr
    .endm

    vectors m
    vectors s

    .balign 4
    .globl m_entry, s_entry
m_entry:
    enter m, 255
    .balign 4
s_entry:
    enter s, 255

s_common:
    sd t2, OWN_T2(t0)
    sd t3, OWN_T3(t0)
    csrr t2, sepc
    la t3, probe_end_last
    beq t2, t3, 1f
    log s, 1
    .balign 4
    .option push
    .option norvc
probe_end_last:
    ecall
1:  ebreak
    .option pop

m_common:
    sd t2, OWN_T2(t0)
    sd t3, OWN_T3(t0)
    csrr t2, mepc
    la t3, probe_end_last
    beq t2, t3, 2f
    addi t3, t3, 4
    beq t2, t3, 2f
    log m, 3
2:  li t1, 1 << 17 /* MPRV */
    csrc mstatus, t1
    .irp n, 1, 2, 3, 4, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17
    sd x\n, 8 * \n(t0)
    .endr
    .irp n, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 29, 30, 31
    sd x\n, 8 * \n(t0)
    .endr
    ld t1, OWN_T1(t0)
    sd t1, 48(t0)
    ld t1, OWN_T2(t0)
    sd t1, 56(t0)
    ld t1, OWN_T3(t0)
    sd t1, 224(t0)
    csrr t1, mscratch
    sd t1, 40(t0)
    ld sp, OWN_SP(t0)
    ld ra, 0(sp)
    ld s0, 8(sp)
    ld s1, 16(sp)
    ld s2, 24(sp)
    ld s3, 32(sp)
    ld s4, 40(sp)
    ld s5, 48(sp)
    ld s6, 56(sp)
    ld s7, 64(sp)
    ld s8, 72(sp)
    ld s9, 80(sp)
    ld s10, 88(sp)
    ld s11, 96(sp)
    addi sp, sp, 112
    ret
