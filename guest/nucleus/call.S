/* call.S - gate_call: the arguments are where the SBI wants them. */
    .section .text
    .globl gate_call
gate_call:
    ecall
    ret
