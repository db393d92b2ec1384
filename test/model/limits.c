// limits.c: what the C twin alone has: the ends of 64 bits, and an invariant walker that can say no.
#include "../../model/nkmodel.h"

#include <stdio.h>

static bool location_over_64_bits(void) {
    const uint64_t digit[] = {1, 0, UINT64_MAX};
    uint64_t loc = 7;
    bool over = mem_location(64, digit, 2, &loc);
    bool carry = mem_location(1, (const uint64_t[]){UINT64_MAX / 2 + 1, 0}, 2, &loc);
    bool sum = mem_location(1, (const uint64_t[]){1, UINT64_MAX}, 2, &loc);
    return !over && !carry && !sum && loc == 7;
}

static bool location_of_64_bits(void) {
    uint64_t loc = 0, one = UINT64_MAX;
    const uint64_t digit[] = {UINT32_MAX, UINT32_MAX};
    bool whole = mem_location(64, &one, 1, &loc) && loc == UINT64_MAX;
    return whole && mem_location(32, digit, 2, &loc) && loc == UINT64_MAX;
}

static bool address_of_64_bits(void) {
    uint64_t digit[64];
    return mem_address_cells(UINT64_MAX, 64) == 1 && mem_address_cells(UINT64_MAX, 1) == 64 &&
           mem_address(UINT64_MAX, 64, UINT64_MAX - 1, digit) && digit[0] == UINT64_MAX - 1;
}

static bool too_many_cells(void) {
    struct mem m;
    struct mem_bitmem b = {0};
    bool wrap = mem_zero(&m, UINT64_MAX, 1, 8) == MEM_NO_HOST;
    return wrap && mem_bitmem_square(&b, 64) == MEM_NO_HOST && b.n == 0;
}

// An entry whose targets would pass the last location is outside, not at the start.
static bool target_wraps(void) {
    struct mem_system s = {0};
    struct mem m;
    struct mem_store st;
    if (mem_zero(&m, 0, 4, 8) || mem_system_add(&s, &m) || mem_store_open(&st, &s))
        return false;
    struct mem_entry e = {0, 4, UINT64_MAX - 1, MEM_READ};
    bool good = mem_store_map(&st, &e) == MEM_OUTSIDE && st.n == 0;
    mem_store_free(&st);
    mem_system_free(&s);
    mem_free(&m);
    return good;
}

// The last location that a range can hold is 2^64-2, and an entry may lead there.
static bool last_location(void) {
    struct mem_system s = {0};
    struct mem m;
    struct mem_store st;
    struct mem_seen seen = {0};
    struct mem_entry e = {0, 4, UINT64_MAX - 4, MEM_READ};
    if (mem_zero(&m, UINT64_MAX - 4, 4, 8) || mem_system_add(&s, &m) || mem_store_open(&st, &s))
        return false;
    bool good = !mem_store_map(&st, &e) && !mem_store_read(&st, 3, &seen) && seen.there;
    good = good && mem_look(&m, UINT64_MAX, &seen) == MEM_OUTSIDE;
    mem_store_free(&st);
    mem_system_free(&s);
    mem_free(&m);
    return good;
}

// mem_valid of a good memory, and after each thing that must not be.
static bool walker(void) {
    struct mem m;
    if (mem_zero(&m, 0, 3, 4))
        return false;
    bool good = mem_valid(&m);
    m.cells.at[1].loc = 0;
    good = good && !mem_valid(&m);
    m.cells.at[1].loc = 1;
    m.cells.at[2].loc = 3;
    good = good && !mem_valid(&m);
    m.cells.at[2].loc = 2;
    m.cells.at[2].datum = 16;
    good = good && !mem_valid(&m);
    m.cells.at[2].datum = 15;
    good = good && mem_valid(&m);
    m.perm = 4;
    good = good && !mem_valid(&m);
    m.perm = MEM_READ;
    m.width = 65;
    good = good && !mem_valid(&m);
    m.width = 4;
    good = good && !mem_ranges_add(&m.bounds, 8, 7) && !mem_valid(&m);
    m.bounds.at[1].lo = 7;
    good = good && !mem_valid(&m);
    mem_free(&m);
    return good;
}

int main(void) {
    static const struct {
        const char *name;
        bool (*test)(void);
    } row[] = {
        {"a location over 64 bits is refused", location_over_64_bits},
        {"a location of 64 bits is not", location_of_64_bits},
        {"addresses of 64 bits", address_of_64_bits},
        {"more cells than locations", too_many_cells},
        {"a target that wraps is outside", target_wraps},
        {"the last location", last_location},
        {"mem_valid can say no", walker},
    };
    unsigned failed = 0, rows = sizeof row / sizeof *row;
    for (unsigned k = 0; k < rows; k++) {
        bool good = row[k].test();
        failed += !good;
        if (!good)
            printf("FAIL %s\n", row[k].name);
    }
    printf("%u passed, %u failed\n", rows - failed, failed);
    return failed != 0;
}
