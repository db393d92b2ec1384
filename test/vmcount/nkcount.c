// nkcount.c: how many memories the nested kernel of model/nkmodel.c can reach, scope by scope.
//
//     nkcount [--long] counts      a line a scope: its name, the number of states, 0: none is to be broken
//     nkcount [--long] maude       the same scopes as searches for spec/nk.maude, in the same order
//
// A scope is a memory, a menu of calls and a bound: at most so many calls after boot, or any number.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../check/nkmenu.h"
#include "states.h"

static void print_maude(const struct nk_menu *sc) {
    static const struct {
        const char *name;
        int args;
    } ops[NK_OPS] = {
        [NK_DECLARE] = {"declare", 3}, [NK_UNDECLARE] = {"undeclare", 1},
        [NK_DO_MAP] = {"map", 5},      [NK_DO_UNMAP] = {"unmap", 2},
        [NK_PUT] = {"put", 3},         [NK_GET] = {"get", 1},
        [NK_POKE] = {"poke", 2},       [NK_LOAD] = {"load", 2},
        [NK_STORE] = {"stor", 3},
    };
    struct nk_call menu[NK_MENU];
    unsigned n = nk_menu_calls(sc, menu);
    printf("search [1");
    if (sc->bound)
        printf(", %u", sc->bound);
    printf("] in NK-COUNT : sys(boot(%llu, %u), ", (unsigned long long)sc->n, sc->width);
    for (size_t i = 0; i < n; i++) {
        printf("%s%s", i ? " also " : "", ops[menu[i].op].name);
        for (int a = 0; a < ops[menu[i].op].args; a++)
            printf("%c%llu", a ? ',' : '(', (unsigned long long)menu[i].arg[a]);
        putchar(')');
    }
    printf(") =>* sys(F, M) such that not nkOk(F) .\n");
}

static void out_of_memory(void) {
    fprintf(stderr, "out of memory\n");
    exit(2);
}

// The states that one more call gives, of those numbered from .. to-1; how many of these break K1 to K4.
static size_t expand(const struct nk_menu *sc, struct states *s, size_t from, size_t to) {
    struct nk_call menu[NK_MENU];
    unsigned calls = nk_menu_calls(sc, menu);
    size_t broken = 0;
    uint64_t cell[64];
    for (size_t i = from; i < to; i++)
        for (size_t c = 0; c < calls; c++) {
            memcpy(cell, states_get(s, i), s->size);
            struct nk_ram ram = {sc->n, sc->width, cell};
            size_t before = s->n;
            nkmodel_call(&ram, &menu[c]); // refused, it is the same memory
            if (!states_add(s, cell))
                out_of_memory();
            broken += s->n > before && nkmodel_check(&ram) != MEM_OK;
        }
    return broken;
}

static void print_count(const struct nk_menu *sc) {
    struct nk_ram ram;
    struct states s;
    if (nkmodel_boot(&ram, sc->n, sc->width) || !states_init(&s, sc->n * sizeof *ram.cell) ||
        !states_add(&s, ram.cell))
        out_of_memory();
    size_t done = 0, broken = nkmodel_check(&ram) != MEM_OK;
    for (unsigned depth = 0; done < s.n && (!sc->bound || depth < sc->bound); depth++) {
        size_t to = s.n;
        broken += expand(sc, &s, done, to);
        done = to;
    }
    printf("nk: %s|%zu%s|0\n", sc->name, s.n, broken ? ", some broken" : "");
    states_free(&s);
    frame_free(&ram);
}

int main(int argc, char **argv) {
    bool slow = argc == 3 && strcmp(argv[1], "--long") == 0;
    const char *what = argc == 2 + slow ? argv[argc - 1] : "";
    bool maude = strcmp(what, "maude") == 0;
    if (!maude && strcmp(what, "counts") != 0) {
        fprintf(stderr, "usage: nkcount [--long] counts | maude\n");
        return 2;
    }
    for (unsigned i = 0; i < nk_menu_count; i++)
        if (slow || !nk_menus[i].slow) {
            if (maude)
                print_maude(&nk_menus[i]);
            else
                print_count(&nk_menus[i]);
        }
    return 0;
}
