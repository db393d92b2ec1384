/*
 * trap_entry.S - a trap: x1 to x31, xepc and xstatus into a struct trap, a handler in C, and back.
 * trap_entry is for M-mode (trap), strap_entry for S-mode (strap).
 *
 * xscratch is 0 while the mode itself runs; who leaves for a lower mode puts the top of the trap
 * stack there. Floating-point registers are left alone.
 */
    .altmacro

    .macro each_but_sp op
    \op x1, 8(sp)
    .set i, 3
    .rept 29
    one \op, %i
    .set i, i + 1
    .endr
    .endm

    .macro one op, n
    \op x\n, 8 * \n(sp)
    .endm

    /* shift: of the previous mode in xstatus; mask: its bits, all set if the mode itself ran. */
    .macro entry name, handler, scratch, epc, status, cause, tval, shift, mask, back
    .balign 4
    .globl \name
\name:
    csrrw sp, \scratch, sp
    bnez sp, 1f
    csrr sp, \scratch
1:  addi sp, sp, -288
    each_but_sp sd
    csrrw t0, \scratch, zero
    sd t0, 16(sp)
    csrr t1, \epc
    sd t1, 0(sp)
    csrr t2, \status
    sd t2, 256(sp)
    csrr t3, \cause
    sd t3, 264(sp)
    csrr t4, \tval
    sd t4, 272(sp)
    srli t2, t2, \shift
    not t2, t2
    andi t2, t2, \mask
    bnez t2, 2f
    addi t0, sp, 288 /* from the mode itself: sp was here */
    sd t0, 16(sp)
2:  mv a0, sp
    call \handler
    ld t1, 0(sp)
    csrw \epc, t1
    ld t2, 256(sp)
    csrw \status, t2
    srli t2, t2, \shift
    not t2, t2
    andi t2, t2, \mask
    beqz t2, 3f
    addi t3, sp, 288 /* to a lower mode: the next trap has this stack again */
    csrw \scratch, t3
3:  each_but_sp ld
    ld sp, 16(sp)
    \back
    .endm

    .section .text
    entry trap_entry, trap, mscratch, mepc, mstatus, mcause, mtval, 11, 3, mret
    entry strap_entry, strap, sscratch, sepc, sstatus, scause, stval, 8, 1, sret
