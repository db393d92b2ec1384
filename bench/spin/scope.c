/*
 * scope.c - a scope of theorem T1 as vm.pml includes it: sizes, where tables lie, which steps there are.
 *
 * usage: scope I/N [CELLS,...] >scope.h; the one of `frond check T1 --shard I/N [--cells CELLS,...]`, of N
 * scopes in all. Everything is taken from struct vm_scope; what a step does is vm.pml's.
 */
#include "../../check/check.h"
#include <stdio.h>
#include <stdlib.h>

enum { RUNS = 64 };

/* ---- Sizes, tables ---------------------------------------------------------------------------------- */

/* Cells of node k's space that hold tables: all below what it may give or keeps for itself. */
static unsigned tables(const struct vm_scope *sc, unsigned k) {
    return sc->frame[k] - (sc->own && k != 0 ? 1u : 0u);
}

static void print_node(const struct vm_scope *sc, unsigned k, unsigned at) {
    if (k != 0)
        printf("#define TAB_%u %u\n#define AT_%u %u\n", k, sc->tab[k][0], k, at);
    if (vm_leaf(sc, k))
        return;
    if (k == 0)
        printf("#define KNOWN_0(x) mem[x]\n#define KNOW_0(x, e) skip\n#define STARTED_0(c) skip\n");
    else
        printf("#define KNOWN_%u(x) ira[AT_%u + x]\n#define KNOW_%u(x, e) ira[AT_%u + x] = e\n"
               "#define STARTED_%u(c) act[%u] = c\n",
               k, k, k, k, k, k - 1);
    printf("#define FREE_%u(y) (", k);
    for (unsigned a = 0; a < tables(sc, k); a++)
        printf("%sKNOWN_%u(%u) >> 2 != (32 | y)", a ? " && " : "", k, a);
    puts(")");
}

static void print_sizes(const struct vm_scope *sc) {
    unsigned at = 0, vmms = 0;

    for (unsigned k = 0; k < sc->nodes; k++) {
        print_node(sc, k, at);
        at += k ? sc->cells[k] : 0u;
        vmms = vm_leaf(sc, k) ? vmms : k;
    }
    printf("#define MEMORY %u\n#define CELLS %u\n#define VMMS %u\n", sc->cells[0], at, vmms);
}

static void print_looks(const struct vm_scope *sc) {
    for (unsigned k = 1; k < sc->nodes; k++)
        if (sc->parent[k] == 0)
            printf("CHILD(%u)\n", k);
        else
            printf("BELOW(%u, %u, %u, %u)\n", sc->level[k], k, sc->parent[k], sc->cells[k]);
}

/* ---- Steps ------------------------------------------------------------------------------------------ */

static void print_leaf(const struct vm_scope *sc, unsigned k) {
    for (unsigned x = 0; x < sc->cells[k]; x++) {
        printf("READ(%u, %u)\n", k, x);
        for (unsigned d = 0; d < 1u << sc->bits; d++)
            printf("WRITE(%u, %u, %u)\n", k, x, d);
    }
}

static void print_child(const struct vm_scope *sc, unsigned k, unsigned c) {
    printf("ENTER(%u, %u)\n", k, c);
    for (unsigned x = 0; x < sc->cells[c]; x++) {
        printf("UNMAP(%u, %u, %u)\n", k, c, x);
        for (unsigned y = sc->frame[k]; y < sc->cells[k]; y++) {
            if (sc->read_only)
                printf("MAP(%u, %u, %u, %u, RO)\n", k, c, x, y);
            printf("MAP(%u, %u, %u, %u, RW)\n", k, c, x, y);
        }
    }
}

static void print_steps(const struct vm_scope *sc, unsigned k) {
    if (k != 0 && vm_leaf(sc, k))
        print_leaf(sc, k);
    for (unsigned d = 0; sc->own && k != 0 && !vm_leaf(sc, k) && d < 1u << sc->bits; d++)
        printf("WRITE(%u, %u, %u)\n", k, sc->frame[k] - 1u, d);
    for (unsigned c = 1; c < sc->nodes; c++)
        if (sc->parent[c] == k)
            print_child(sc, k, c);
    for (unsigned j = k; j != 0; j = sc->parent[j])
        printf("PREEMPT(%u, %u)\n", k, sc->parent[j]);
}

/* ---- Which scope ------------------------------------------------------------------------------------ */

static bool parse(int argc, char **argv, unsigned *i, unsigned *n, struct check_size *size) {
    unsigned *c = size->cells;

    return (argc == 2 || argc == 3) && sscanf(argv[1], "%u/%u", i, n) == 2 && *i >= 1 && *i <= *n &&
           (argc == 2 || sscanf(argv[2], "%u,%u,%u,%u", &c[0], &c[1], &c[2], &c[3]) >= 1);
}

int main(int argc, char **argv) {
    static struct check_run run[RUNS];
    struct check_size size = {0};
    unsigned i, n, count, left_out = 0;
    const struct vm_scope *sc;
    char text[CHECK_TEXT];

    if (!parse(argc, argv, &i, &n, &size)) {
        fputs("usage: scope I/N [CELLS,...]\n", stderr);
        return 2;
    }
    count = check_runs(check_find("T1"), &size, CHECK_NO_DROP, run, RUNS, &left_out);
    if (count != n) {
        fprintf(stderr, "scope: %s: there are %u scopes, not %u\n", argv[1], count, n);
        return 2;
    }
    sc = &run[i - 1].vm;
    printf("/* T1, %s */\n#if defined RULES\n", check_scope_text(&run[i - 1], text));
    for (unsigned k = 0; k < sc->nodes; k++)
        print_steps(sc, k);
    puts("#elif defined LOOKS");
    print_looks(sc);
    puts("#else");
    print_sizes(sc);
    puts("#endif");
    return 0;
}
