/* mprv_rows.S - for mprv.c: a0: address; a1: value; a2: mstatus.MPRV. Each does one thing under it and returns what a1,
 * or the f register, then holds. */
    .altmacro

    /* One row: its name, and the instructions under MPRV. */
    .macro row name, text
    .section .text
    .balign 4
row_\@:
    mv t1, sp
    csrs mstatus, a2
    \text
    csrc mstatus, a2
    mv sp, t1
    mv a0, a1
    ret
    .section .rodata.names, "a"
name_\@: .asciz "\name"
    .section .rodata.rows, "a"
    .dword row_\@, name_\@
    .endm

    /* The same with the value in fa1, which comes back whole. */
    .macro float name, text
    .section .text
    .balign 4
float_\@:
    mv t1, sp
    fmv.d.x fa1, a1
    csrs mstatus, a2
    \text
    csrc mstatus, a2
    mv sp, t1
    fmv.x.d a0, fa1
    ret
    .section .rodata.names, "a"
name_\@: .asciz "\name"
    .section .rodata.rows, "a"
    .dword float_\@, name_\@
    .endm

    .section .rodata.rows, "a"
    .balign 8
    .globl mprv_rows
mprv_rows:
    .option norvc
    row lb, "lb a1, 0(a0)"
    row lh, "lh a1, 0(a0)"
    row lw, "lw a1, 0(a0)"
    row ld, "ld a1, 0(a0)"
    row lbu, "lbu a1, 0(a0)"
    row lhu, "lhu a1, 0(a0)"
    row lwu, "lwu a1, 0(a0)"
    row sb, "sb a1, 0(a0)"
    row sh, "sh a1, 0(a0)"
    row sw, "sw a1, 0(a0)"
    row sd, "sd a1, 0(a0)"
    row zero, "ld zero, 0(a0)"
    row ld.minus, "addi a0, a0, 2040; ld a1, -2040(a0)"
    row sd.minus, "addi a0, a0, 2040; sd a1, -2040(a0)"
    float flw, "flw fa1, 0(a0)"
    float fld, "fld fa1, 0(a0)"
    float fsw, "fsw fa1, 0(a0)"
    float fsd, "fsd fa1, 0(a0)"
    .macro atomics width
    row lr.\width, "lr.\width a1, (a0)"
    row lr.sc.\width, "lr.\width a3, (a0); addi a3, a3, 5; sc.\width a1, a3, (a0)"
    row sc.\width, "sc.\width a1, a1, (a0)"
    row amoswap.\width, "amoswap.\width a1, a1, (a0)"
    row amoadd.\width, "amoadd.\width a1, a1, (a0)"
    row amoxor.\width, "amoxor.\width a1, a1, (a0)"
    row amoand.\width, "amoand.\width a1, a1, (a0)"
    row amoor.\width, "amoor.\width a1, a1, (a0)"
    row amomin.\width, "amomin.\width a1, a1, (a0)"
    row amomax.\width, "amomax.\width a1, a1, (a0)"
    row amominu.\width, "amominu.\width a1, a1, (a0)"
    row amomaxu.\width, "amomaxu.\width a1, a1, (a0)"
    .endm
    atomics w
    atomics d
    .option rvc
    row c.lw, "c.lw a1, 0(a0)"
    row c.ld, "c.ld a1, 0(a0)"
    row c.sw, "c.sw a1, 0(a0)"
    row c.sd, "c.sd a1, 0(a0)"
    row c.lw.far, "addi a0, a0, -124; c.lw a1, 124(a0)"
    row c.ld.far, "addi a0, a0, -248; c.ld a1, 248(a0)"
    row c.sw.far, "addi a0, a0, -84; c.sw a1, 84(a0)"
    row c.sd.far, "addi a0, a0, -168; c.sd a1, 168(a0)"
    row c.lwsp, "mv sp, a0; c.lwsp a1, 0(sp)"
    row c.ldsp, "mv sp, a0; c.ldsp a1, 0(sp)"
    row c.swsp, "mv sp, a0; c.swsp a1, 0(sp)"
    row c.sdsp, "mv sp, a0; c.sdsp a1, 0(sp)"
    row c.lwsp.far, "addi sp, a0, -252; c.lwsp a1, 252(sp)"
    row c.ldsp.far, "addi sp, a0, -504; c.ldsp a1, 504(sp)"
    row c.swsp.far, "addi sp, a0, -172; c.swsp a1, 172(sp)"
    row c.sdsp.far, "addi sp, a0, -344; c.sdsp a1, 344(sp)"
    float c.fld, "c.fld fa1, 0(a0)"
    float c.fsd, "c.fsd fa1, 0(a0)"
    float c.fld.far, "addi a0, a0, -88; c.fld fa1, 88(a0)"
    float c.fsd.far, "addi a0, a0, -160; c.fsd fa1, 160(a0)"
    float c.fldsp, "mv sp, a0; c.fldsp fa1, 0(sp)"
    float c.fsdsp, "mv sp, a0; c.fsdsp fa1, 0(sp)"
    float c.fldsp.far, "addi sp, a0, -296; c.fldsp fa1, 296(sp)"
    float c.fsdsp.far, "addi sp, a0, -208; c.fsdsp fa1, 208(sp)"
    .section .rodata.rows, "a"
    .dword 0, 0
