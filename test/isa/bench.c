/* bench.c - runs a static ELF on exec.c alone until its ecall, and tells how fast, in CPU time. */
#include "isa.h"
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static bool load(struct flat *m, const uint8_t *file, size_t size) {
    Elf64_Ehdr h;
    memcpy(&h, file, sizeof(h));
    for (unsigned n = 0; n < h.e_phnum; n++) {
        Elf64_Phdr p;
        memcpy(&p, file + h.e_phoff + n * sizeof(p), sizeof(p));
        if (p.p_type != PT_LOAD)
            continue;
        if (p.p_vaddr < FLAT_BASE || p.p_vaddr + p.p_memsz > FLAT_BASE + FLAT_SIZE ||
            p.p_offset + p.p_filesz > size)
            return false;
        memcpy(flat_at(m, p.p_vaddr), file + p.p_offset, p.p_filesz);
    }
    flat_reset(m, h.e_entry, 0);
    return true;
}

int bench(const char *path) {
    static uint8_t file[FLAT_SIZE];
    FILE *f = fopen(path, "rb");
    size_t size = f ? fread(file, 1, sizeof(file), f) : 0;
    struct flat *m = flat_new(false);
    struct timespec a, b;
    double seconds;
    if (f)
        fclose(f);
    if (size < sizeof(Elf64_Ehdr) || !load(m, file, size))
        return 2;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
    flat_run(m, UINT64_C(1) << 50);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
    seconds = (double)(b.tv_sec - a.tv_sec) + 1e-9 * (double)(b.tv_nsec - a.tv_nsec);
    printf("%s: cause %u, %llu steps, %.3f s, %.1f million a second\n", path, m->cause,
           (unsigned long long)m->steps, seconds, (double)m->steps / seconds / 1e6);
    flat_free(m);
    return 0;
}
