/*
 * programs.c - what runs in U-mode. A program uses no data of its image and none of the library's functions: it
 * runs at another address than it was linked for.
 */
#include "kernel.h"
#include "work.h"

static inline uint64_t call(uint64_t number, uint64_t argument) {
    register uint64_t a7 __asm__("a7") = number;
    register uint64_t a0 __asm__("a0") = argument;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory");
    return a0;
}

static void run_calls(uint64_t n) {
    uint64_t sum = 1;

    for (uint64_t r = 0; r < n; r++)
        sum = sum * 31 + call(CALL_MIX, sum ^ r);
    call(CALL_DONE, sum);
}

/* Each round touches each page of the window three times, the first time in an order without locality. */
static void run_faults(uint64_t n) {
    uint64_t sum = 0, page = 0;

    for (uint64_t r = 0; r < n; r++) {
        for (uint64_t i = 0; i < WINDOW_PAGES; i++) {
            page = (page * 5 + 1) % WINDOW_PAGES; /* all of them */
            sum = sum * 31 + read64(WINDOW + page * 4096);
            write64(WINDOW + page * 4096, sum);
        }
        for (uint64_t i = 0; i < WINDOW_PAGES; i++)
            sum = (sum << 5 | sum >> 59) ^ read64(WINDOW + i * 4096);
        call(CALL_DROP, 0);
    }
    call(CALL_DONE, sum);
}

static const struct user programs[] = {{"calls", 10000000, run_calls},
                                       {"faults", 1000, run_faults}};

const struct user *user_find(const char *line) {
    const char *name = word_after(line, "work");

    for (size_t i = 0; name != NULL && i < sizeof programs / sizeof *programs; i++) {
        if (word_is(name, programs[i].name))
            return &programs[i];
    }
    return NULL;
}
