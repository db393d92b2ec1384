/*
 * uvmm_process.S - a VMM that is a user process: it has the controller's page, a descriptor, a table
 * and a child's memory in its address space, and two calls of its kernel: a7 = 0 the end with a0,
 * a7 = 1 a character. It plays the child's UART: each byte goes to the kernel.
 */
#include "frond_abi.h"

#define DESC 0x10100000

    .section .rodata
    .balign 8
    .globl process_start, process_end
process_start:
    li s0, DESC
    li s1, FROND_CTL_BASE
    li s2, 0 /* enters */
enter:
    sd s0, FROND_CTL_ENTER(s1)
    ld t0, FROND_CTL_STATUS(s1)
    addi s2, s2, 1
    bnez t0, refused
    lw t0, FROND_D_EXIT(s0)
    li t1, FROND_EXIT_INTERRUPT
    beq t0, t1, enter
    li t1, FROND_EXIT_FAULT
    beq t0, t1, fault
    li t1, FROND_EXIT_HALT
    beq t0, t1, halt
    li t1, FROND_EXIT_IDLE
    bne t0, t1, refused
    ld t0, FROND_D_DEADLINE(s0)
    sd t0, FROND_D_CLOCK(s0)
    j enter

fault:
    ld t0, FROND_D_EXIT+8(s0) /* addr */
    li t1, FROND_UART_BASE
    sub t0, t0, t1
    li t1, 8
    bgeu t0, t1, deny
    lw t1, FROND_D_EXIT+4(s0) /* kind */
    li t2, FROND_FAULT_LOAD
    beq t1, t2, load
    li t2, FROND_FAULT_STORE
    bne t1, t2, deny
    bnez t0, done
    ld a0, FROND_D_EXIT+16(s0)
    li a7, 1
    ecall
    j done
load:
    li t2, 0
    li t1, 5 /* LSR: nothing to hear, room to speak */
    bne t0, t1, 1f
    li t2, 0x60
1:  sd t2, FROND_D_VALUE(s0)
done:
    li t0, FROND_DONE
    sw t0, FROND_D_RESUME(s0)
    j enter
deny:
    li t0, FROND_DENY
    sw t0, FROND_D_RESUME(s0)
    j enter
halt:
    ld a0, FROND_D_EXIT+16(s0)
    mv a1, s2
    li a7, 0
    ecall
refused:
    li a0, 100
    mv a1, t0
    li a7, 0
    ecall
process_end:

    .globl hashme_image, hashme_image_end
    .balign 4096
hashme_image:
    .incbin HASHME
hashme_image_end:
