/*
 * entry.S - nk's part of the nucleus in M-mode: its first instruction, and every trap.
 *
 * The client's program gives, when it is linked: client_entry, and client_mode, the bits of
 * mstatus.MPP that it runs with. A trap is an ecall of the client's, or the end of the machine: mscratch is
 * the top of nk's stack but for a few instructions, and a trap within those finds that sp is not: nothing is
 * written but to nk's stack.
 */
#include "frond_abi.h"
#include "gate.h"

    .set CODE, 99 << 16 | 0x3333 /* to the finisher: the end, with code 99 */
    .set ECALL, 9                /* mcause: an ecall in S-mode */
    .set FRAME, 128

    .section .text.start, "ax"
    .globl _start
_start:
    la sp, nk_stack_end
    csrw mscratch, sp
    la t0, trap
    csrw mtvec, t0
    la t0, nk_bss_start
    la t1, nk_bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  mv s0, a0
    mv s1, a1
    call gate_open
    li t0, 3 << 11
    csrc mstatus, t0
    lui t0, %hi(client_mode)
    addi t0, t0, %lo(client_mode)
    csrs mstatus, t0
    la t0, client_entry
    csrw mepc, t0
    mv a0, s0
    mv a1, s1
    mret

    .macro caller_saved op
    \op ra, 16(sp)
    \op t1, 24(sp)
    \op t2, 32(sp)
    \op t3, 40(sp)
    \op t4, 48(sp)
    \op t5, 56(sp)
    \op t6, 64(sp)
    \op a2, 72(sp)
    \op a3, 80(sp)
    \op a4, 88(sp)
    \op a5, 96(sp)
    \op a6, 104(sp)
    \op a7, 112(sp)
    .endm

    .balign 4
trap:
    csrrw sp, mscratch, sp
    csrw mtval, t0 /* of an ecall it says nothing */
    la t0, nk_stack_end
    bne sp, t0, 3f /* the stack is not there, so this is a trap within the next lines, and sp the client's */
    csrr t0, mtval
    addi sp, sp, -FRAME
    sd t0, 0(sp)
    csrr t0, mscratch
    sd t0, 8(sp) /* the client's sp */
    addi t0, sp, FRAME
    csrw mscratch, t0
    csrr t0, mcause
    addi t0, t0, -ECALL
    bnez t0, 3f
    caller_saved sd
    csrr t0, mepc
    addi t0, t0, 4
    csrw mepc, t0
    call gate
    caller_saved ld
    ld t0, 0(sp)
    ld sp, 8(sp)
    mret
3:  li t0, FROND_FINISHER_BASE
    li t1, CODE
    sw t1, 0(t0)
    j 3b
