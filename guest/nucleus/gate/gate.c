/* gate.c - see gate.h. What the client asks for is checked by nk; here is what nk does not know: a machine. */
#include "gate.h"
#include "lib.h"

#define PAGE ((uint64_t)FROND_PAGE_SIZE)

/* Where nk's own memory ends and the client's text begins and ends (link.ld). */
extern char nk_start[], client_start[], client_text_end[];

static struct nk_layout given; /* its areas: until nk starts */
static unsigned areas;
static struct nk *nk; /* NULL: it has not started */

/* trusted: the one cast from an address to what lies there: of places that nk_place has computed, in memory that is
 * nk's own from then on; and of the memory that only nk may write, for objects. */
static void *pointer(uint64_t address) { return (void *)(uintptr_t)address; }

static struct gate_answer answer(uint64_t code, uint64_t value) {
    return (struct gate_answer){code, value};
}

/* ---- The machine ------------------------------------------------------------------------------- */

enum { PMP_R = 1, PMP_W = 2, PMP_X = 4, PMP_TOR = 8 };
#define PMP_ENTRY(i, permissions) ((uint64_t)(PMP_TOR | (permissions)) << (8 * (i)))
#define PMP_END                   ((uint64_t)1 << 54) - 1

/* Entries 5 and on, above the client's text: data up to `begin`, then what it may only read, up to `end`. */
static void pmp_set(uint64_t begin, uint64_t end) {
    csr_write("pmpaddr5", begin >> 2);
    csr_write("pmpaddr6", end >> 2);
}

static void pmp_open(void) {
    csr_write("pmpaddr0", FROND_CTL_BASE >> 2);
    csr_write("pmpaddr1", (FROND_CTL_BASE + FROND_CTL_SIZE) >> 2);
    csr_write("pmpaddr2", FROND_VIRTIO_BASE >> 2);
    csr_write("pmpaddr3", (uint64_t)(uintptr_t)client_start >> 2);
    csr_write("pmpaddr4", (uint64_t)(uintptr_t)client_text_end >> 2);
    pmp_set((uint64_t)(uintptr_t)client_text_end, (uint64_t)(uintptr_t)client_text_end);
    csr_write("pmpaddr7", PMP_END);
    csr_write("pmpcfg0", PMP_ENTRY(0, PMP_R | PMP_W) | PMP_ENTRY(1, 0) |
                             PMP_ENTRY(2, PMP_R | PMP_W) | PMP_ENTRY(3, 0) |
                             PMP_ENTRY(4, PMP_R | PMP_X) | PMP_ENTRY(5, PMP_R | PMP_W) |
                             PMP_ENTRY(6, PMP_R) | PMP_ENTRY(7, PMP_R | PMP_W));
}

void gate_open(void) {
    csr_write("medeleg", 0xb1ff); /* all but the ecalls of S and M */
    csr_write("mideleg", MIE_SSIE | MIE_STIE | MIE_SEIE);
    csr_write("mcounteren", 7);
    csr_set("0x30a", (uint64_t)1 << 63); /* menvcfg.STCE */
    pmp_open();
}

/* ---- What is not nk's own ---------------------------------------------------------------------- */

static struct gate_answer give(uint64_t base, uint64_t pages, uint64_t unit) {
    if (nk != NULL)
        return answer(NK_BAD_CALL, 0);
    if (areas == NK_AREAS)
        return answer(NK_FULL, 0);
    given.area[areas++] = (struct nk_area){base, pages, unit};
    return answer(NK_OK, 0);
}

/* The region takes the first pages of the area that begins there, and leaves some for objects; what is then no
 * whole unit at its end is in no area. */
static enum nk_status make_room(struct nk_layout *l, uint64_t region, uint64_t objects) {
    struct nk_places at;
    uint64_t pages, left;
    unsigned k = 0;

    while (k < areas && l->area[k].base != region)
        k++;
    if (k == areas || region < (uint64_t)(uintptr_t)client_text_end ||
        nk_place(l, region, &at) != NK_OK) /* for more pages than will be left: it is enough */
        return NK_BAD_LAYOUT;
    pages = (at.end - region) / PAGE;
    if (pages > l->area[k].pages || objects > l->area[k].pages - pages)
        return NK_BAD_LAYOUT;
    left = l->area[k].pages - pages;
    if (l->area[k].unit > 1)
        left -= left % l->area[k].unit;
    l->area[k] = (struct nk_area){at.end, left, l->area[k].unit};
    l->own[0] = (struct nk_area){(uint64_t)(uintptr_t)nk_start,
                                 (uint64_t)(client_start - nk_start) / PAGE, 1};
    l->own[1] = (struct nk_area){region, pages, 1};
    l->objects = (struct nk_area){at.end, objects, 1};
    return NK_OK;
}

static struct gate_answer start(uint64_t children, uint64_t ranges, uint64_t region,
                                uint64_t objects) {
    struct nk_layout l = given;
    struct nk_places at;
    enum nk_status status;

    if (nk != NULL)
        return answer(NK_BAD_CALL, 0);
    l.children = children;
    l.ranges = ranges;
    status = make_room(&l, region, objects);
    if (status == NK_OK)
        status = nk_place(&l, region, &at);
    if (status == NK_OK)
        status = nk_init(pointer(at.nk), &l, &at,
                         &(struct nk_arrays){pointer(at.desc), pointer(at.range), pointer(at.page),
                                             pointer(at.child), pointer(l.objects.base)});
    if (status != NK_OK)
        return answer(status, 0);
    pmp_set(region, l.objects.base + objects * PAGE);
    nk = pointer(at.nk);
    return answer(NK_OK, at.nk);
}

static struct gate_answer enter(uint64_t child, uint64_t resume, uint64_t value) {
    uint64_t desc;
    enum nk_status status = nk_child_desc(nk, child, &desc);

    if (status == NK_OK)
        status = nk_child_set(nk, child, NK_FIELD_ANSWER, resume, value);
    if (status != NK_OK)
        return answer(status, 0);
    __asm__ volatile("sd %0, %1(%2)" ::"r"(desc), "I"(FROND_CTL_ENTER),
                     "r"((uint64_t)FROND_CTL_BASE)
                     : "memory");
    return answer(NK_OK, read64(FROND_CTL_BASE + FROND_CTL_STATUS));
}

static struct gate_answer who(void) {
    uint64_t label = read64(FROND_CTL_BASE + FROND_CTL_WHO);

    write64(FROND_CTL_BASE + FROND_CTL_WHO, 0);
    return answer(NK_OK, label);
}

struct gate_answer gate(uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                        uint64_t a5, uint64_t function, uint64_t extension) {
    const uint64_t arg[NK_ARGS] = {a0, a1, a2, a3, a4, a5};

    if (extension != GATE_EXTENSION)
        return answer(GATE_UNKNOWN, 0);
    switch (function) {
    case GATE_GIVE: return give(a0, a1, a2);
    case GATE_START: return start(a0, a1, a2, a3);
    case GATE_WHO: return who();
    default: break;
    }
    if (nk == NULL)
        return answer(NK_BAD_CALL, 0);
    if (function == GATE_ENTER)
        return enter(a0, a1, a2);
    return answer(nk_call(nk, function, arg), 0);
}
