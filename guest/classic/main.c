/* main.c - boot: the one child of its record in the archive becomes the guest; the loop that runs it. */
#include "classic.h"

struct guest guest;
const struct image *archive;
bool archive_given;
static const struct image_node *record; /* the guest's */
static struct image_boot boot;          /* how it starts */

_Static_assert(offsetof(struct guest, pc) == GUEST_PC, "run.S");
_Static_assert(offsetof(struct guest, cause) == GUEST_CAUSE, "run.S");
_Static_assert(offsetof(struct guest, value) == GUEST_VALUE, "run.S");
_Static_assert(offsetof(struct guest, host_sp) == GUEST_HOST_SP, "run.S");
_Static_assert(offsetof(struct guest, began) == GUEST_BEGAN, "run.S");
_Static_assert(offsetof(struct guest, ended) == GUEST_ENDED, "run.S");

_Noreturn void give_up(const char *why) {
    print("classic: %s\n", why);
    finish(254);
}

_Noreturn void own_trap_report(uint64_t cause, uint64_t pc, uint64_t value);
_Noreturn void own_trap_report(uint64_t cause, uint64_t pc, uint64_t value) {
    print("classic: trap of its own: cause %lx pc %lx value %lx\n", cause, pc, value);
    finish(254);
}

/* Our record in the archive. */
static const struct image_node *own_record(const void *tree) {
    struct tree_prop where = tree_find(tree, "/chosen", "frond,archive");
    uint64_t record = bootarg(tree, "node", 0);
    const char *wrong;

    archive = (const struct image *)(uintptr_t)tree_u64(where, 0);
    if (where.value == NULL)
        give_up("no archive in the device tree");
    wrong = image_check(archive, tree_u64(where, 1));
    if (wrong != NULL)
        give_up(wrong);
    if (record >= archive->nodes)
        give_up("no record is its own");
    return image_node(archive, (uint32_t)record);
}

/* What lies in the guest's RAM at its first instruction, and its hart there; as the nucleus does it. */
static void load(void) {
    const struct image_payload *p = image_payload(archive, record->payload);
    uint8_t *ram = (uint8_t *)(uintptr_t)guest.ram;

    if (fdt_write(ram + (boot.dtb - FROND_RAM_BASE), boot.dtb_size, &boot.tree) != boot.dtb_size)
        give_up("the guest's device tree does not fit");
    for (uint32_t i = 0; i < p->pieces; i++) {
        const struct image_piece *e = image_piece(archive, p->first + i);

        memcpy(ram + (image_piece_at(e, &boot) - FROND_RAM_BASE), image_data(archive, e), e->size);
    }
    guest.pc = boot.pc;
    guest.x[11] = boot.dtb;
    guest.priv = PRIV_M;
}

/* The guest's RAM lies at the end of ours, below the device tree; shadow tables take what is between. */
static void make_guest(const void *tree, const struct image_node *own) {
    uint64_t end = (uint64_t)(uintptr_t)tree & ~(uint64_t)(FROND_PAGE_SIZE - 1);
    uint64_t start = (uint64_t)(uintptr_t)program_end;
    struct tree_prop ram = tree_find(tree, "/memory", "reg");

    if (image_fanout(archive, own) != 1)
        give_up("its record should have one child, not more or none: it runs one guest");
    record = image_node(archive, own->first);
    if (record->virtio != 0)
        give_up("its guest should have no virtio slots: what does DMA cannot be handed down");
    guest.size = image_child_ram(archive, own, tree_u64(ram, 1), record);
    if (guest.size == 0 || guest.size > end - start ||
        !image_boot(archive, own->first, guest.size, &boot))
        give_up("no room for the guest");
    guest.epoch = record->epoch;
    guest.waits = (own->flags & IMAGE_WAIT) != 0;
    guest.ram = end - guest.size;
    archive_given = boot.tree.archive_size != 0;
    shadow_init(start, guest.ram);
    load();
    if (!window_init(boot.tree.uart))
        give_up("no room for the guest's UART");
}

/* The guest's machine anew: its RTC goes on, and what was counted. */
static void reset(void) {
    struct guest g = {.ram = guest.ram,
                      .size = guest.size,
                      .uart = guest.uart,
                      .waits = guest.waits,
                      .epoch = guest.epoch + guest.clock,
                      .native = guest.native,
                      .interpreted = guest.interpreted,
                      .attention = true};
    uint64_t none = 0;

    csr_set("mstatus", MSTATUS_FS);
    for (unsigned i = 0; i < 32; i++)
        guest_set_f(0, i);
    csr_write("fcsr", 0);
    csr_clear("mstatus", MSTATUS_FS);
    guest_sc((uint64_t)(uintptr_t)&none, 8, 0); /* no reservation is left */
    memset((void *)(uintptr_t)guest.ram, 0, guest.size);
    guest = g;
    load();
    if (guest.uart != NULL)
        guest.uart->ops->reset(guest.uart);
    shadow_flush_all();
}

/* What a classical monitor needs of the hart: traps here, its own memory for U-mode, timer and input. */
static void take_hart(void) {
    csr_write("mtvec", (uint64_t)(uintptr_t)guest_trap);
    csr_write("pmpaddr0", UINT64_MAX);
    csr_write("pmpcfg0", 0x1f);
    csr_write("mcounteren", 0);
    csr_write("menvcfg", ENVCFG_STCE);
    csr_write("0x14d", UINT64_MAX); /* stimecmp */
    csr_write("mie", MIE_STIE | MIE_MEIE);
    csr_clear("mstatus", MSTATUS_MIE | MSTATUS_FS | MSTATUS_MPP);
}

int main(uint64_t hart, const void *tree) {
    (void)hart;
    make_guest(tree, own_record(tree));
    take_hart();
    guest.attention = true;
    shadow_select();
    for (;;) {
        if (guest.reset)
            reset();
        if (guest.attention || guest.clock >= guest.deadline)
            time_look();
        if (guest.pending != 0 && trap_interrupt())
            continue;
        if (guest.wait) {
            time_wait();
            continue;
        }
        guest_run(&guest, time_arm());
        time_count();
        trap_handle();
    }
}
