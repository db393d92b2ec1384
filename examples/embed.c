/*
 * embed.c - frond inside a program: a machine with one device of the program's own.
 *
 * The device lies at 0x20000000, where node 0 has nothing. Each access there comes back to frond_enter's
 * caller as a FAULT, and is answered: a load of the first word reads 12, a store to the second prints.
 *
 *     cc embed.c $(pkg-config --cflags --libs frond)
 */
#include <frond.h>
#include <stdio.h>

static const uint32_t program[] = {
    0x20000537, /* lui  a0, 0x20000      the device */
    0x00052583, /* lw   a1, 0(a0)        12 */
    0x02b585b3, /* mul  a1, a1, a1 */
    0x00b52223, /* sw   a1, 4(a0)        printed */
    0x00100637, /* lui  a2, 0x100        the finisher */
    0x000056b7, /* lui  a3, 0x5 */
    0x55568693, /* addi a3, a3, 0x555    0x5555: the end */
    0x00d62023, /* sw   a3, 0(a2) */
};

int main(void) {
    struct frond_options o;

    frond_options_default(&o);
    o.memory = 1 << 20;
    o.keep_gaps = true; /* give us what no range of node 0 answers */
    struct frond *m = frond_new(&o);
    if (!m || frond_load(m, FROND_RAM_BASE, program, sizeof program))
        return 1;

    struct frond_desc *node = frond_desc(m);
    while (frond_enter(m) == FROND_OK && node->exit.reason == FROND_EXIT_FAULT) {
        const struct frond_access *e = &node->exit;
        node->resume = FROND_DENY;
        if (e->addr == 0x20000000 && e->kind == FROND_FAULT_LOAD) {
            node->value = 12;
            node->resume = FROND_DONE;
        } else if (e->addr == 0x20000004 && e->kind == FROND_FAULT_STORE) {
            printf("the guest says %u\n", (unsigned)e->value);
            node->resume = FROND_DONE;
        }
    }
    bool ended = node->exit.reason == FROND_EXIT_HALT;
    printf("%s after %llu steps\n", ended ? "halted" : "lost", (unsigned long long)frond_now(m));
    frond_free(m);
    return !ended;
}
