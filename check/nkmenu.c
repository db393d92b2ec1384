/* nkmenu.c - see nkmenu.h. */
#include "nkmenu.h"
#include <string.h>

/* clang-format off */
const struct nk_menu nk_menus[] = {
    {"one map of one entry", 14, 4, 0,
     {{NK_DECLARE, {"5", "c", "1"}}, {NK_UNDECLARE, {"5"}},
      {NK_DO_MAP, {"5", "01", "12", "cd", "0137"}}, {NK_DO_UNMAP, {"5", "01"}},
      {NK_STORE, {"5", "01", "12"}}, {NK_POKE, {"5cd", "1"}}}, false},
    {"sealed frames", 14, 4, 0,
     {{NK_DECLARE, {"579", "9bd", "2"}}, {NK_UNDECLARE, {"579"}}, {NK_POKE, {"57c", "03"}}}, false},
    {"once, append, logged", 12, 4, 0,
     {{NK_DECLARE, {"5", "abc", "345"}}, {NK_UNDECLARE, {"5"}},
      {NK_PUT, {"5", "012", "12"}}, {NK_POKE, {"9b", "1"}}}, false},
    {"a log is read through a map", 23, 5, 5,
     {{NK_DECLARE, {"9g", "gn", "15"}}, {NK_UNDECLARE, {"9g"}},
      {NK_DO_MAP, {"9g", "0", "2", "79ej", "13"}}, {NK_DO_UNMAP, {"9g", "0"}},
      {NK_PUT, {"9g", "0", "12"}}, {NK_POKE, {"7", "2"}}}, false},
    {"two maps share a cell", 23, 5, 0,
     {{NK_DECLARE, {"7e", "el", "1"}}, {NK_UNDECLARE, {"7e"}},
      {NK_DO_MAP, {"7e", "0", "12", "lm", "367"}}, {NK_DO_UNMAP, {"7e", "0"}},
      {NK_STORE, {"7e", "01", "01"}}}, false},
    {"two maps, four calls", 24, 5, 4,
     {{NK_DECLARE, {"7e", "el", "12"}}, {NK_UNDECLARE, {"7e"}},
      {NK_DO_MAP, {"7e", "01", "12", "6emn", "1367"}}, {NK_DO_UNMAP, {"7e", "01"}},
      {NK_STORE, {"7e", "01", "1"}}}, false},
    {"two maps and their cells", 24, 5, 0,
     {{NK_DECLARE, {"7e", "el", "1"}}, {NK_UNDECLARE, {"7e"}},
      {NK_DO_MAP, {"7e", "0", "2", "l", "37"}}, {NK_DO_UNMAP, {"7e", "0"}},
      {NK_STORE, {"7e", "01", "02"}}, {NK_POKE, {"lmn", "0123"}}}, true},
    {"two maps, seven calls", 24, 5, 7,
     {{NK_DECLARE, {"7e", "el", "12"}}, {NK_UNDECLARE, {"7e"}},
      {NK_DO_MAP, {"7e", "01", "12", "6emn", "1367"}}, {NK_DO_UNMAP, {"7e", "01"}},
      {NK_STORE, {"7e", "01", "1"}}}, true},
};
/* clang-format on */
const unsigned nk_menu_count = sizeof nk_menus / sizeof nk_menus[0];

static uint64_t digit(char c) { return (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10); }

unsigned nk_menu_calls(const struct nk_menu *m, struct nk_call *calls) {
    unsigned n = 0;

    for (unsigned f = 0; f < NK_FAMILIES && m->family[f].arg[0] != NULL; f++) {
        size_t choices = 1;

        for (unsigned a = 0; a < NK_ARGS && m->family[f].arg[a]; a++)
            choices *= strlen(m->family[f].arg[a]);
        for (size_t c = 0; c < choices && n < NK_MENU; c++, n++) {
            size_t rest = c;

            calls[n] = (struct nk_call){.op = m->family[f].op};
            for (unsigned a = 0; a < NK_ARGS && m->family[f].arg[a]; a++) {
                size_t values = strlen(m->family[f].arg[a]);

                calls[n].arg[a] = digit(m->family[f].arg[a][rest % values]);
                rest /= values;
            }
        }
    }
    return n;
}
