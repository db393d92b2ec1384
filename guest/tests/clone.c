/*
 * clone.c - a node is bytes. Runs a VMM with its own child, and at random steps copies the
 * descriptor, the tables and all memory to other addresses, scrubs what was there, and goes on with
 * the copy: the grandchild must not notice. Needs 16 MiB.
 *
 * What it prints is what the grandchild (hashme) prints, and how often the node was moved.
 */
#include "fdt.h"
#include "lib.h"

#define RAM ((uint64_t)4 << 20)

extern char minivmm_image[], minivmm_image_end[], hashme_image[], hashme_image_end[];

/* All that a node is. */
struct place {
    struct frond_desc desc;
    struct frond_range map[128];
    uint8_t ram[RAM];
};

static struct place *place; /* two of them */
static unsigned here;

static uint64_t at(const void *p) { return (uint64_t)(uintptr_t)p; }

static uint64_t next_random(void) {
    static uint64_t a = 0x1975;

    a ^= a << 13;
    a ^= a >> 7;
    a ^= a << 17;
    return a;
}

static void point(struct place *p) {
    p->map[0] = (struct frond_range){FROND_UART_BASE, 4096, FROND_UART_BASE, FROND_R | FROND_W};
    p->map[1] = (struct frond_range){FROND_RAM_BASE, RAM, at(p->ram), FROND_R | FROND_W | FROND_X};
    p->desc.map_p = p->desc.map_np = (struct frond_map){at(p->map), 2};
}

static void load(struct place *p) {
    struct fdt_machine m = {.ram_size = RAM, .uart = console_there()};
    uint64_t size = (uint64_t)(hashme_image_end - hashme_image);

    m.initrd = FROND_RAM_BASE + RAM * 3 / 4;
    m.initrd_size = size;
    memcpy(p->ram, minivmm_image, (size_t)(minivmm_image_end - minivmm_image));
    memcpy(p->ram + RAM * 3 / 4, hashme_image, size);
    fdt_write(p->ram + RAM - 0x4000, 0x4000, &m);
    p->desc.magic = FROND_MAGIC;
    p->desc.version = FROND_ABI_VERSION;
    p->desc.label = p->desc.uid = 1;
    p->desc.pc = FROND_RAM_BASE;
    p->desc.x[11] = FROND_RAM_BASE + RAM - 0x4000;
    point(p);
}

static void move(void) {
    struct place *from = &place[here], *to = &place[1 - here];

    memcpy(to, from, sizeof *to);
    memset(from, 0xa5, sizeof *from);
    point(to);
    here = 1 - here;
}

static struct frond_desc *enter(void) {
    struct frond_desc *d = &place[here].desc;

    __asm__ volatile("sd %0, 8(%1)" ::"r"(d), "r"((uint64_t)FROND_CTL_BASE) : "memory");
    if (read64(FROND_CTL_BASE + FROND_CTL_STATUS) != FROND_ST_OK) {
        print("clone: status %lx\n", read64(FROND_CTL_BASE + FROND_CTL_STATUS));
        finish(1);
    }
    return d;
}

int main(uint64_t hart, const void *tree) {
    unsigned long moves = 0, inside = 0;
    uint64_t longest = bootarg(tree, "longest", 30000);

    (void)hart;
    place = (struct place *)(uintptr_t)((at(program_end) + 4095) & ~(uint64_t)4095);
    load(&place[here]);
    place[here].desc.budget = 1;
    for (;;) {
        struct frond_desc *d = enter();

        switch (d->exit.reason) {
        case FROND_EXIT_BUDGET:
            inside += d->active != 0;
            move();
            moves++;
            place[here].desc.budget = 1 + next_random() % longest;
            break;
        case FROND_EXIT_FAULT: d->resume = FROND_DENY; break;
        case FROND_EXIT_IDLE: d->clock = d->deadline; break;
        case FROND_EXIT_HALT:
            print("clone: moved %lu times, %lu with its child inside, code %lu\n", moves, inside,
                  d->exit.value);
            return d->exit.value != 0 || inside < 100;
        default: print("clone: reason %u\n", d->exit.reason); return 1;
        }
    }
}
