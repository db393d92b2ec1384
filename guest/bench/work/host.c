/*
 * host.c - the kinds of work as a program of a host. usage: work 'work=NAME [n=N] [percent=P]'
 */
#include "host.h"

int main(int argc, char **argv) {
    const struct work *w = argc == 2 ? work_find(argv[1]) : NULL;
    uint64_t n;

    if (w == NULL) {
        complain("work: the one argument should be 'work=NAME', with n=N or percent=P besides, "
                 "NAME one of work/list.c\n");
        return 2;
    }
    n = work_size(argv[1], w->n);
    report(w->name, n, w->run(n, host_pool));
    return 0;
}
