/*
 * fuzz.c - what frond reads without trust: trees (YAML) and executables (ELF), by libFuzzer. Each input
 * may be refused with a complaint; nothing else may happen. FUZZ_YAML or FUZZ_ELF chooses.
 *
 * An ELF goes the way of the command (elf_read, whose pieces must lie in RAM, in order, apart) and that
 * of the library (frond_load_elf).
 */
#define _GNU_SOURCE
#include "../../cli/cli.h"
#include "../../cli/files.h"
#include "../../cli/plan.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In the place of main.c's: quiet, but every complaint is one line. */
int complain(const char *format, ...) {
    char text[4096];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return EXIT_USAGE;
}

#ifdef FUZZ_YAML
static void check_plan(const struct plan *p) {
    char label[256];

    for (unsigned i = 0; i < p->nodes; i++) {
        const struct plan_node *n = &p->node[i];
        if (n->children && (n->first <= i || n->first + n->children > p->nodes))
            abort();
        if (n->memory % 4096 || n->repeat == 0 || n->weight == 0)
            abort();
        plan_label(p, i, label, sizeof label);
        treefile_line(p, i, "memory");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    struct plan p = {0};
    char path[32];
    int fd = memfd_create("tree", 0);

    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    if (treefile_read(&p, path) == 0) {
        check_plan(&p);
        plan_check(&p, UINT32_MAX);
    }
    plan_free(&p);
    close(fd);
    return 0;
}
#else
static void check_pieces(const struct file_elf *e) {
    for (unsigned i = 0; i < e->pieces; i++) {
        const struct file_piece *p = &e->piece[i];
        if (p->at < FROND_RAM_BASE || p->at % FROND_PAGE_SIZE || p->size == 0 || !p->data)
            abort();
        if (i && p[-1].at + p[-1].size > p->at)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static struct frond *m;
    struct frond_options o;
    struct file_elf e;

    if (elf_read(&e, "fuzz", data, size) == 0)
        check_pieces(&e);
    elf_free(&e, true);
    if (!m) {
        frond_options_default(&o);
        o.memory = 1 << 20;
        m = frond_new(&o);
    }
    if (frond_load_elf(m, data, size) == FROND_OK) {
        frond_desc(m)->budget = 1000;
        frond_enter(m);
        frond_free(m); /* the next input finds a machine as new */
        m = NULL;
    }
    return 0;
}
#endif
