/*
 * lib.h - what a bare-metal program of the machine needs: start, traps, console, end, device tree.
 *
 * A program defines main(), and trap() if it expects any. It runs on a frond node and on QEMU's
 * virt machine with -bios none alike. Without a UART in the device tree print() does nothing.
 */
#ifndef GUEST_LIB_H
#define GUEST_LIB_H

#include "frond_abi.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define csr_read(name)                                                                             \
    __extension__({                                                                                \
        uint64_t csr_value;                                                                        \
        __asm__ volatile("csrr %0, " name : "=r"(csr_value)::"memory");                            \
        csr_value;                                                                                 \
    })
#define csr_write(name, v) __asm__ volatile("csrw " name ", %0" ::"rK"((uint64_t)(v)) : "memory")
#define csr_set(name, v)   __asm__ volatile("csrs " name ", %0" ::"rK"((uint64_t)(v)) : "memory")
#define csr_clear(name, v) __asm__ volatile("csrc " name ", %0" ::"rK"((uint64_t)(v)) : "memory")

enum {
    MIE_SSIE = 1 << 1,
    MIE_MSIE = 1 << 3,
    MIE_STIE = 1 << 5,
    MIE_MTIE = 1 << 7,
    MIE_SEIE = 1 << 9,
    MIE_MEIE = 1 << 11,
    MSTATUS_MIE = 1 << 3,
    MSTATUS_MPIE = 1 << 7,
    MSTATUS_MPP = 3 << 11,
    MSTATUS_FS = 3 << 13,
    MSTATUS_MPRV = 1 << 17,
    MSTATUS_SUM = 1 << 18
};

#define INTERRUPT ((uint64_t)1 << 63)

/* Registers, one access each. */
static inline uint8_t read8(uint64_t a) { return *(volatile uint8_t *)a; }
static inline uint32_t read32(uint64_t a) { return *(volatile uint32_t *)a; }
static inline uint64_t read64(uint64_t a) { return *(volatile uint64_t *)a; }
static inline void write8(uint64_t a, uint8_t v) { *(volatile uint8_t *)a = v; }
static inline void write32(uint64_t a, uint32_t v) { *(volatile uint32_t *)a = v; }
static inline void write64(uint64_t a, uint64_t v) { *(volatile uint64_t *)a = v; }

#define CLINT_MSIP     (FROND_CLINT_BASE + 0x0)
#define CLINT_MTIMECMP (FROND_CLINT_BASE + 0x4000)
#define CLINT_MTIME    (FROND_CLINT_BASE + 0xbff8)

/* Where the program lies (link.ld). */
extern char program_start[], bss_start[], bss_end[], stack_end[], program_end[];

/* A trap; a handler may change x, pc and status, which are restored. */
struct trap {
    union {
        uint64_t pc; /* in the place of x0 */
        uint64_t x[32];
    };
    uint64_t status, cause, value;
    uint64_t pad;
};

int main(uint64_t hart, const void *tree);
/* Into M-mode (mtvec is set). Without one of the program's own: printed, and the end, code 99. */
void trap(struct trap *t);
void strap(struct trap *t); /* into S-mode, once stvec is strap_entry */
extern void trap_entry(void), strap_entry(void);

/* Ends the machine: 0 is success. */
_Noreturn void finish(int code);
_Noreturn void finish_reset(void);

/* Console: the UART that the tree names. */
void console_init(const void *tree);
bool console_there(void);
void uart_put(char c);
int uart_get(void); /* -1: no input */

/* %s %c %d %u %x %lu %lx, a width with or without leading 0. */
void print(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Device tree, read without trust: nothing outside its own total size is looked at. */
struct tree_prop {
    const void *value; /* NULL: not there */
    uint32_t size;
};
bool tree_ok(const void *tree);
/* Property of the node at `path` ("/chosen"); a name matches with or without its unit address. */
struct tree_prop tree_find(const void *tree, const char *path, const char *name);
/* The n-th 32-bit or 64-bit number of a property; 0 beyond its end. */
uint32_t tree_u32(struct tree_prop p, uint32_t n);
uint64_t tree_u64(struct tree_prop p, uint32_t n);
/* Number after `word=` in the boot arguments, decimal or 0x; `otherwise` if it is not there. */
uint64_t bootarg(const void *tree, const char *word, uint64_t otherwise);

void *memcpy(void *to, const void *from, size_t n);
void *memset(void *to, int c, size_t n);
void *memmove(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);

#endif
