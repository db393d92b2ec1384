/* image.c - see image.h. */
#include "image.h"
#include "frond_abi.h"

static const uint64_t page_mask = FROND_PAGE_SIZE - 1;

/* No size in an archive is larger, so that sums of a few never wrap. */
#define LARGEST ((uint64_t)1 << 48)

static uint64_t page_up(uint64_t n) { return (n + page_mask) & ~page_mask; }

static const char *bytes(const struct image *a, uint64_t at) { return (const char *)a + at; }

const struct image_node *image_node(const struct image *a, uint32_t index) {
    return (const struct image_node *)(const void *)bytes(a, a->node_at) + index;
}

const struct image_payload *image_payload(const struct image *a, uint32_t index) {
    return (const struct image_payload *)(const void *)bytes(a, a->payload_at) + index;
}

const struct image_piece *image_piece(const struct image *a, uint32_t index) {
    return (const struct image_piece *)(const void *)bytes(a, a->piece_at) + index;
}

const void *image_data(const struct image *a, const struct image_piece *p) {
    return bytes(a, p->offset);
}

const char *image_text(const struct image *a, uint32_t index) {
    const char *t = bytes(a, a->text_at);

    while (index-- > 0) {
        while (*t != 0)
            t++;
        t++;
    }
    return t;
}

uint64_t image_fanout(const struct image *a, const struct image_node *n) {
    uint64_t sum = 0;

    for (uint32_t i = 0; i < n->children; i++)
        sum += image_node(a, n->first + i)->repeat;
    return sum;
}

/* ---- Sizes ----------------------------------------------------------------------------------- */

/* RAM of a child whose size does not hang on its parent's: 0 if it does. */
static uint64_t fixed_ram(const struct image_node *child) {
    if (child->memory != 0)
        return child->memory;
    return child->children != 0 ? child->need : 0;
}

/* What a nucleus keeps for one child, its RAM included. */
static uint64_t child_room(const struct image_node *c) {
    uint64_t ram = fixed_ram(c), room = IMAGE_CHILD_ROOM + ram;

    if ((c->flags & (IMAGE_SHARE | IMAGE_PAGED)) != 0)
        room += page_up(ram / FROND_PAGE_SIZE * IMAGE_RANGE_ROOM);
    return room;
}

/* Bytes of nk's records, where RAM has so many bytes left for them and for what they are of. */
static uint64_t records(uint64_t left, uint64_t unit) {
    return left / unit * IMAGE_UNIT_ROOM + IMAGE_UNIT_ROOM;
}

static uint64_t divisor(uint64_t a, uint64_t b) {
    while (b != 0) {
        uint64_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

static uint64_t unit(const struct image_node *n, const struct image_node *child) {
    uint64_t all = 0;

    for (uint32_t i = 0; i < n->children; i++) {
        if (fixed_ram(&child[i]) == 0 || (child[i].flags & (IMAGE_SHARE | IMAGE_PAGED)) != 0)
            return FROND_PAGE_SIZE;
        all = divisor(all, fixed_ram(&child[i]));
    }
    return all;
}

uint64_t image_unit(const struct image *a, const struct image_node *n) {
    return unit(n, image_node(a, n->first));
}

static bool shares(const struct image_node *n, const struct image_node *child) {
    for (uint32_t i = 0; i < n->children; i++)
        if ((child[i].flags & IMAGE_SHARE) != 0)
            return true;
    return false;
}

bool image_shares(const struct image *a, const struct image_node *n) {
    return shares(n, image_node(a, n->first));
}

/* What a node of this archive needs. `child` are its children's records, complete. */
static uint64_t need(const struct image *a, const struct image_node *n,
                     const struct image_node *child) {
    uint64_t sum = IMAGE_NUCLEUS_ROOM;

    if (n->children == 0)
        return n->memory;
    if (n->pool != 0)
        sum += n->pool + page_up(n->pool / FROND_PAGE_SIZE * IMAGE_FRAME_ROOM);
    for (uint32_t i = 0; i < n->children; i++) {
        uint64_t one = child_room(&child[i]);

        if (child[i].repeat == 0 || one >= LARGEST / child[i].repeat)
            return LARGEST;
        sum += one * child[i].repeat;
        if (sum >= LARGEST)
            return LARGEST;
    }
    sum += records(sum, unit(n, child));
    if (shares(n, child))
        sum += records(a->size, FROND_PAGE_SIZE);
    return page_up(sum);
}

uint64_t image_child_ram(const struct image *a, const struct image_node *n, uint64_t ram,
                         const struct image_node *child) {
    uint64_t weights = 0, left;

    if (ram < n->need)
        return 0;
    if (fixed_ram(child) != 0)
        return fixed_ram(child);
    for (uint32_t i = 0; i < n->children; i++) {
        const struct image_node *c = image_node(a, n->first + i);

        if (fixed_ram(c) == 0)
            weights += (uint64_t)c->weight * c->repeat;
    }
    left = ram - n->need;
    left -= records(left, FROND_PAGE_SIZE) < left ? records(left, FROND_PAGE_SIZE) : left;
    return left / weights * child->weight & ~page_mask;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void copy(void *to, const void *from, size_t n) {
    uint8_t *t = to;
    const uint8_t *f = from;

    for (size_t i = 0; i < n; i++)
        t[i] = f[i];
}

/* Where everything goes. */
static struct image plan(const struct image_source *s) {
    struct image a = {.magic = IMAGE_MAGIC};

    a.nodes = s->nodes;
    a.payloads = s->payloads;
    a.pieces = s->pieces;
    a.texts = s->texts;
    a.node_at = sizeof a;
    a.payload_at = a.node_at + (uint64_t)s->nodes * sizeof *s->node;
    a.piece_at = a.payload_at + (uint64_t)s->payloads * sizeof *s->payload;
    a.text_at = a.piece_at + (uint64_t)s->pieces * sizeof *s->piece;
    for (uint32_t i = 0; i < s->texts; i++) {
        const char *t = s->text[i];

        while (*t++ != 0)
            a.text_size++;
        a.text_size++;
    }
    a.size = page_up(a.text_at + a.text_size);
    for (uint32_t i = 0; i < s->pieces; i++)
        a.size += page_up(s->piece[i].size);
    return a;
}

static void put_nodes(struct image *a, const struct image_source *s) {
    struct image_node *n = (struct image_node *)(void *)((char *)a + a->node_at);

    copy(n, s->node, (size_t)s->nodes * sizeof *n);
    for (uint32_t i = s->nodes; i-- > 0;) {
        bool known = n[i].first > i && (uint64_t)n[i].first + n[i].children <= s->nodes;

        n[i].need = n[i].children == 0 || known ? need(a, &n[i], &n[n[i].first]) : 0;
    }
}

static void put_texts(struct image *a, const struct image_source *s) {
    char *to = (char *)a + a->text_at;

    for (uint32_t i = 0; i < s->texts; i++) {
        const char *t = s->text[i];

        while ((*to++ = *t++) != 0)
            continue;
    }
}

static void put_pieces(struct image *a, const struct image_source *s) {
    struct image_piece *p = (struct image_piece *)(void *)((char *)a + a->piece_at);
    uint64_t at = page_up(a->text_at + a->text_size);

    for (uint32_t i = 0; i < s->pieces; i++) {
        p[i] = s->piece[i];
        p[i].offset = at;
        copy((char *)a + at, s->data[i], p[i].size);
        at += page_up(p[i].size);
    }
}

size_t image_write(void *to, size_t room, const struct image_source *s) {
    struct image head = plan(s);
    struct image *a = to;

    if (to == NULL)
        return head.size;
    if (head.size > room)
        return 0;
    for (uint64_t i = 0; i < head.size / sizeof(uint64_t); i++)
        ((uint64_t *)to)[i] = 0;
    *a = head;
    put_nodes(a, s);
    copy((char *)a + a->payload_at, s->payload, (size_t)s->payloads * sizeof *s->payload);
    put_texts(a, s);
    put_pieces(a, s);
    return image_check(a, head.size) == NULL ? head.size : 0;
}

/* ---- Checking -------------------------------------------------------------------------------- */

/* Whether `n` things of `each` bytes at `at` lie in an archive of `size`. */
static bool inside(uint64_t at, uint64_t n, uint64_t each, uint64_t size) {
    return at % 8 == 0 && at <= size && n <= (size - at) / each;
}

static const char *check_node(const struct image *a, uint32_t i) {
    const struct image_node *n = image_node(a, i);

    if (n->payload >= a->payloads || n->args >= a->texts)
        return "a record names a payload or text that is not there";
    if (n->children != 0 &&
        (n->first <= i || n->first >= a->nodes || n->children > a->nodes - n->first))
        return "a record's children are not after it";
    if ((n->children != 0) != (n->payload == 0))
        return "children without the nucleus, or a nucleus without children";
    if (n->repeat == 0 || n->weight == 0)
        return "repeat or weight is 0";
    if (((n->memory | n->pool) & page_mask) != 0 || n->memory >= LARGEST || n->pool >= LARGEST ||
        n->need >= LARGEST)
        return "a size is not in pages, or too large";
    if (n->children != 0 && n->memory != 0 && n->memory < n->need)
        return "a nucleus has less memory than its children need";
    if (n->children != 0 && n->need != need(a, n, image_node(a, n->first)))
        return "a need is wrong";
    if ((n->flags & (IMAGE_SHARE | IMAGE_PAGED)) != 0 && fixed_ram(n) == 0)
        return "a shared or paged node without a size of its own";
    if ((n->flags & ~(uint32_t)IMAGE_FLAGS) != 0 || n->virtio >> FROND_VIRTIO_SLOTS != 0)
        return "an unknown flag or slot";
    return NULL;
}

static const char *check_piece(const struct image *a, uint32_t i) {
    const struct image_piece *p = image_piece(a, i);

    if (p->at != IMAGE_INITRD && ((p->at & page_mask) != 0 || p->at < FROND_RAM_BASE))
        return "a piece is not on a page of RAM";
    if (p->size >= LARGEST || (p->offset & page_mask) != 0 ||
        !inside(p->offset, p->size, 1, a->size))
        return "a piece's data is not in the archive";
    return NULL;
}

static const char *check_texts(const struct image *a) {
    uint64_t ends = 0;

    for (uint64_t i = 0; i < a->text_size; i++)
        ends += bytes(a, a->text_at)[i] == 0;
    if (a->texts == 0 || ends != a->texts || bytes(a, a->text_at)[0] != 0 ||
        bytes(a, a->text_at)[a->text_size - 1] != 0)
        return "the texts are not in order";
    return NULL;
}

const char *image_check(const void *archive, size_t size) {
    const struct image *a = archive;
    const char *wrong;

    if (size < sizeof *a || a->magic != IMAGE_MAGIC)
        return "no archive";
    if (a->size > size || a->size < sizeof *a || (a->size & page_mask) != 0 ||
        !inside(a->node_at, a->nodes, sizeof(struct image_node), a->size) ||
        !inside(a->payload_at, a->payloads, sizeof(struct image_payload), a->size) ||
        !inside(a->piece_at, a->pieces, sizeof(struct image_piece), a->size) ||
        !inside(a->text_at, a->text_size, 1, a->size) || a->text_size == 0 || a->nodes == 0)
        return "a table is not in the archive";
    if ((wrong = check_texts(a)) != NULL)
        return wrong;
    for (uint32_t i = 0; i < a->payloads; i++) {
        const struct image_payload *p = image_payload(a, i);

        if (p->first > a->pieces || p->pieces > a->pieces - p->first || (p->pc & 1) != 0)
            return "a payload names a piece that is not there";
    }
    for (uint32_t i = 0; i < a->pieces; i++) {
        if ((wrong = check_piece(a, i)) != NULL)
            return wrong;
    }
    for (uint32_t i = 0; i < a->nodes; i++) {
        if ((wrong = check_node(a, i)) != NULL)
            return wrong;
    }
    return NULL;
}

/* ---- Starting a node ------------------------------------------------------------------------- */

/* "node=" and a number. */
static void node_word(char *to, uint32_t n) {
    char digit[10];
    int k = 0;

    copy(to, "node=", 5);
    to += 5;
    do {
        digit[k++] = (char)('0' + n % 10);
        n /= 10;
    } while (n != 0);
    while (k > 0)
        *to++ = digit[--k];
    *to = 0;
}

static void describe(const struct image *a, uint32_t index, uint64_t ram, struct image_boot *b) {
    const struct image_node *n = image_node(a, index);
    struct fdt_machine *t = &b->tree;

    *t = (struct fdt_machine){.ram_size = ram, .seed = n->seed, .virtio = n->virtio};
    t->uart = (n->flags & IMAGE_UART) != 0;
    if (n->payload == 0) {
        node_word(b->args, index);
        t->bootargs = b->args;
        t->archive = FROND_RAM_BASE + ram;
        t->archive_size = a->size;
    } else if (n->args != 0) {
        t->bootargs = image_text(a, n->args);
    }
}

/* Places the initrd and the tree, from the end of RAM downwards. False: no room. */
static bool place(const struct image *a, const struct image_payload *p, struct image_boot *b) {
    uint64_t end = FROND_RAM_BASE + b->tree.ram_size;

    for (uint32_t i = 0; i < p->pieces; i++) {
        const struct image_piece *e = image_piece(a, p->first + i);

        if (e->at == IMAGE_INITRD)
            b->tree.initrd_size = e->size;
    }
    b->dtb_size = fdt_write(NULL, 0, &b->tree);
    if (b->dtb_size == 0 || page_up(b->dtb_size) + page_up(b->tree.initrd_size) > b->tree.ram_size)
        return false;
    b->dtb = end - page_up(b->dtb_size);
    b->initrd = b->dtb - page_up(b->tree.initrd_size);
    b->tree.initrd = b->initrd;
    return true;
}

bool image_boot(const struct image *a, uint32_t index, uint64_t ram, struct image_boot *b) {
    const struct image_payload *p = image_payload(a, image_node(a, index)->payload);

    if ((ram & page_mask) != 0 || ram >= LARGEST)
        return false;
    describe(a, index, ram, b);
    b->pc = p->pc;
    if (!place(a, p, b))
        return false;
    for (uint32_t i = 0; i < p->pieces; i++) {
        const struct image_piece *e = image_piece(a, p->first + i);

        if (e->at != IMAGE_INITRD && (e->at >= b->initrd || e->size > b->initrd - e->at))
            return false;
    }
    return true;
}

uint64_t image_piece_at(const struct image_piece *p, const struct image_boot *b) {
    return p->at == IMAGE_INITRD ? b->initrd : p->at;
}
