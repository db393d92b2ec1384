/* memory.c - the functions of libc that a compiler may call. Words where both sides are aligned. */
#include "lib.h"

void *memcpy(void *to, const void *from, size_t n) {
    uint8_t *t = to;
    const uint8_t *f = from;

    if ((((uintptr_t)t | (uintptr_t)f) & 7) == 0) {
        for (; n >= 8; n -= 8, t += 8, f += 8)
            *(uint64_t *)(void *)t = *(const uint64_t *)(const void *)f;
    }
    while (n-- > 0)
        *t++ = *f++;
    return to;
}

void *memmove(void *to, const void *from, size_t n) {
    uint8_t *t = to;
    const uint8_t *f = from;

    if (t <= f)
        return memcpy(to, from, n);
    while (n-- > 0)
        t[n] = f[n];
    return to;
}

void *memset(void *to, int c, size_t n) {
    uint8_t *t = to;
    uint64_t word = 0x0101010101010101 * (uint8_t)c;

    for (; n > 0 && ((uintptr_t)t & 7) != 0; n--)
        *t++ = (uint8_t)c;
    for (; n >= 8; n -= 8, t += 8)
        *(uint64_t *)(void *)t = word;
    while (n-- > 0)
        *t++ = (uint8_t)c;
    return to;
}

int memcmp(const void *a, const void *b, size_t n) {
    const uint8_t *x = a, *y = b;

    for (; n > 0; n--, x++, y++) {
        if (*x != *y)
            return *x < *y ? -1 : 1;
    }
    return 0;
}

size_t strlen(const char *s) {
    size_t n = 0;

    while (s[n] != 0)
        n++;
    return n;
}
