/*
 * exits_child.S - what the children of exits.c run, position independent. a1: an address, a2: a value
 * or the node controller, both set by the parent. A trap is told by code 77 with its cause in a0, its
 * value in a1; the plain end is code 0.
 */
    .section .rodata
    .option norvc
    .balign 16
    .globl child_start, child_end
child_start:
    csrr a0, mcause
    csrr a1, mtval
    csrr a2, mepc
    li t0, 0x100000
    li t1, 77 << 16 | 0x3333
    sw t1, 0(t0)
1:  j 1b
ok: li t0, 0x100000
    li t1, 0x5555
    sw t1, 0(t0)
2:  j 2b

    .macro code name
    .globl c_\name
c_\name:
    .endm
    .macro one name, insn:vararg
    code \name
    \insn
    j ok
    .endm

    one lb, lb a0, 0(a1)
    one lbu, lbu a0, 0(a1)
    one lh, lh a0, 0(a1)
    one lhu, lhu a0, 0(a1)
    one lw, lw a0, 0(a1)
    one lwu, lwu a0, 0(a1)
    one ld, ld a0, 0(a1)
    one lx0, lw x0, 0(a1)
    one flw, flw fa0, 0(a1)
    one fld, fld fa0, 0(a1)
    one sb, sb a2, 0(a1)
    one sh, sh a2, 0(a1)
    one sw, sw a2, 0(a1)
    one sd, sd a2, 0(a1)
    one fsw, fsw fa2, 0(a1)
    one fsd, fsd fa2, 0(a1)
    one amo, amoadd.d a0, a2, (a1)
    one lr, lr.w a0, (a1)
    one sc, sc.d a0, a2, (a1)
    one jump, jr a1
    one wfi, wfi
    one nothing, nop
    .option rvc
    .balign 4
    one clw, c.lw a0, 0(a1)
    .balign 4
    one csd, c.sd a2, 0(a1)
    .balign 4
    .option norvc
    code nops
    nop
    nop
    nop
    nop
    nop
    nop
    nop
    nop
    j ok
    code loop
    j c_loop
    code finish
    li t0, 0x100000
    sw a1, 0(t0)
    j ok
    /* A VMM: enters the descriptor at a1, its STATUS into a0. */
    code enter
    sd a1, 8(a2)
    ld a0, 24(a2)
    j ok
    .balign 16
child_end:
