/*
 * cpuloop.c - the work of mix.c, bare metal.
 *
 * Boot argument iterations=N (default 200). The checksum printed depends on N only. Nothing here
 * touches a device, a timer or another mode until the end.
 */
#include "lib.h"
#include "mix.h"

int main(uint64_t hart, const void *tree) {
    uint64_t iterations = bootarg(tree, "iterations", 200);

    print("cpuloop iterations %lu checksum %04x\n", iterations,
          mix(iterations, 0x1975 + (uint32_t)hart));
    return 0;
}
