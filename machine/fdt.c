/*
 * fdt.c - see fdt.h. The first half writes any flattened tree (devicetree specification, version
 * 17), the second the machine's own, node by node.
 */
#include "fdt.h"
#include "frond_abi.h"

enum { FDT_MAGIC = (int)0xd00dfeed, FDT_BEGIN = 1, FDT_END = 2, FDT_PROP = 3, FDT_LAST = 9 };
enum { HEADER = 40, RESERVE = 16 }; /* the reserve map is its ending entry only */

#define NAMES_ROOM 512

/* A tree being written. `at` counts on when the room is too small, so that the caller learns. */
struct writer {
    uint8_t *to; /* NULL: count only */
    size_t room, at;
    char names[NAMES_ROOM]; /* the strings block, appended at the end */
    uint32_t names_size;
    bool bad; /* too many names: our own bug, seen by the first test */
};

static size_t length(const char *s) {
    size_t n = 0;

    while (s[n] != 0)
        n++;
    return n;
}

static bool same(const char *a, const char *b) {
    while (*a != 0 && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

static void put(struct writer *w, const void *from, size_t n) {
    const uint8_t *p = from;

    if (w->to != NULL && w->at <= w->room && n <= w->room - w->at) {
        for (size_t i = 0; i < n; i++)
            w->to[w->at + i] = p[i];
    }
    w->at += n;
}

static void put32(struct writer *w, uint32_t v) {
    uint8_t b[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};

    put(w, b, 4);
}

static void align4(struct writer *w) {
    static const uint8_t zero[4];

    put(w, zero, (4 - w->at % 4) % 4);
}

/* Offset of a property's name in the strings block; added if it is new. */
static uint32_t name_offset(struct writer *w, const char *name) {
    size_t n = length(name) + 1;
    uint32_t at = 0;

    while (at < w->names_size) {
        if (same(w->names + at, name))
            return at;
        at += (uint32_t)length(w->names + at) + 1;
    }
    if (n > NAMES_ROOM - w->names_size) {
        w->bad = true;
        return 0;
    }
    for (size_t i = 0; i < n; i++)
        w->names[at + i] = name[i];
    w->names_size += (uint32_t)n;
    return at;
}

static void begin(struct writer *w, const char *name) {
    put32(w, FDT_BEGIN);
    put(w, name, length(name) + 1);
    align4(w);
}

/* A node with a unit address: name@address, in hexadecimal. */
static void begin_at(struct writer *w, const char *name, uint64_t address) {
    char full[48];
    size_t n = 0;
    int shift = 60;

    while (name[n] != 0) {
        full[n] = name[n];
        n++;
    }
    full[n++] = '@';
    while (shift > 0 && address >> shift == 0)
        shift -= 4;
    for (; shift >= 0; shift -= 4)
        full[n++] = "0123456789abcdef"[address >> shift & 15];
    full[n] = 0;
    begin(w, full);
}

static void end(struct writer *w) { put32(w, FDT_END); }

static void prop(struct writer *w, const char *name, const void *value, size_t n) {
    put32(w, FDT_PROP);
    put32(w, (uint32_t)n);
    put32(w, name_offset(w, name));
    put(w, value, n);
    align4(w);
}

static void prop_empty(struct writer *w, const char *name) { prop(w, name, "", 0); }

static void prop_string(struct writer *w, const char *name, const char *value) {
    prop(w, name, value, length(value) + 1);
}

static void prop_cells(struct writer *w, const char *name, const uint32_t *cell, size_t n) {
    put32(w, FDT_PROP);
    put32(w, (uint32_t)(4 * n));
    put32(w, name_offset(w, name));
    for (size_t i = 0; i < n; i++)
        put32(w, cell[i]);
}

static void prop_u32(struct writer *w, const char *name, uint32_t v) { prop_cells(w, name, &v, 1); }

static void prop_u64(struct writer *w, const char *name, uint64_t v) {
    uint32_t cell[2] = {(uint32_t)(v >> 32), (uint32_t)v};

    prop_cells(w, name, cell, 2);
}

/* Two 64-bit numbers: an address and a size, as in reg. */
static void prop_range(struct writer *w, const char *name, uint64_t base, uint64_t size) {
    uint32_t cell[4] = {(uint32_t)(base >> 32), (uint32_t)base, (uint32_t)(size >> 32),
                        (uint32_t)size};

    prop_cells(w, name, cell, 4);
}

/* The header; sizes of the blocks are known when everything else is written. */
static void put_header(struct writer *w, uint32_t total, uint32_t strings_at) {
    uint32_t struct_at = HEADER + RESERVE;
    uint32_t field[10] = {
        (uint32_t)FDT_MAGIC,   total, struct_at, strings_at, HEADER, 17, 16, 0, w->names_size,
        strings_at - struct_at};

    w->at = 0;
    for (int i = 0; i < 10; i++)
        put32(w, field[i]);
}

/* ---- The machine ----------------------------------------------------------------------------- */

enum { PHANDLE_CPU = 1, PHANDLE_INTC, PHANDLE_PLIC, PHANDLE_FINISHER };

/* Causes of a hart's interrupt lines, as interrupts-extended names them. */
enum { IRQ_M_SOFT = 3, IRQ_M_TIMER = 7, IRQ_S_EXT = 9, IRQ_M_EXT = 11 };

enum { IRQ_RTC = 11 }; /* named because drivers insist on one; it never rises */

static void interrupt(struct writer *w, uint32_t source) {
    prop_u32(w, "interrupts", source);
    prop_u32(w, "interrupt-parent", PHANDLE_PLIC);
}

/* 32 bytes out of the seed, by splitmix64. */
static void rng_seed(struct writer *w, uint64_t seed) {
    uint32_t cell[8];

    for (int i = 0; i < 8; i += 2) {
        uint64_t z = seed += 0x9e3779b97f4a7c15;

        z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27) * 0x94d049bb133111eb;
        z ^= z >> 31;
        cell[i] = (uint32_t)(z >> 32);
        cell[i + 1] = (uint32_t)z;
    }
    prop_cells(w, "rng-seed", cell, 8);
}

static void chosen(struct writer *w, const struct fdt_machine *m) {
    begin(w, "chosen");
    if (m->bootargs != NULL)
        prop_string(w, "bootargs", m->bootargs);
    if (m->uart)
        prop_string(w, "stdout-path", "/soc/serial@10000000");
    if (m->seed != 0)
        rng_seed(w, m->seed);
    if (m->initrd_size != 0) {
        prop_u64(w, "linux,initrd-start", m->initrd);
        prop_u64(w, "linux,initrd-end", m->initrd + m->initrd_size);
    }
    if (m->archive_size != 0)
        prop_range(w, "frond,archive", m->archive, m->archive_size);
    end(w);
}

static void memory(struct writer *w, uint64_t size) {
    begin_at(w, "memory", FROND_RAM_BASE);
    prop_string(w, "device_type", "memory");
    prop_range(w, "reg", FROND_RAM_BASE, size);
    end(w);
}

static void cpus(struct writer *w) {
    begin(w, "cpus");
    prop_u32(w, "#address-cells", 1);
    prop_u32(w, "#size-cells", 0);
    prop_u32(w, "timebase-frequency", FROND_TIMEBASE_HZ);
    begin_at(w, "cpu", 0);
    prop_u32(w, "phandle", PHANDLE_CPU);
    prop_string(w, "device_type", "cpu");
    prop_u32(w, "reg", 0);
    prop_string(w, "status", "okay");
    prop_string(w, "compatible", "riscv");
    prop_string(w, "riscv,isa", "rv64imafdc_zicntr_zicsr_zifencei_zba_zbb_zbs_sstc");
    prop_string(w, "mmu-type", "riscv,sv48");
    begin(w, "interrupt-controller");
    prop_u32(w, "#interrupt-cells", 1);
    prop_empty(w, "interrupt-controller");
    prop_string(w, "compatible", "riscv,cpu-intc");
    prop_u32(w, "phandle", PHANDLE_INTC);
    end(w);
    end(w);
    end(w);
}

static void finisher(struct writer *w) {
    static const char compatible[] = "sifive,test1\0sifive,test0\0syscon";

    begin_at(w, "test", FROND_FINISHER_BASE);
    prop_u32(w, "phandle", PHANDLE_FINISHER);
    prop_range(w, "reg", FROND_FINISHER_BASE, FROND_FINISHER_SIZE);
    prop(w, "compatible", compatible, sizeof compatible);
    end(w);
}

static void syscon(struct writer *w, const char *name, const char *compatible, uint32_t value) {
    begin(w, name);
    prop_u32(w, "value", value);
    prop_u32(w, "offset", 0);
    prop_u32(w, "regmap", PHANDLE_FINISHER);
    prop_string(w, "compatible", compatible);
    end(w);
}

static void clint(struct writer *w) {
    static const char compatible[] = "sifive,clint0\0riscv,clint0";
    uint32_t irq[4] = {PHANDLE_INTC, IRQ_M_SOFT, PHANDLE_INTC, IRQ_M_TIMER};

    begin_at(w, "clint", FROND_CLINT_BASE);
    prop_cells(w, "interrupts-extended", irq, 4);
    prop_range(w, "reg", FROND_CLINT_BASE, FROND_CLINT_SIZE);
    prop(w, "compatible", compatible, sizeof compatible);
    end(w);
}

static void plic(struct writer *w) {
    static const char compatible[] = "sifive,plic-1.0.0\0riscv,plic0";
    uint32_t irq[4] = {PHANDLE_INTC, IRQ_M_EXT, PHANDLE_INTC, IRQ_S_EXT};

    begin_at(w, "plic", FROND_PLIC_BASE);
    prop_u32(w, "phandle", PHANDLE_PLIC);
    prop_u32(w, "riscv,ndev", FROND_PLIC_SOURCES);
    prop_range(w, "reg", FROND_PLIC_BASE, FROND_PLIC_SIZE);
    prop_cells(w, "interrupts-extended", irq, 4);
    prop_empty(w, "interrupt-controller");
    prop(w, "compatible", compatible, sizeof compatible);
    prop_u32(w, "#address-cells", 0);
    prop_u32(w, "#interrupt-cells", 1);
    end(w);
}

static void rtc(struct writer *w) {
    begin_at(w, "rtc", FROND_RTC_BASE);
    interrupt(w, IRQ_RTC);
    prop_range(w, "reg", FROND_RTC_BASE, FROND_RTC_SIZE);
    prop_string(w, "compatible", "google,goldfish-rtc");
    end(w);
}

static void nodectl(struct writer *w) {
    begin_at(w, "nodectl", FROND_CTL_BASE);
    interrupt(w, FROND_IRQ_CTL);
    prop_range(w, "reg", FROND_CTL_BASE, FROND_CTL_SIZE);
    prop_string(w, "compatible", "frond,nodectl");
    end(w);
}

static void uart(struct writer *w) {
    begin_at(w, "serial", FROND_UART_BASE);
    interrupt(w, FROND_IRQ_UART);
    prop_u32(w, "clock-frequency", 3686400);
    prop_range(w, "reg", FROND_UART_BASE, 0x100);
    prop_string(w, "compatible", "ns16550a");
    end(w);
}

static void virtio(struct writer *w, uint32_t slot) {
    uint64_t base = FROND_VIRTIO_BASE + (uint64_t)slot * FROND_VIRTIO_STRIDE;

    begin_at(w, "virtio_mmio", base);
    interrupt(w, FROND_IRQ_VIRTIO + slot);
    prop_range(w, "reg", base, FROND_VIRTIO_STRIDE);
    prop_string(w, "compatible", "virtio,mmio");
    end(w);
}

static void soc(struct writer *w, const struct fdt_machine *m) {
    begin(w, "soc");
    prop_u32(w, "#address-cells", 2);
    prop_u32(w, "#size-cells", 2);
    prop_string(w, "compatible", "simple-bus");
    prop_empty(w, "ranges");
    finisher(w);
    rtc(w);
    clint(w);
    nodectl(w);
    plic(w);
    if (m->uart)
        uart(w);
    for (uint32_t slot = 0; slot < FROND_VIRTIO_SLOTS; slot++) {
        if (m->virtio >> slot & 1)
            virtio(w, slot);
    }
    end(w);
}

static void root(struct writer *w, const struct fdt_machine *m) {
    begin(w, "");
    prop_u32(w, "#address-cells", 2);
    prop_u32(w, "#size-cells", 2);
    prop_string(w, "compatible", "riscv-virtio");
    prop_string(w, "model", "riscv-virtio,frond");
    chosen(w, m);
    memory(w, m->ram_size);
    cpus(w);
    soc(w, m);
    syscon(w, "poweroff", "syscon-poweroff", 0x5555);
    syscon(w, "reboot", "syscon-reboot", 0x7777);
    end(w);
    put32(w, FDT_LAST);
}

size_t fdt_write(void *to, size_t room, const struct fdt_machine *m) {
    static const uint8_t no_reserve[RESERVE];
    struct writer w;
    size_t strings_at, total;

    w.to = to;
    w.room = room;
    w.at = HEADER;
    w.names_size = 0;
    w.bad = false;
    put(&w, no_reserve, RESERVE);
    root(&w, m);
    strings_at = w.at;
    put(&w, w.names, w.names_size);
    align4(&w);
    total = w.at;
    if (w.bad || total > UINT32_MAX || (to != NULL && total > room))
        return 0;
    put_header(&w, (uint32_t)total, (uint32_t)strings_at);
    return total;
}
