/*
 * work.c - nine kinds of work, one a run: boot argument do=N chooses, n=M says how much. The checksum
 * printed depends on these two only. Bare metal, M-mode, no device until the end.
 *
 *   1 sieve    2 fib (calls)   3 bytes   4 matrices (double)   5 bytecode   6 quicksort
 *   7 SHA-256  8 a chase through 64 MiB  9 a list, sorted by merging
 */
#include "lib.h"

static uint8_t pool[72u << 20] __attribute__((aligned(4096)));

static uint64_t next(uint64_t *s) {
    *s = *s * 6364136223846793005u + 1442695040888963407u;
    return *s >> 33;
}

static uint64_t sieve(uint64_t n) {
    enum { SIZE = 1 << 20 };
    uint64_t sum = 0;

    for (uint64_t r = 0; r < n; r++) {
        for (uint32_t i = 0; i < SIZE; i++)
            pool[i] = 1;
        for (uint32_t i = 2; i * i < SIZE; i++)
            for (uint32_t k = i * i; pool[i] && k < SIZE; k += i)
                pool[k] = 0;
        for (uint32_t i = 2; i < SIZE; i++)
            sum += pool[i];
    }
    return sum;
}

__attribute__((noinline)) static uint64_t fib(uint64_t n) {
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static uint64_t bytes(uint64_t n) {
    enum { SIZE = 4096 };
    uint64_t sum = 0;

    for (uint64_t r = 0; r < n; r++) {
        for (uint32_t i = 0; i < SIZE; i++)
            pool[i] = (uint8_t)(i * 7 + r);
        for (uint32_t i = 0; i < SIZE; i++)
            pool[SIZE + i] = pool[SIZE - 1 - i] ^ 0x55;
        for (uint32_t i = 0; i < 2 * SIZE; i++)
            sum = sum * 31 + pool[i];
    }
    return sum;
}

static uint64_t matrices(uint64_t n) {
    enum { SIDE = 96 };
    double(*a)[SIDE] = (void *)pool, (*b)[SIDE] = a + SIDE, (*c)[SIDE] = b + SIDE;
    uint64_t seed = 7, sum = 0;

    for (uint32_t i = 0; i < SIDE * SIDE; i++) {
        a[0][i] = (double)next(&seed) / 1e9;
        b[0][i] = (double)next(&seed) / 1e9;
    }
    for (uint64_t r = 0; r < n; r++) {
        for (uint32_t i = 0; i < SIDE; i++) {
            for (uint32_t j = 0; j < SIDE; j++) {
                double s = 0;
                for (uint32_t k = 0; k < SIDE; k++)
                    s += a[i][k] * b[k][j];
                c[i][j] = s;
            }
        }
        a[r % SIDE][0] += c[0][0] * 1e-6;
    }
    for (uint32_t i = 0; i < SIDE * SIDE; i++)
        sum = sum * 31 + (uint64_t)c[0][i];
    return sum;
}

/* A stack machine: counts down, adds, mixes. */
static uint64_t bytecode(uint64_t n) {
    enum { PUSH, ADD, XOR, DUP, SWAP, DEC, JNZ, END };
    static const uint8_t code[] = {PUSH, 13,   ADD, DUP,  PUSH, 7, XOR,
                                   ADD,  SWAP, DEC, SWAP, JNZ,  0, END};
    uint64_t stack[16] = {n, 1}, top = 1;

    for (uint32_t pc = 0;;) {
        switch (code[pc++]) {
        case PUSH: stack[++top] = code[pc++]; break;
        case ADD:
            top--;
            stack[top] += stack[top + 1];
            break;
        case XOR:
            top--;
            stack[top] ^= stack[top + 1];
            break;
        case DUP:
            stack[top + 1] = stack[top];
            top++;
            break;
        case SWAP: {
            uint64_t t = stack[top];
            stack[top] = stack[top - 1];
            stack[top - 1] = t;
            break;
        }
        case DEC: stack[top]--; break;
        case JNZ: pc = stack[top - 1] ? code[pc] : pc + 1; break;
        default: return stack[top];
        }
    }
}

static void quicksort(uint32_t *a, int64_t low, int64_t high) {
    while (low < high) {
        uint32_t pivot = a[(low + high) / 2];
        int64_t i = low, j = high;
        while (i <= j) {
            while (a[i] < pivot)
                i++;
            while (a[j] > pivot)
                j--;
            if (i <= j) {
                uint32_t t = a[i];
                a[i++] = a[j];
                a[j--] = t;
            }
        }
        quicksort(a, low, j);
        low = i;
    }
}

static uint64_t sorted(uint64_t n) {
    enum { COUNT = 1 << 20 };
    uint32_t *a = (void *)pool;
    uint64_t seed = 5, sum = 0;

    for (uint64_t r = 0; r < n; r++) {
        for (uint32_t i = 0; i < COUNT; i++)
            a[i] = (uint32_t)next(&seed);
        quicksort(a, 0, COUNT - 1);
        sum = sum * 31 + a[COUNT / 3];
    }
    return sum;
}

static uint32_t rotate(uint32_t x, unsigned n) { return x >> n | x << (32 - n); }

/* The compression function of SHA-256 with constants of our own: the work is the same. */
static uint64_t sha(uint64_t n) {
    static uint32_t k[64];
    uint32_t h[8] = {1, 2, 3, 4, 5, 6, 7, 8}, w[64];
    uint64_t seed = 3;

    for (uint32_t i = 0; i < 64; i++)
        k[i] = (uint32_t)next(&seed);
    for (uint64_t r = 0; r < n; r++) {
        uint32_t v[8];
        for (uint32_t i = 0; i < 16; i++)
            w[i] = h[i % 8] + i * (uint32_t)r;
        for (uint32_t i = 16; i < 64; i++)
            w[i] = w[i - 16] + w[i - 7] +
                   (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) +
                   (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10);
        memcpy(v, h, sizeof v);
        for (uint32_t i = 0; i < 64; i++) {
            uint32_t a = v[7] + (rotate(v[4], 6) ^ rotate(v[4], 11) ^ rotate(v[4], 25)) +
                         ((v[4] & v[5]) ^ (~v[4] & v[6])) + k[i] + w[i];
            uint32_t b = (rotate(v[0], 2) ^ rotate(v[0], 13) ^ rotate(v[0], 22)) +
                         ((v[0] & v[1]) ^ (v[0] & v[2]) ^ (v[1] & v[2]));
            v[7] = v[6], v[6] = v[5], v[5] = v[4], v[4] = v[3] + a;
            v[3] = v[2], v[2] = v[1], v[1] = v[0], v[0] = a + b;
        }
        for (uint32_t i = 0; i < 8; i++)
            h[i] += v[i];
    }
    return (uint64_t)h[0] << 32 | h[7];
}

/* One cycle through all places, in an order that no cache foresees. */
static uint64_t chase(uint64_t n) {
    enum { COUNT = (64 << 20) / 64 };
    struct place {
        struct place *next;
        uint64_t rest[7];
    } *p = (void *)pool, *at = p;
    uint64_t sum = 0;

    for (uint32_t i = 0; i < COUNT; i++) /* odd factor: a permutation */
        p[(uint32_t)(i * 40503u) % COUNT].next = &p[(uint32_t)((i + 1) * 40503u) % COUNT];
    for (uint64_t r = 0; r < n; r++) {
        at = at->next;
        sum += (uint64_t)(at - p);
    }
    return sum;
}

struct link {
    struct link *next;
    uint64_t key;
};

static struct link *merge(struct link *a, struct link *b) {
    struct link head, *last = &head;

    while (a && b) {
        struct link **from = a->key <= b->key ? &a : &b;
        last->next = *from;
        last = *from;
        *from = last->next;
    }
    last->next = a ? a : b;
    return head.next;
}

static uint64_t lists(uint64_t n) {
    enum { COUNT = 1 << 12 };
    struct link *p = (void *)pool;
    uint64_t seed = 9, sum = 0;

    for (uint64_t r = 0; r < n; r++) {
        struct link *bin[32] = {NULL}, *all = NULL;
        for (uint32_t i = 0; i < COUNT; i++) {
            struct link *one = &p[i];
            unsigned b = 0;
            *one = (struct link){NULL, next(&seed)};
            for (; bin[b]; b++) {
                one = merge(bin[b], one);
                bin[b] = NULL;
            }
            bin[b] = one;
        }
        for (unsigned b = 0; b < 32; b++)
            all = merge(bin[b], all);
        for (uint32_t i = 0; i < COUNT / 2; i++)
            all = all->next;
        sum = sum * 31 + all->key;
    }
    return sum;
}

int main(uint64_t hart, const void *tree) {
    static uint64_t (*const work[])(uint64_t) = {sieve,  fib, bytes, matrices, bytecode,
                                                 sorted, sha, chase, lists};
    uint64_t which = bootarg(tree, "do", 1), n = bootarg(tree, "n", 1);

    (void)hart;
    __asm__ volatile("csrs mstatus, %0" ::"r"(0x6000ul)); /* floating point on */
    if (which < 1 || which > sizeof work / sizeof work[0]) {
        print("work: do=%lu: should be 1 to 9\n", which);
        return 2;
    }
    print("work %lu n %lu checksum %016lx\n", which, n, work[which - 1](n));
    return 0;
}
