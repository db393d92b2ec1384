/* nucleus_blob.S - guest/nucleus, built for the machine, as part of the program. NUCLEUS_ELF: its path. */
        .section .rodata
        .globl nucleus_elf
        .balign 16
nucleus_elf:
        .incbin NUCLEUS_ELF
nucleus_end:
        .globl nucleus_elf_size
        .balign 4
nucleus_elf_size:
        .long nucleus_end - nucleus_elf
        .section .note.GNU-stack,"",@progbits
