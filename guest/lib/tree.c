/*
 * tree.c - reads a flattened device tree, one pass a question.
 *
 * Every offset is checked against the tree's own size, and that against 1 MiB: a bad tree gives
 * "not there", never a stray access.
 */
#include "lib.h"

enum { BEGIN = 1, END = 2, PROP = 3, NOP = 4 };
enum { DEPTH = 8, LARGEST = 1 << 20 };

static uint32_t be32(const uint8_t *p) {
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

bool tree_ok(const void *tree) {
    const uint8_t *t = tree;

    return tree != NULL && ((uintptr_t)tree & 3) == 0 && be32(t) == 0xd00dfeed &&
           be32(t + 4) >= 40 && be32(t + 4) <= LARGEST && be32(t + 8) < be32(t + 4) &&
           be32(t + 12) < be32(t + 4);
}

/* Length of the string at `at`, or -1 if it does not end in the tree. */
static int64_t text(const uint8_t *t, uint32_t at) {
    uint32_t size = be32(t + 4), i = at;

    while (i < size && t[i] != 0)
        i++;
    return i < size ? (int64_t)(i - at) : -1;
}

/* Number of characters of the path's first component (path begins after its slash). */
static uint32_t component(const char *path) {
    uint32_t n = 0;

    while (path[n] != 0 && path[n] != '/')
        n++;
    return n;
}

/* Whether a node's name is the component: wholly, or up to its unit address. */
static bool named(const uint8_t *name, const char *want, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) {
        if (name[i] != (uint8_t)want[i])
            return false;
    }
    return name[n] == 0 || name[n] == '@';
}

static bool prop_named(const uint8_t *t, uint32_t name_at, const char *name) {
    uint64_t at = (uint64_t)be32(t + 12) + name_at;
    size_t n = strlen(name);

    return at < be32(t + 4) && text(t, (uint32_t)at) == (int64_t)n && memcmp(t + at, name, n) == 0;
}

struct tree_prop tree_find(const void *tree, const char *path, const char *name) {
    const struct tree_prop none = {NULL, 0};
    const uint8_t *t = tree;
    const char *left[DEPTH]; /* of the path, at each depth; NULL: the node is not on it */
    uint32_t at, size, depth = 0;

    if (!tree_ok(tree))
        return none;
    at = be32(t + 8);
    size = be32(t + 4);
    while (at % 4 == 0 && at <= size - 4) {
        uint32_t token = be32(t + at);

        at += 4;
        if (token == BEGIN) {
            int64_t n = text(t, at);
            const char *want = depth == 0 ? path : left[depth - 1];

            if (n < 0 || depth == DEPTH)
                return none;
            left[depth] = NULL;
            if (depth == 0) {
                left[0] = path[0] == '/' ? path + 1 : path;
            } else if (want != NULL && want[0] != 0 && named(t + at, want, component(want))) {
                want += component(want);
                left[depth] = *want == '/' ? want + 1 : want;
            }
            depth++;
            at += ((uint32_t)n + 4) & ~3u;
        } else if (token == END && depth > 0) {
            depth--;
        } else if (token == PROP && depth > 0 && size - at >= 8) {
            uint32_t n = be32(t + at), name_at = be32(t + at + 4);

            at += 8;
            if (n > size - at)
                return none;
            if (left[depth - 1] != NULL && left[depth - 1][0] == 0 && prop_named(t, name_at, name))
                return (struct tree_prop){t + at, n};
            at += (n + 3) & ~3u;
        } else if (token != NOP) {
            return none;
        }
    }
    return none;
}

uint32_t tree_u32(struct tree_prop p, uint32_t n) {
    return p.size / 4 > n ? be32((const uint8_t *)p.value + 4 * (size_t)n) : 0;
}

uint64_t tree_u64(struct tree_prop p, uint32_t n) {
    if (p.size / 8 <= n)
        return 0;
    return (uint64_t)tree_u32(p, 2 * n) << 32 | tree_u32(p, 2 * n + 1);
}

static unsigned digit(char c) {
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a' + 10);
    return 16;
}

static uint64_t number(const char *s) {
    unsigned base = s[0] == '0' && s[1] == 'x' ? 16 : 10;
    uint64_t v = 0;

    for (s += base == 16 ? 2 : 0; digit(*s) < base; s++)
        v = v * base + digit(*s);
    return v;
}

uint64_t bootarg(const void *tree, const char *word, uint64_t otherwise) {
    struct tree_prop p = tree_find(tree, "/chosen", "bootargs");
    const char *s = p.value, *end;
    size_t n = strlen(word);

    if (s == NULL || p.size == 0 || s[p.size - 1] != 0)
        return otherwise;
    end = s + p.size;
    for (; (size_t)(end - s) > n; s++) {
        if ((s == (const char *)p.value || s[-1] == ' ') && memcmp(s, word, n) == 0 && s[n] == '=')
            return number(s + n + 1);
    }
    return otherwise;
}
