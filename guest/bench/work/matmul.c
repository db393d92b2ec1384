/*
 * matmul.c - matrices of doubles. All values are whole and below 2^53, so the result is the same
 * whether a compiler contracts a product and a sum or not. The native build has this file not vectorized.
 */
#include "work.h"

enum { SIDE = 192 };

static void multiply(double (*a)[SIDE], double (*b)[SIDE], double (*c)[SIDE]) {
    for (uint32_t i = 0; i < SIDE; i++) {
        for (uint32_t j = 0; j < SIDE; j++) {
            double s = 0;

            for (uint32_t k = 0; k < SIDE; k++)
                s += a[i][k] * b[k][j];
            c[i][j] = s;
        }
    }
}

uint64_t work_matmul(uint64_t n, uint8_t *pool) {
    double(*a)[SIDE] = (void *)pool, (*b)[SIDE] = a + SIDE, (*c)[SIDE] = b + SIDE;
    uint64_t seed = 7, sum = 0;

    for (uint32_t i = 0; i < SIDE; i++) {
        for (uint32_t j = 0; j < SIDE; j++) {
            a[i][j] = (double)(work_random(&seed) % 65536);
            b[i][j] = (double)(work_random(&seed) % 65536) - 32768;
        }
    }
    for (uint64_t r = 0; r < n; r++) {
        multiply(a, b, c);
        a[r % SIDE][r * 7 % SIDE] = (double)(r % 65536);
        for (uint32_t i = 0; i < SIDE; i++)
            sum = sum * 31 + (uint64_t)(int64_t)c[i][(i + r) % SIDE];
    }
    return sum;
}
