/*
 * hashme_user.S - the user program of hashme, copied to a page of its own at USER_CODE; and the
 * switch from M-mode to the S-mode kernel and back.
 *
 * Calls: a7 = 0 the end, 1 mix a0, 2 ticks of the kernel's timer -> a0. a0 at the start: the round.
 */
    .section .rodata
    .balign 8
    .globl user_start, user_end
user_start:
    addi s0, a0, 7
    li s1, 0x10000000 /* USER_DATA: nothing is mapped yet */
    li s2, 40
    li s3, 4096
1:  mul s0, s0, s2
    xor s0, s0, s1
    sd s0, 128(s1)
    ld t0, 120(s1)
    lw t1, 130(s1) /* misaligned */
    add s0, s0, t0
    add s0, s0, t1
    add s1, s1, s3
    addi s2, s2, -1
    bnez s2, 1b
    mv a0, s0
    li a7, 1
    ecall

    /* Atomics on a page, with a call between LR and SC. */
    li s1, 0x10000000
    li s2, 300
2:  lr.d t0, (s1)
    andi t1, s2, 63
    bnez t1, 3f
    li a7, 2
    ecall
3:  addi t0, t0, 3
    sc.d t2, t0, (s1)
    bnez t2, 4f
    addi s2, s2, -1
    bnez s2, 2b
    j 5f
4:  lr.d t0, (s1) /* a trap may have ended the reservation: again without one */
    addi t0, t0, 3
    sc.d t2, t0, (s1)
    bnez t2, 4b
    addi s2, s2, -1
    bnez s2, 2b
5:  ld a0, 0(s1)
    li a7, 1
    ecall

    /* Floating point, flags into what is mixed. */
    li t0, 355
    li t1, 113
    fcvt.d.l fa0, t0
    fcvt.d.l fa1, t1
    li s2, 500
6:  fdiv.d fa2, fa0, fa1
    fmadd.d fa0, fa2, fa1, fa2
    fsqrt.d fa0, fa0
    fcvt.s.d fa3, fa0
    fadd.s fa3, fa3, fa3
    fcvt.d.s fa4, fa3
    fadd.d fa0, fa0, fa4
    addi s2, s2, -1
    bnez s2, 6b
    fmv.x.d a0, fa0
    frflags t0
    slli t0, t0, 48
    xor a0, a0, t0
    li a7, 1
    ecall

    /* Illegal here, each skipped by the kernel: a CSR of S-mode, sret, an unknown word. */
    csrr t0, sstatus
    sret
    .word 0x0000000b
    ebreak

    /* Code in a data page, rewritten in a loop. */
    li s1, 0x10004000
    li s2, 100
    li a0, 1
7:  slli t0, s2, 20
    li t1, 0x50513 /* addi a0, a0, 0 */
    or t0, t0, t1
    sw t0, 0(s1)
    li t1, 0x8067 /* ret */
    sw t1, 4(s1)
    fence.i
    jalr s1
    slli t2, a0, 9
    xor a0, a0, t2
    addi s2, s2, -1
    bnez s2, 7b
    li a7, 1
    ecall

    /* Wait for the kernel's timer. */
8:  li a7, 2
    ecall
    li t0, 3
    bltu a0, t0, 8b
    li a7, 0
    ecall
user_end:

    .section .text
/* void kernel_call(kernel, stack): to S-mode; returns when the kernel calls M-mode. */
    .globl kernel_call, kernel_return
kernel_call:
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
    la t0, kernel_sp
    sd sp, 0(t0)
    csrci mstatus, 8  /* no trap in M-mode once mscratch is set */
    csrw mscratch, sp /* M-mode's traps go on below */
    csrw mepc, a0
    li t1, 3 << 11
    csrc mstatus, t1
    li t1, 1 << 11
    csrs mstatus, t1
    mv sp, a1
    mret
/* The trap handler comes back to here, with sp as saved. */
kernel_return:
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
