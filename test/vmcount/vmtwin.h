// vmtwin.h: the virtual machine systems of spec/vm.maude once more, in C: scopes, states, steps, what must hold.
//
// Written from the rules' comments to be counted against them. Labels are indices; node 0 is the real machine.
#ifndef FROND_TEST_VMCOUNT_VMTWIN_H
#define FROND_TEST_VMCOUNT_VMTWIN_H

#include <stdbool.h>
#include <stdint.h>

#include "states.h"

enum { VM_NODES = 5, VM_CELLS = 24, VM_WORDS = 3, VM_NONE = 0xff };
enum vm_kind { VM_ONE, VM_TWO, VM_SENS };

struct vm_node {
    uint8_t parent, size, pool;
    uint8_t base[2];        // f (NP), f* (P)
    uint8_t vector, status; // addresses, or VM_NONE
};

struct vm_scope {
    const char *name;
    enum vm_kind kind;
    bool itself; // an interrupt sets the mode by itself; else it is fetched
    bool apart;  // two modes: a VMM for each
    bool slow;
    uint8_t words, perms; // how many of vm_words, vm_perms
    uint8_t nodes;
    struct vm_node node[VM_NODES];
};

// A cell: a datum below 0x40, or VM_TO | permission << 4 | target.
enum { VM_TO = 0x40 };
extern const uint8_t vm_words[VM_WORDS]; // what programs store: 0, 1, to(0, 3)
extern const uint8_t vm_perms[3];        // what VMMs give: 3, 0, 1

enum vm_exit { VM_QUIET, VM_IDLE, VM_INTERRUPT, VM_GAP, VM_SENSITIVE };

// Bytes only, so without padding. What a scope does not use is 0.
struct vm_state {
    uint8_t top;
    uint8_t cell[VM_CELLS];
    struct {
        uint8_t mode, act, line;
        uint8_t exit, arg[3]; // VM_GAP: node, address, need; VM_SENSITIVE: node, mode
    } cpu[VM_NODES];
};

struct vm_state vm_start(const struct vm_scope *sc);
// Adds all that one act makes of the state. False: no memory.
bool vm_step(const struct vm_scope *sc, const struct vm_state *st, struct states *to);
// Siblings realize no cell in common, and none in which their parent keeps a map.
bool vm_ok(const struct vm_scope *sc, const struct vm_state *st);

#endif
