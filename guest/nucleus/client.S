/* client.S - first instruction in S-mode to main(hart, tree), and its result to the finisher. */

    .section .text
    .globl client_entry
client_entry:
    la sp, stack_end
    la t0, strap_entry
    csrw stvec, t0
    csrw sscratch, zero
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
