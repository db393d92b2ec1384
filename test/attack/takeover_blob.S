/* takeover_blob.S - guest/tests/takeover, a client of nk, as part of the test. TAKEOVER_ELF: its path. */
        .section .rodata
        .globl takeover_elf
        .balign 16
takeover_elf:
        .incbin TAKEOVER_ELF
        .section .note.GNU-stack,"",@progbits
