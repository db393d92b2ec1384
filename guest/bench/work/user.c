/*
 * user.c - host.c as a program of Linux on RISC-V without a C library, so that all else is the objects of
 * the bare-metal program.
 */
#include "host.h"
#include "lib.h"

enum { SYS_WRITE = 64 }; /* Linux, include/uapi/asm-generic/unistd.h */

uint8_t host_pool[POOL_SIZE] __attribute__((aligned(4096)));

static void write_out(uint64_t fd, const char *text, uint64_t n) {
    register uint64_t a0 __asm__("a0") = fd;
    register const char *a1 __asm__("a1") = text;
    register uint64_t a2 __asm__("a2") = n, a7 __asm__("a7") = SYS_WRITE;

    __asm__ volatile("ecall" : "+r"(a0) : "r"(a1), "r"(a2), "r"(a7) : "memory");
}

/* What print.c writes with. */
bool console_there(void) { return true; }
void uart_put(char c) { write_out(1, &c, 1); }

void report(const char *name, uint64_t n, uint64_t sum) {
    print("work %s n %lu checksum %016lx\n", name, n, sum);
}

void complain(const char *text) { write_out(2, text, strlen(text)); }
