/* integer.c - integers and bytes, with loops that an engine can keep in registers. */
#include "work.h"

/* ---- SHA-256 (FIPS 180-4) of a message of n blocks of 64 bytes 0, 1, .. 63 --------------------- */

static const uint32_t sha_k[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate(uint32_t x, unsigned n) { return x >> n | x << (32 - n); }

/* w[0..15]: the block. */
static void sha_block(uint32_t h[8], uint32_t w[64]) {
    uint32_t v[8];

    for (unsigned i = 16; i < 64; i++)
        w[i] = w[i - 16] + w[i - 7] +
               (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) +
               (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10);
    for (unsigned i = 0; i < 8; i++)
        v[i] = h[i];
    for (unsigned i = 0; i < 64; i++) {
        uint32_t a = v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) +
                     ((v[4] & v[5]) ^ (~v[4] & v[6])) + sha_k[i] + w[i];
        uint32_t b = (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) +
                     ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
        v[7] = v[6], v[6] = v[5], v[5] = v[4], v[4] = v[3] + a;
        v[3] = v[2], v[2] = v[1], v[1] = v[0], v[0] = a + b;
    }
    for (unsigned i = 0; i < 8; i++)
        h[i] += v[i];
}

/* The first 8 bytes of the digest. */
uint64_t work_sha256(uint64_t n, uint8_t *pool) {
    uint32_t h[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                     0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    uint32_t w[64];

    for (unsigned i = 0; i < 64; i++)
        pool[i] = (uint8_t)i;
    for (uint64_t r = 0; r < n; r++) {
        for (unsigned i = 0; i < 16; i++)
            w[i] = (uint32_t)pool[4 * i] << 24 | (uint32_t)pool[4 * i + 1] << 16 |
                   (uint32_t)pool[4 * i + 2] << 8 | pool[4 * i + 3];
        sha_block(h, w);
    }
    for (unsigned i = 0; i < 14; i++)
        w[i] = i == 0 ? 0x80000000 : 0;
    w[14] = (uint32_t)(n * 512 >> 32), w[15] = (uint32_t)(n * 512);
    sha_block(h, w);
    return (uint64_t)h[0] << 32 | h[1];
}

/* ---- Strings, byte by byte: fill, copy, length, compare, hash ---------------------------------- */

uint64_t work_bytes(uint64_t n, uint8_t *pool) {
    enum { SIZE = 4096 };
    uint8_t *to = pool + SIZE;
    uint64_t sum = 0;

    for (uint64_t r = 0; r < n; r++) {
        uint32_t length = 0, equal = 0;

        for (uint32_t i = 0; i < SIZE - 1; i++)
            pool[i] = (uint8_t)((i * 7 + r) | 1);
        pool[SIZE - 1 - r % 64] = 0;
        do
            to[length] = pool[length];
        while (pool[length++] != 0);
        to[r * 31 % SIZE] ^= 0x20;
        while (equal < length && to[equal] == pool[equal])
            equal++;
        for (uint32_t i = 0; i < length; i++)
            sum = sum * 31 + to[i];
        sum += equal;
    }
    return sum;
}

/* ---- Primes below 2^20 -------------------------------------------------------------------------- */

uint64_t work_sieve(uint64_t n, uint8_t *pool) {
    enum { SIZE = 1 << 20 };
    uint64_t sum = 0;

    for (uint64_t r = 0; r < n; r++) {
        for (uint32_t i = 0; i < SIZE; i++)
            pool[i] = 1;
        for (uint32_t i = 2; i * i < SIZE; i++)
            for (uint32_t k = i * i; pool[i] != 0 && k < SIZE; k += i)
                pool[k] = 0;
        for (uint32_t i = 2; i < SIZE; i++)
            sum += pool[i];
    }
    return sum;
}

/* ---- Geometry in integers: how often a closed line crosses itself, its area, who is near whom --- */

struct point {
    int32_t x, y;
};

/* Twice the area of abc, with sign. */
static int64_t turn(struct point a, struct point b, struct point c) {
    return (int64_t)(b.x - a.x) * (c.y - a.y) - (int64_t)(b.y - a.y) * (c.x - a.x);
}

static bool cross(struct point a, struct point b, struct point c, struct point d) {
    return (turn(a, b, c) > 0) != (turn(a, b, d) > 0) && (turn(c, d, a) > 0) != (turn(c, d, b) > 0);
}

static uint64_t nearest(const struct point *p, uint32_t count) {
    uint64_t least = UINT64_MAX;

    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = i + 1; j < count; j++) {
            int64_t dx = p[i].x - p[j].x, dy = p[i].y - p[j].y;
            uint64_t d = (uint64_t)(dx * dx + dy * dy);
            if (d < least)
                least = d;
        }
    }
    return least;
}

uint64_t work_geo(uint64_t n, uint8_t *pool) {
    enum { COUNT = 512 };
    struct point *p = (struct point *)(void *)pool;
    uint64_t seed = 11, sum = 0;

    for (uint64_t r = 0; r < n; r++) {
        int64_t area = 0;

        for (uint32_t i = 0; i < COUNT; i++) {
            p[i].x = (int32_t)(work_random(&seed) % 65536) - 32768;
            p[i].y = (int32_t)(work_random(&seed) % 65536) - 32768;
        }
        p[COUNT] = p[0];
        for (uint32_t i = 0; i < COUNT; i++) {
            area += (int64_t)p[i].x * p[i + 1].y - (int64_t)p[i + 1].x * p[i].y;
            for (uint32_t j = i + 2; j < COUNT; j++)
                sum += cross(p[i], p[i + 1], p[j], p[j + 1]);
        }
        sum = sum * 31 + (uint64_t)(area / 3) + nearest(p, COUNT);
    }
    return sum;
}
