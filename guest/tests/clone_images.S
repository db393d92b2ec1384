/* clone_images.S - what clone.c runs: a VMM, and what it runs. MINIVMM, HASHME: paths of raw images. */
    .section .rodata
    .globl minivmm_image, minivmm_image_end, hashme_image, hashme_image_end
    .balign 4096
minivmm_image:
    .incbin MINIVMM
minivmm_image_end:
    .balign 4096
hashme_image:
    .incbin HASHME
hashme_image_end:
