/* control.c - calls, returns, indirect jumps and branches that depend on data. */
#include "work.h"

__attribute__((noinline)) static uint64_t fib(uint64_t n) {
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

uint64_t work_fib(uint64_t n, uint8_t *pool) {
    uint64_t sum = 0;

    (void)pool;
    for (uint64_t r = 0; r < n; r++)
        sum = sum * 31 + fib(24 + r % 4);
    return sum;
}

/* A stack machine, whose program counts down and makes a random number. */
uint64_t work_bytecode(uint64_t n, uint8_t *pool) {
    enum { PUSH, ADD, MUL, XOR, SWAP, DEC, JNZ, END };
    static const uint8_t code[] = {PUSH, 13,   MUL, PUSH, 7,   ADD, PUSH, 90,
                                   XOR,  SWAP, DEC, SWAP, JNZ, 0,   END};
    uint64_t stack[16] = {n, 1}, top = 1;

    (void)pool;
    for (uint32_t pc = 0;;) {
        switch (code[pc++]) {
        case PUSH: stack[++top] = code[pc++]; break;
        case ADD:
            top--;
            stack[top] += stack[top + 1];
            break;
        case MUL:
            top--;
            stack[top] *= stack[top + 1];
            break;
        case XOR:
            top--;
            stack[top] ^= stack[top + 1];
            break;
        case SWAP: {
            uint64_t t = stack[top];
            stack[top] = stack[top - 1];
            stack[top - 1] = t;
            break;
        }
        case DEC: stack[top]--; break;
        case JNZ: pc = stack[top - 1] != 0 ? code[pc] : pc + 1; break;
        default: return stack[top];
        }
    }
}

static uint64_t add(uint64_t a, uint64_t b) { return a + b; }
static uint64_t mix(uint64_t a, uint64_t b) { return (a ^ b) * 5; }
static uint64_t turn(uint64_t a, uint64_t b) { return (a << 7 | a >> 57) + b; }
static uint64_t sub(uint64_t a, uint64_t b) { return a - b * 3; }

/* Calls through a table, in an order of period 16. */
uint64_t work_indirect(uint64_t n, uint8_t *pool) {
    static uint64_t (*const kind[])(uint64_t, uint64_t) = {add, mix, turn, sub};
    static const uint8_t order[16] = {0, 1, 2, 3, 2, 0, 1, 1, 3, 0, 2, 2, 1, 3, 3, 0};
    uint64_t sum = 1;

    (void)pool;
    for (uint64_t r = 0; r < n; r++)
        sum = kind[order[r % 16]](sum, r);
    return sum;
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

uint64_t work_sort(uint64_t n, uint8_t *pool) {
    enum { COUNT = 1 << 20 };
    uint32_t *a = (uint32_t *)(void *)pool;
    uint64_t seed = 5, sum = 0;

    for (uint64_t r = 0; r < n; r++) {
        for (uint32_t i = 0; i < COUNT; i++)
            a[i] = work_random(&seed);
        quicksort(a, 0, COUNT - 1);
        for (uint32_t i = 0; i < COUNT; i += COUNT / 64)
            sum = sum * 31 + a[i];
    }
    return sum;
}
