# A program that ends as the tests of Spike do: a character, then code 5, through `tohost`.
        .section .text.start, "ax"
        .globl _start
_start: la      t0, tohost
        li      t1, 0x0101000000000000 + 'H'
        sd      t1, 0(t0)
wait:   ld      t1, 0(t0)
        bnez    t1, wait
        li      t1, 5 << 1 | 1
        sw      t1, 0(t0)
        sw      zero, 4(t0)
halt:   j       halt
        .section .tohost, "aw"
        .balign 64
        .globl  tohost, fromhost
tohost: .dword  0
        .balign 64
fromhost: .dword 0
