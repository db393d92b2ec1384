/* load.c - ELF images, bytes, and HTIF (the test interface of Spike). */
#include "machine.h"
#include <elf.h>
#include <stdio.h>
#include <string.h>

/* Host address of `size` bytes of node 0's RAM at addr, which lie in one region; NULL. */
static uint8_t *ram_at(struct frond *m, uint64_t addr, uint64_t size) {
    uint64_t i;

    if (size == 0 || map_find(m->region, m->regions, addr, &i) != MAP_FOUND)
        return NULL;
    const struct frond_range *r = &m->region[i];
    if ((r->target & CORE_ROOT_WINDOW) != 0 || size - 1 > range_last(r) - addr)
        return NULL;
    return m->ram + range_target(r, addr);
}

enum frond_status frond_load(struct frond *m, uint64_t addr, const void *bytes, size_t size) {
    uint8_t *to = ram_at(m, addr, size);

    if (size == 0)
        return FROND_OK;
    if (!to)
        return fail(m, FROND_E_IMAGE, "%zu bytes at 0x%llx do not lie in RAM", size,
                    (unsigned long long)addr);
    memcpy(to, bytes, size);
    riscv_drop_all(&m->r);
    return FROND_OK;
}

/* A part of the file, or NULL. */
static const void *part(const uint8_t *image, size_t size, uint64_t off, uint64_t len) {
    return off <= size && len <= size - off ? image + off : NULL;
}

static enum frond_status load_segment(struct frond *m, const uint8_t *image, size_t size,
                                      const Elf64_Phdr *p) {
    const void *from = part(image, size, p->p_offset, p->p_filesz);

    if (p->p_type != PT_LOAD || p->p_memsz == 0)
        return FROND_OK;
    if (!from || p->p_filesz > p->p_memsz)
        return fail(m, FROND_E_IMAGE, "ELF: a segment lies outside the file");
    uint8_t *to = ram_at(m, p->p_paddr, p->p_memsz);
    if (!to)
        return fail(
            m, FROND_E_IMAGE,
            "ELF: segment of 0x%llx bytes at 0x%llx does not lie in RAM (0x%llx bytes at 0x%x)",
            (unsigned long long)p->p_memsz, (unsigned long long)p->p_paddr,
            (unsigned long long)m->o.memory, FROND_RAM_BASE);
    memcpy(to, from, p->p_filesz);
    memset(to + p->p_filesz, 0, p->p_memsz - p->p_filesz);
    return FROND_OK;
}

/* Value of the symbol `name`; 0 if there is none or the tables are not in order. */
static uint64_t symbol(const uint8_t *image, size_t size, const Elf64_Ehdr *e, const char *name) {
    for (unsigned i = 0; i < e->e_shnum; i++) {
        Elf64_Shdr sh, str;
        const void *p = part(image, size, e->e_shoff + (uint64_t)i * sizeof sh, sizeof sh);
        if (!p)
            return 0;
        memcpy(&sh, p, sizeof sh);
        if (sh.sh_type != SHT_SYMTAB || sh.sh_link >= e->e_shnum)
            continue;
        p = part(image, size, e->e_shoff + (uint64_t)sh.sh_link * sizeof str, sizeof str);
        if (!p)
            return 0;
        memcpy(&str, p, sizeof str);
        const char *names = part(image, size, str.sh_offset, str.sh_size);
        const uint8_t *symbols = part(image, size, sh.sh_offset, sh.sh_size);
        if (!names || !symbols)
            return 0;
        size_t len = strlen(name) + 1;
        for (uint64_t s = 0; s + sizeof(Elf64_Sym) <= sh.sh_size; s += sizeof(Elf64_Sym)) {
            Elf64_Sym sym;
            memcpy(&sym, symbols + s, sizeof sym);
            if (sym.st_name <= str.sh_size && len <= str.sh_size - sym.st_name &&
                memcmp(names + sym.st_name, name, len) == 0)
                return sym.st_value;
        }
        break; /* an ELF has one such table; a bad one may say that it has thousands */
    }
    return 0;
}

static const char *elf_fault(const Elf64_Ehdr *e, size_t size) {
    if (size < sizeof *e || memcmp(e->e_ident, ELFMAG, SELFMAG) != 0)
        return "not an ELF file";
    if (e->e_ident[EI_CLASS] != ELFCLASS64 || e->e_ident[EI_DATA] != ELFDATA2LSB)
        return "ELF: not 64-bit little endian";
    if (e->e_machine != EM_RISCV)
        return "ELF: not for RISC-V";
    if (e->e_type != ET_EXEC && e->e_type != ET_DYN)
        return "ELF: not an executable";
    if (e->e_phentsize != sizeof(Elf64_Phdr) || e->e_phnum == 0)
        return "ELF: no program headers";
    if (e->e_entry % 2 != 0)
        return "ELF: odd entry point";
    return NULL;
}

enum frond_status frond_load_elf(struct frond *m, const void *image, size_t size) {
    Elf64_Ehdr e = {0};

    if (size >= sizeof e)
        memcpy(&e, image, sizeof e);
    const char *wrong = elf_fault(&e, size);
    if (wrong)
        return fail(m, FROND_E_IMAGE, "%s", wrong);
    for (unsigned i = 0; i < e.e_phnum; i++) {
        Elf64_Phdr ph;
        const void *p = part(image, size, e.e_phoff + (uint64_t)i * sizeof ph, sizeof ph);
        if (!p)
            return fail(m, FROND_E_IMAGE, "ELF: program headers lie outside the file");
        memcpy(&ph, p, sizeof ph);
        enum frond_status s = load_segment(m, image, size, &ph);
        if (s)
            return s;
    }
    m->desc->pc = e.e_entry;
    uint64_t tohost = symbol(image, size, &e, "tohost");
    uint8_t *at = tohost % 8 == 0 ? ram_at(m, tohost, 8) : NULL;
    m->tohost = at ? tohost : 0;
    if (at)
        m->r.core.page[(size_t)(at - m->ram) / FROND_PAGE_SIZE].watch |= CORE_W_HOST;
    riscv_drop_all(&m->r);
    return FROND_OK;
}

/* What a program has put into `tohost`: 1 or (n << 1) | 1: it ends; 0x0101...: a character. It may come
 * by two stores, the low half first: what looks like an end is looked at again some steps later, or when
 * node 0 is left. */
void htif_poll(struct frond *m, bool left) {
    enum { HALVES = 64 }; /* steps between the two */
    uint8_t *at = ram_at(m, m->tohost, 8);
    uint64_t word;

    m->r.core.host_store = false;
    memcpy(&word, at, 8);
    if (word >> 48 == 0x0101) {
        struct dev *d = m->slot[UART_WINDOW].d;
        if (d)
            d->ops->write(d, 0, 1, word & 255);
        memset(at, 0, 8);
    } else if ((word & 1) != 0) {
        if (m->r.pause == UINT64_MAX)
            m->r.pause = m->r.core.now + HALVES;
        if (!left && m->r.core.now < m->r.pause)
            return;
        m->ended = true;
        m->code = word >> 1;
    }
    m->r.pause = UINT64_MAX;
}
