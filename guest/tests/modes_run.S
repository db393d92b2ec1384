/* modes_run.S - user_call(f, arg): f in U-mode on the stack below; returns what f returns, by ecall. */
    .section .text
    .globl user_call
user_call:
    addi sp, sp, -32
    sd ra, 0(sp)
    sd s0, 8(sp)
    mv s0, a0
    la t0, user_back
    csrw mtvec, t0
    csrw mepc, s0
    li t0, 3 << 11
    csrc mstatus, t0
    mv a0, a1
    csrw mscratch, sp
    la ra, user_done
    mret
user_done:
    ecall
    .balign 4
user_back:
    csrr sp, mscratch
    csrw mscratch, zero
    la t0, trap_entry
    csrw mtvec, t0
    ld ra, 0(sp)
    ld s0, 8(sp)
    addi sp, sp, 32
    ret
