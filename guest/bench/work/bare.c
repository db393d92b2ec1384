/*
 * bare.c - the kinds of work on a bare machine. Boot arguments: work=NAME, n=N or percent=P of the row's
 * usual size, paging=1.
 *
 * Those of list.c run in M-mode; with paging=1 in S-mode behind Sv39, all pages of 4 KiB. Those of
 * programs.c run in U-mode behind Sv39, and their kernel in M-mode, with paging=1 in S-mode.
 * No device is touched until the end.
 */
#include "kernel.h"
#include "lib.h"
#include "work.h"

enum { ILLEGAL = 2, ECALL_U = 8, ECALL_S = 9, FAULT_X = 12, FAULT_R = 13, FAULT_W = 15 };

static struct {
    const char *name;
    uint64_t n, sum;
    bool paging, trying;
    const struct work *work; /* one of the two is NULL */
    const struct user *user;
    uint8_t *pool;
    struct trap unexpected; /* cause 0: none */
} it;

_Noreturn static void end(void) {
    const struct trap *t = &it.unexpected;

    if (t->cause != 0) {
        print("work %s: trap: cause %lx value %lx pc %lx\n", it.name, t->cause, t->value, t->pc);
        finish(1);
    }
    print("work %s n %lu checksum %016lx\n", it.name, it.n, it.sum);
    finish(0);
}

/* From U-mode, or by surprise. True: it is over. */
static bool handled(struct trap *t) {
    if (t->cause == ECALL_U)
        return kernel_call(t, &it.sum);
    if ((t->cause == FAULT_R || t->cause == FAULT_W) && kernel_fault(t->value))
        return false;
    it.unexpected = *t;
    return true;
}

void trap(struct trap *t) {
    if (it.trying && t->cause == ILLEGAL)
        t->pc += 4;
    else if (t->cause == ECALL_S || handled(t))
        end();
}

void strap(struct trap *t) {
    if (handled(t))
        __asm__ volatile("ecall"); /* to M-mode, which has the console */
}

static void supervise(void) {
    if (it.user != NULL)
        enter_user_from_s(it.user, it.n);
    it.sum = it.work->run(it.n, it.pool);
    __asm__ volatile("ecall");
}

/* All of memory to the lower modes. A machine without PMP has no such registers. */
static void open_memory(void) {
    it.trying = true;
    csr_write("pmpaddr0", UINT64_MAX >> 10);
    csr_write("pmpcfg0", 0x1f);
    it.trying = false;
}

/* What the boot arguments ask for. False: nothing that there is. */
static bool read_order(const char *line) {
    it.work = work_find(line);
    it.user = user_find(line);
    if (it.work == NULL && it.user == NULL)
        return false;
    it.name = it.work != NULL ? it.work->name : it.user->name;
    it.n = work_size(line, it.work != NULL ? it.work->n : it.user->n);
    it.paging = number_after(line, "paging", 0) != 0;
    return true;
}

int main(uint64_t hart, const void *tree) {
    struct tree_prop line = tree_find(tree, "/chosen", "bootargs");

    (void)hart;
    if (!read_order(line.value != NULL ? line.value : "")) {
        print("work: boot argument work=NAME should be a row of work/list.c, calls or faults\n");
        return 2;
    }
    csr_set("mstatus", MSTATUS_FS);
    open_memory();
    it.pool = kernel_init();
    if (it.paging) {
        csr_write("medeleg", 1 << ECALL_U | 1 << FAULT_X | 1 << FAULT_R | 1 << FAULT_W);
        enter_supervisor(supervise);
    }
    if (it.user != NULL)
        enter_user_from_m(it.user, it.n);
    it.sum = it.work->run(it.n, it.pool);
    end();
}
