/*
 * takeover_try.S - one attempt a function: each makes one access, or executes one instruction, and returns. If it
 * traps, strap (takeover.c) notes the cause and returns to ra in its place.
 */
#include "frond_abi.h"
#include "../nucleus/gate/gate.h"

    .text
    .option norvc

    .macro attempt name
    .globl \name
\name:
    .endm

    attempt try_load
    ld a0, 0(a0)
    ret
    attempt try_load_byte
    lbu a0, 0(a0)
    ret
    attempt try_store
    sd a1, 0(a0)
    ret
    attempt try_store_byte
    sb a1, 0(a0)
    ret
    attempt try_amo
    amoadd.d a0, a1, (a0)
    ret
    attempt try_lr
    lr.d a0, (a0)
    ret
    attempt try_sc
    sc.d a0, a1, (a0)
    ret
    attempt try_fetch
    jr a0
    attempt try_mret
    mret

    /* csrr and csrw of each: 16 bytes */
    .macro each_csr name
    csrr a0, \name
    ret
    csrw \name, a0
    ret
    .endm
    attempt try_csr
    each_csr mstatus
    each_csr misa
    each_csr medeleg
    each_csr mideleg
    each_csr mie
    each_csr mip
    each_csr mtvec
    each_csr mscratch
    each_csr mepc
    each_csr mcause
    each_csr mcounteren
    each_csr 0x30a /* menvcfg */
    each_csr pmpcfg0
    each_csr pmpcfg2
    each_csr pmpaddr0
    each_csr pmpaddr3
    each_csr pmpaddr6
    each_csr pmpaddr7
    each_csr mcycle

    /* try_call(a0..a3, function, sp): an ecall with another stack pointer. */
    attempt try_call
    mv t0, s0
    mv s0, sp
    mv a6, a4
    mv sp, a5
    li a7, GATE_EXTENSION
    ecall
    mv t1, sp
    mv sp, s0
    mv s0, t0
    sub a1, t1, a5 /* 0: sp is as it was */
    ret

    /* try_registers(): how many of those that an ecall must keep it has changed. */
    .set i, 0
    .macro fill r, n
    li \r, 0x5a5a0000 + \n
    .endm
    .macro same r, n
    li a1, 0x5a5a0000 + \n
    sub a1, \r, a1
    snez a1, a1
    add a0, a0, a1
    .endm
    .macro registers op
    \op t0, 5
    \op t1, 6
    \op t2, 7
    \op s0, 8
    \op s1, 9
    \op a2, 12
    \op a3, 13
    \op a4, 14
    \op a5, 15
    \op s2, 18
    \op s3, 19
    \op s4, 20
    \op s5, 21
    \op s6, 22
    \op s7, 23
    \op s8, 24
    \op s9, 25
    \op s10, 26
    \op s11, 27
    \op t3, 28
    \op t4, 29
    \op t5, 30
    \op t6, 31
    \op ra, 1
    .endm
    attempt try_registers
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
    registers fill
    li a0, 0
    li a1, 0
    li a6, GATE_WHO
    li a7, GATE_EXTENSION
    ecall
    li a0, 0
    registers same
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

    /* try_user(a0..a2, function): the same ecall in U-mode. It ends by its trap. */
    attempt try_user
    li t0, 1 << 8
    csrc sstatus, t0
    la t0, 1f
    csrw sepc, t0
    mv a6, a3
    li a7, GATE_EXTENSION
    csrw sscratch, sp
    sret
1:  ecall

    /* What children run. */
    .globl child_code, child_spin, child_end
    .balign 8
child_code: /* ends with code 42 */
    li t0, FROND_FINISHER_BASE
    li t1, 42 << 16 | 0x3333
    sw t1, 0(t0)
    j .
child_spin:
    j .
    .balign 8
child_end:
