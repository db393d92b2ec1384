// vmcount.c: how many states the virtual machine systems of vmtwin.c can reach, scope by scope.
//
//     vmcount [--long] counts      a line a scope: its name, the number of states, of broken ones
//     vmcount [--long] maude       the same scopes as searches for spec/vm.maude, in the same order
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "vmtwin.h"

#define NO VM_NONE

// Nodes: parent, addresses, pool, {base of f, base of f*}, vector, status word.
// clang-format off
static const struct vm_scope scopes[] = {
    {"vm: one mode, one child", VM_ONE, false, false, false, 2, 2, 2,
     {{0, 4, 1, {0, 0}, NO, NO}, {0, 1, 0, {1, 0}, NO, NO}}},
    {"vm: one mode, one child, read-only", VM_ONE, false, false, false, 3, 3, 2,
     {{0, 5, 2, {0, 0}, NO, NO}, {0, 2, 0, {2, 0}, NO, NO}}},
    {"vm: one mode, two children", VM_ONE, false, false, false, 2, 2, 3,
     {{0, 5, 2, {0, 0}, NO, NO}, {0, 1, 0, {2, 0}, NO, NO}, {0, 2, 0, {3, 0}, NO, NO}}},
    {"vm: one mode, interrupts", VM_ONE, false, false, false, 2, 2, 3,
     {{0, 5, 2, {0, 0}, 4, NO}, {0, 1, 0, {2, 0}, 0, NO}, {0, 1, 0, {3, 0}, NO, NO}}},
    {"vm: one mode, a grandchild", VM_ONE, false, false, false, 1, 2, 3,
     {{0, 6, 3, {0, 0}, NO, NO}, {0, 3, 1, {3, 0}, NO, NO}, {1, 1, 0, {1, 0}, NO, NO}}},
    {"vm: two modes, one child", VM_TWO, false, false, false, 2, 2, 2,
     {{0, 5, 2, {0, 0}, NO, 4}, {0, 1, 0, {2, 3}, NO, 0}}},
    {"vm: two modes, mode fetched", VM_TWO, false, false, false, 2, 2, 2,
     {{0, 4, 1, {0, 0}, 3, NO}, {0, 1, 0, {1, 2}, 0, NO}}},
    {"vm: two modes, mode by itself", VM_TWO, true, false, false, 2, 2, 2,
     {{0, 4, 1, {0, 0}, 3, NO}, {0, 1, 0, {1, 2}, 0, NO}}},
    {"vm: two modes, a VMM each", VM_TWO, false, true, false, 2, 2, 2,
     {{0, 5, 2, {0, 0}, NO, 4}, {0, 1, 0, {2, 3}, NO, 0}}},
    {"vm: sensitive, one child", VM_SENS, false, false, false, 2, 3, 2,
     {{0, 3, 1, {0, 0}, NO, NO}, {0, 1, 0, {1, 0}, NO, NO}}},
    {"vm: sensitive, a grandchild", VM_SENS, false, false, false, 1, 2, 3,
     {{0, 4, 2, {0, 0}, NO, NO}, {0, 2, 1, {2, 0}, NO, NO}, {1, 1, 0, {1, 0}, NO, NO}}},
    {"vm: sensitive, mode fetched", VM_SENS, false, false, false, 2, 2, 2,
     {{0, 5, 2, {0, 0}, 4, NO}, {0, 2, 0, {2, 0}, 1, NO}}},
    {"vm: sensitive, mode by itself", VM_SENS, true, false, false, 2, 2, 2,
     {{0, 5, 2, {0, 0}, 4, NO}, {0, 2, 0, {2, 0}, 1, NO}}},
    {"vm: two modes, two cells, by itself", VM_TWO, true, false, true, 2, 2, 2,
     {{0, 7, 2, {0, 0}, 6, NO}, {0, 2, 0, {2, 4}, 1, NO}}},
    {"vm: two modes, two cells, a VMM each", VM_TWO, false, true, true, 2, 2, 2,
     {{0, 9, 4, {0, 0}, NO, 8}, {0, 2, 0, {4, 6}, NO, 1}}},
    {"vm: two modes, two cells, fetched", VM_TWO, false, false, true, 2, 2, 2,
     {{0, 7, 2, {0, 0}, 6, NO}, {0, 2, 0, {2, 4}, 1, NO}}},
};
// clang-format on

static void print_option(uint8_t address) {
    if (address == VM_NONE)
        printf(",none");
    else
        printf(",%u", address);
}

static void print_maude(const struct vm_scope *sc) {
    static const char *const kinds[] = {"one", "two", "sens"};
    static const char *const words[VM_WORDS] = {"dat(0)", "dat(1)", "to(0,3)"};
    printf("search [1] in VM-COUNT : start(scope(%s, %s, %s,", kinds[sc->kind],
           sc->itself ? "itself" : "fetched", sc->apart ? "apart" : "equal");
    for (unsigned w = 0; w < sc->words; w++)
        printf(" %s%s", w ? "/ " : "", words[w]);
    for (unsigned p = 0; p < sc->perms; p++)
        printf("%s %u", p ? " &&" : ",", vm_perms[p]);
    for (unsigned k = 0; k < sc->nodes; k++) {
        const struct vm_node *n = &sc->node[k];
        printf("%s node(%u,%u,%u,%u,%u,%u", k ? " +" : ",", k, n->parent, n->size, n->pool,
               n->base[0], n->base[1]);
        print_option(n->vector);
        print_option(n->status);
        putchar(')');
    }
    printf(")) =>* S such that not vmOk(S) .\n");
}

static void out_of_memory(void) {
    fprintf(stderr, "out of memory\n");
    exit(2);
}

static void print_count(const struct vm_scope *sc) {
    struct states s;
    struct vm_state st = vm_start(sc);
    if (!states_init(&s, sizeof st) || !states_add(&s, &st))
        out_of_memory();
    size_t broken = 0;
    for (size_t i = 0; i < s.n; i++) {
        memcpy(&st, states_get(&s, i), sizeof st);
        broken += !vm_ok(sc, &st);
        if (!vm_step(sc, &st, &s))
            out_of_memory();
    }
    printf("%s|%zu|%zu\n", sc->name, s.n, broken);
    fflush(stdout);
    states_free(&s);
}

int main(int argc, char **argv) {
    bool slow = argc == 3 && strcmp(argv[1], "--long") == 0;
    const char *what = argc == 2 + slow ? argv[argc - 1] : "";
    bool maude = strcmp(what, "maude") == 0;
    if (!maude && strcmp(what, "counts") != 0) {
        fprintf(stderr, "usage: vmcount [--long] counts | maude\n");
        return 2;
    }
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
        if (slow || !scopes[i].slow) {
            if (maude)
                print_maude(&scopes[i]);
            else
                print_count(&scopes[i]);
        }
    return 0;
}
