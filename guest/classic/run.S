/*
 * run.S - into the guest and back: guest_run returns when the hart has trapped; the guest's f registers; its LR and SC.
 *
 * mscratch holds the guest while it runs, else 0. The guest's instructions are told from those of the switch by
 * minstret, so the number of the latter must not vary: no compressed ones, and none but for the first on a branch.
 */
#include "classic.h"

    .section .text
    .option norvc
    .altmacro

    .macro each op, first, count, address
    .set i, \first
    .rept \count
    one \op, %i, \address
    .set i, i + 1
    .endr
    .endm

    .macro one op, n, address
    \op x\n, 8 * \n(\address)
    .endm

    .macro saved op
    \op ra, 0(sp)
    \op s0, 8(sp)
    \op s1, 16(sp)
    \op s2, 24(sp)
    \op s3, 32(sp)
    \op s4, 40(sp)
    \op s5, 48(sp)
    \op s6, 56(sp)
    \op s7, 64(sp)
    \op s8, 72(sp)
    \op s9, 80(sp)
    \op s10, 88(sp)
    \op s11, 96(sp)
    .endm

    .globl guest_run
guest_run:
    addi sp, sp, -112
    saved sd
    sd sp, GUEST_HOST_SP(a0)
    ld t0, GUEST_PC(a0)
    csrw mepc, t0
    csrw mscratch, a0
    beqz a1, began
    /* The timer counts ticks of 100 steps. So that it strikes at a step, the rest of a tick is spent before. */
arming:
    csrr t0, mcycle
    add t0, t0, a1
    addi t1, t0, 99
    li t2, 100
    divu t1, t1, t2
    csrw 0x14d, t1 /* stimecmp */
    mul t1, t1, t2
    sub t1, t1, t0
    slli t1, t1, 2
    la t2, sled_end
    sub t2, t2, t1
    jr t2
sled:
    .rept 99
    nop
    .endr
sled_end:
began:
    csrr t0, minstret
    sd t0, GUEST_BEGAN(a0)
    each ld, 1, 9, a0
    each ld, 11, 21, a0
    ld a0, 80(a0)
    mret
entered:

    .balign 4
    .globl guest_trap
guest_trap:
    csrrw a0, mscratch, a0
    beqz a0, own_trap
    each sd, 1, 9, a0
    each sd, 11, 21, a0
    csrrw t0, mscratch, zero
    sd t0, 80(a0)
left:
    csrr t0, minstret
    sd t0, GUEST_ENDED(a0)
    csrr t0, mepc
    sd t0, GUEST_PC(a0)
    csrr t0, mcause
    sd t0, GUEST_CAUSE(a0)
    csrr t0, mtval
    sd t0, GUEST_VALUE(a0)
    ld sp, GUEST_HOST_SP(a0)
    saved ld
    addi sp, sp, 112
    ret

/* A trap of the monitor's own. */
own_trap:
    la sp, stack_end
    csrr a0, mcause
    csrr a1, mepc
    csrr a2, mtval
    tail own_trap_report

    .section .rodata
    .balign 8
    .globl guest_switching, guest_arming
guest_switching:
    .dword (entered - began) / 4 + (left - guest_trap) / 4
guest_arming:
    .dword (entered - arming) / 4 - (sled_end - sled) / 4

    .section .text
    .macro get_f n
    .word 0xe2000553 | \n << 15 /* fmv.x.d a0, fn */
    ret
    .endm
    .macro set_f n
    .word 0xf2050053 | \n << 7 /* fmv.d.x fn, a0 */
    ret
    .endm

    .globl guest_f
guest_f:
    la t0, 1f
    sh3add t0, a0, t0
    jr t0
1:  .set i, 0
    .rept 32
    get_f %i
    .set i, i + 1
    .endr

    .globl guest_set_f
guest_set_f:
    la t0, 1f
    sh3add t0, a1, t0
    jr t0
1:  .set i, 0
    .rept 32
    set_f %i
    .set i, i + 1
    .endr

    .globl guest_lr
guest_lr:
    slti t0, a1, 8
    bnez t0, 1f
    lr.d a0, (a0)
    ret
1:  lr.w a0, (a0)
    ret

    .globl guest_sc
guest_sc:
    slti t0, a1, 8
    bnez t0, 1f
    sc.d a0, a2, (a0)
    ret
1:  sc.w a0, a2, (a0)
    ret
