// nkcount.c: how many memories the nested kernel of model/nkmodel.c can reach, scope by scope.
//
//     nkcount [--long] counts      a line a scope: its name, the number of states, 0: none is to be broken
//     nkcount [--long] maude       the same scopes as searches for spec/nk.maude, in the same order
//
// A scope is a memory, a menu of calls and a bound: at most so many calls after boot, or any number.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../model/nkmodel.h"
#include "states.h"

enum { ARGS = 5, VALUES = 8, MENU_MAX = 512, CALLS_MAX = 8 };

// Each argument's values, as digits and letters (a is 10); the calls are all choices of them.
struct family {
    enum nk_op op;
    const char *arg[ARGS];
};

struct scope {
    const char *name;
    uint64_t n;
    unsigned width;
    unsigned bound; // 0: none
    struct family family[CALLS_MAX];
    bool slow;
};

// clang-format off
static const struct scope scopes[] = {
    {"nk: one map of one entry", 14, 4, 0,
     {{NK_DECLARE, {"5", "c", "1"}}, {NK_UNDECLARE, {"5"}},
      {NK_DO_MAP, {"5", "01", "12", "cd", "0137"}}, {NK_DO_UNMAP, {"5", "01"}},
      {NK_STORE, {"5", "01", "12"}}, {NK_POKE, {"cd", "1"}}}, false},
    {"nk: sealed frames", 14, 4, 0,
     {{NK_DECLARE, {"579", "9bd", "2"}}, {NK_UNDECLARE, {"579"}}, {NK_POKE, {"57c", "03"}}}, false},
    {"nk: once, append, logged", 12, 4, 0,
     {{NK_DECLARE, {"5", "abc", "345"}}, {NK_UNDECLARE, {"5"}},
      {NK_PUT, {"5", "012", "12"}}, {NK_POKE, {"9b", "1"}}}, false},
    {"nk: a log is read through a map", 23, 5, 5,
     {{NK_DECLARE, {"9g", "gn", "15"}}, {NK_UNDECLARE, {"9g"}},
      {NK_DO_MAP, {"9g", "0", "2", "79ej", "13"}}, {NK_DO_UNMAP, {"9g", "0"}},
      {NK_PUT, {"9g", "0", "12"}}, {NK_POKE, {"7", "2"}}}, false},
    {"nk: two maps share a cell", 23, 5, 0,
     {{NK_DECLARE, {"7e", "el", "1"}}, {NK_UNDECLARE, {"7e"}},
      {NK_DO_MAP, {"7e", "0", "12", "lm", "367"}}, {NK_DO_UNMAP, {"7e", "0"}},
      {NK_STORE, {"7e", "01", "01"}}}, false},
    {"nk: two maps, four calls", 24, 5, 4,
     {{NK_DECLARE, {"7e", "el", "12"}}, {NK_UNDECLARE, {"7e"}},
      {NK_DO_MAP, {"7e", "01", "12", "6emn", "1367"}}, {NK_DO_UNMAP, {"7e", "01"}},
      {NK_STORE, {"7e", "01", "1"}}}, false},
    {"nk: two maps and their cells", 24, 5, 0,
     {{NK_DECLARE, {"7e", "el", "1"}}, {NK_UNDECLARE, {"7e"}},
      {NK_DO_MAP, {"7e", "0", "2", "l", "37"}}, {NK_DO_UNMAP, {"7e", "0"}},
      {NK_STORE, {"7e", "01", "02"}}, {NK_POKE, {"lmn", "0123"}}}, true},
    {"nk: two maps, seven calls", 24, 5, 7,
     {{NK_DECLARE, {"7e", "el", "12"}}, {NK_UNDECLARE, {"7e"}},
      {NK_DO_MAP, {"7e", "01", "12", "6emn", "1367"}}, {NK_DO_UNMAP, {"7e", "01"}},
      {NK_STORE, {"7e", "01", "1"}}}, true},
};
// clang-format on

static uint64_t digit(char c) { return (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10); }

// All calls of a family behind the n that the menu has.
static size_t family_calls(const struct family *f, struct nk_call *menu, size_t n) {
    size_t choices = 1;
    for (size_t a = 0; a < ARGS && f->arg[a]; a++)
        choices *= strlen(f->arg[a]);
    for (size_t c = 0; c < choices && n < MENU_MAX; c++, n++) {
        size_t rest = c;
        menu[n] = (struct nk_call){.op = f->op};
        for (size_t a = 0; a < ARGS && f->arg[a]; a++) {
            size_t values = strlen(f->arg[a]);
            menu[n].arg[a] = digit(f->arg[a][rest % values]);
            rest /= values;
        }
    }
    return n;
}

static size_t menu_of(const struct scope *sc, struct nk_call *menu) {
    size_t n = 0;
    for (size_t i = 0; i < CALLS_MAX && sc->family[i].arg[0]; i++)
        n = family_calls(&sc->family[i], menu, n);
    if (n < MENU_MAX)
        return n;
    fprintf(stderr, "%s: the menu is too long\n", sc->name);
    exit(2);
}

static void print_maude(const struct scope *sc) {
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
    struct nk_call menu[MENU_MAX];
    size_t n = menu_of(sc, menu);
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
static size_t expand(const struct scope *sc, struct states *s, size_t from, size_t to) {
    struct nk_call menu[MENU_MAX];
    size_t calls = menu_of(sc, menu), broken = 0;
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

static void print_count(const struct scope *sc) {
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
    printf("%s|%zu%s|0\n", sc->name, s.n, broken ? ", some broken" : "");
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
    for (size_t i = 0; i < sizeof scopes / sizeof *scopes; i++)
        if (slow || !scopes[i].slow) {
            if (maude)
                print_maude(&scopes[i]);
            else
                print_count(&scopes[i]);
        }
    return 0;
}
