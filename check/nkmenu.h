/*
 * nkmenu.h - the scopes of the nested kernel on frames: a memory, and a menu of calls any of which may be made at
 * any moment. The explorer visits those without a bound; test/vmcount counts all of them, in C and in Maude.
 */
#ifndef FROND_CHECK_NKMENU_H
#define FROND_CHECK_NKMENU_H

#include "../model/nkmodel.h"

enum { NK_ARGS = 5, NK_FAMILIES = 8, NK_MENU = 512 };

struct nk_menu {
    const char *name;
    uint64_t n; /* cells */
    unsigned width;
    unsigned bound; /* calls after boot, at most; 0: any number */
    /* Each argument's values, as digits and letters (a is 10); the calls are all choices of them. */
    struct {
        enum nk_op op;
        const char *arg[NK_ARGS];
    } family[NK_FAMILIES];
    bool slow; /* in Maude: minutes */
};
extern const struct nk_menu nk_menus[];
extern const unsigned nk_menu_count;

/* All calls of a menu; `calls` has room for NK_MENU. Returns their number. */
unsigned nk_menu_calls(const struct nk_menu *, struct nk_call *calls);

#endif
