/*
 * kernel.h - a very small system: page tables, the ways into lower modes, and a kernel with two
 * programs that keep it busy, `calls` (system calls) and `faults` (a window of memory, filled on demand).
 */
#ifndef WORK_KERNEL_H
#define WORK_KERNEL_H

#include "lib.h"

/* A program in U-mode. It ends with CALL_DONE. */
struct user {
    const char *name;
    uint64_t n; /* usual size */
    void (*run)(uint64_t n);
};

/* System calls: number in a7, argument and result in a0. */
enum {
    CALL_DONE, /* the argument is the checksum */
    CALL_MIX,  /* to a function of argument and count of calls */
    CALL_DROP  /* the window's pages are gone */
};

/* Where a user's program finds memory on demand, and how much. */
#define WINDOW 0x100000000
enum { WINDOW_PAGES = 2048 };

/* The program that work=NAME of `line` names; NULL: none. */
const struct user *user_find(const char *line);

/* M-mode, first of all: makes the page tables. To the memory behind the program (work.h: POOL_SIZE). */
uint8_t *kernel_init(void);
/* From M-mode: turns Sv39 on for the lower modes, and runs `start` in S-mode, with traps to strap(). */
_Noreturn void enter_supervisor(void (*start)(void));
/* From the kernel's mode, Sv39 on: u->run(n) in U-mode. */
_Noreturn void enter_user_from_m(const struct user *u, uint64_t n);
_Noreturn void enter_user_from_s(const struct user *u, uint64_t n);

/* An ecall from U-mode. True: the program has ended, *sum is its checksum. */
bool kernel_call(struct trap *t, uint64_t *sum);
/* A load's or store's page fault. False: not one that memory helps. */
bool kernel_fault(uint64_t at);

#endif
