/*
 * random.c - a fuzz target without libFuzzer: inputs by seed, as fast as the plain library runs.
 * random FIRST COUNT: input n is made of seed n alone; the seed of a finding is the last one printed.
 * random INPUT...: each file once.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t next(uint64_t *s) {
    uint64_t z = *s += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static void replay(const char *path) {
    static uint8_t data[1 << 20];
    FILE *f = fopen(path, "rb");
    if (!f) {
        perror(path);
        exit(2);
    }
    size_t n = fread(data, 1, sizeof data, f);
    fclose(f);
    LLVMFuzzerTestOneInput(data, n);
}

int main(int argc, char **argv) {
    static uint8_t data[1024];
    char *end;
    uint64_t first = argc == 3 ? strtoull(argv[1], &end, 0) : 0;
    if (argc != 3 || *end != 0) {
        for (int i = 1; i < argc; i++)
            replay(argv[i]);
        return 0;
    }
    uint64_t count = strtoull(argv[2], NULL, 0);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (uint64_t n = first; n < first + count; n++) {
        uint64_t s = n;
        size_t size = 16 + next(&s) % (sizeof data - 16);
        if (next(&s) % 2)
            size /= 8;
        for (size_t i = 0; i < size; i++)
            data[i] = (uint8_t)next(&s);
        printf("seed %llu\n", (unsigned long long)n);
        LLVMFuzzerTestOneInput(data, size);
    }
    printf("%llu passed, 0 failed\n", (unsigned long long)count);
    return 0;
}
