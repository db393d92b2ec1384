/* user_start.S - first instruction of a program of Linux (argc and argv are on the stack) to its exit. */
    .section .text.start, "ax"
    .globl _start
_start:
    ld a0, 0(sp)
    addi a1, sp, 8
    call main
    li a7, 93 /* exit */
    ecall
