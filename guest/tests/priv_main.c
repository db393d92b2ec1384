/*
 * priv_main.c - all rows of the privileged architecture, in order; those of locks last.
 *
 * What only frond promises is run where there is a node controller. Boot argument exact=1: the rows `exact` and `at.once`
 * everywhere, as for a guest of guest/classic.
 */
#include "priv.h"

bool on_frond;

int main(uint64_t hart, const void *tree) {
    bool exact = bootarg(tree, "exact", 0) != 0;

    (void)hart;
    reset_rows();
    baseline();
    on_frond = access(M, LOAD, FROND_CTL_BASE, 0) == 0;
    csr_rows();
    status_rows();
    counter_rows();
    trap_rows();
    interrupt_rows();
    device_rows();
    paging_rows();
    fence_rows();
    pmp_rows();
    if (on_frond || exact)
        frond_rows();
    if (on_frond) {
        fences = false;
        paging_rows();
        pmp_rows();
        fences = true;
    }
    lock_rows();
    print("end\n");
    return 0;
}
