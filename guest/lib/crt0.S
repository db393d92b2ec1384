/* crt0.S - first instruction to main(hart, tree), and its result to the finisher. */
    .section .text.start, "ax"
    .globl _start
_start:
    la sp, stack_end
    la t0, trap_entry
    csrw mtvec, t0
    csrw mscratch, zero
    la t0, bss_start
    la t1, bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  mv s0, a0
    mv s1, a1
    mv a0, a1
    call console_init
    mv a0, s0
    mv a1, s1
    call main
    tail finish
