/*
 * minivmm.c - the smallest useful VMM, written from docs/machine.md: one child, which has a quarter
 * of our RAM and our UART, and runs the raw image given to us as initrd.
 *
 *     frond run --initrd build/guest/hashme.bin build/guest/minivmm.elf
 */
#include "fdt.h"
#include "lib.h"

static struct frond_desc child __attribute__((aligned(4096)));
static struct frond_range map[2] __attribute__((aligned(32)));

static void fail(const char *why) {
    print("minivmm: %s\n", why);
    finish(1);
}

/* A quarter of our RAM becomes the child's: the image at its start, a device tree at its end. */
static void load(const void *tree) {
    struct tree_prop start = tree_find(tree, "/chosen", "linux,initrd-start");
    struct tree_prop end = tree_find(tree, "/chosen", "linux,initrd-end");
    uint64_t image = tree_u64(start, 0), size = tree_u64(end, 0) - image;
    uint64_t ram = tree_u64(tree_find(tree, "/memory", "reg"), 1) / 4 & ~(uint64_t)4095;
    uint64_t at = FROND_RAM_BASE + ram; /* the second quarter: nothing of ours lies there */
    struct fdt_machine m = {.ram_size = ram, .uart = console_there()};

    if (image == 0 || size > ram - 0x4000 || image < at + ram)
        fail("no initrd, or too little memory for it");
    memcpy((void *)(uintptr_t)at, (const void *)(uintptr_t)image, size);
    if (fdt_write((void *)(uintptr_t)(at + ram - 0x4000), 0x4000, &m) == 0)
        fail("no room for the device tree");
    child.pc = FROND_RAM_BASE;
    child.x[11] = FROND_RAM_BASE + ram - 0x4000;
    map[0] = (struct frond_range){FROND_UART_BASE, 4096, FROND_UART_BASE, FROND_R | FROND_W};
    map[1] = (struct frond_range){FROND_RAM_BASE, ram, at, FROND_R | FROND_W | FROND_X};
}

/* Runs the child until it is left. */
static void enter(void) {
    uint64_t status;

    __asm__ volatile("sd %0, 8(%1)" ::"r"(&child), "r"((uint64_t)FROND_CTL_BASE) : "memory");
    status = read64(FROND_CTL_BASE + FROND_CTL_STATUS);
    if (status != FROND_ST_OK)
        fail("the child cannot be entered");
}

static void idle(void) {
    if (child.deadline != UINT64_MAX)
        child.clock = child.deadline; /* nobody else needs the time */
    else
        __asm__ volatile("wfi"); /* for news of the child, source 12 */
}

int main(uint64_t hart, const void *tree) {
    unsigned long enters = 0;

    (void)hart;
    child.magic = FROND_MAGIC;
    child.version = FROND_ABI_VERSION;
    child.label = child.uid = 1;
    child.budget = UINT64_MAX;
    child.map_p = child.map_np = (struct frond_map){(uint64_t)(uintptr_t)map, 2};
    load(tree);
    write32(FROND_PLIC_BASE + 4 * FROND_IRQ_CTL, 1); /* priority, and enabled for M-mode */
    write32(FROND_PLIC_BASE + 0x2000, 1 << FROND_IRQ_CTL);
    csr_set("mie", MIE_MEIE);
    for (;;) {
        enter();
        enters++;
        switch (child.exit.reason) {
        case FROND_EXIT_FAULT: child.resume = FROND_DENY; break; /* no device of ours */
        case FROND_EXIT_IDLE: idle(); break;
        case FROND_EXIT_INTERRUPT: /* news: enter the child again, it will see for itself */
            write64(FROND_CTL_BASE + FROND_CTL_WHO, 0);
            write32(FROND_PLIC_BASE + 0x200004, read32(FROND_PLIC_BASE + 0x200004));
            break;
        case FROND_EXIT_HALT:
            print("minivmm: the child ended with %lu after %lu enters\n", child.exit.value, enters);
            return (int)child.exit.value;
        default: fail("an exit that cannot be");
        }
    }
}
