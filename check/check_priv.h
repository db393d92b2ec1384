/* check_priv.h - what the files of check/ share among themselves. */
#ifndef FROND_CHECK_PRIV_H
#define FROND_CHECK_PRIV_H

#include "check.h"

enum { VM_TEXT = 32 };
/* What is wrong with the nested kernel on frames; 0: nothing. */
enum { NK_BROKEN = 1 };

/* The label of a node, 0.1.2; VM_TEXT bytes. */
const char *vm_label(const struct vm_scope *, unsigned k, char *out);

extern const char *const check_end_names[]; /* by enum check_end */

/* doubt.c: judges of their own, for the verifier; they share the model's layout of states, and no more. */

/* What is wrong with a state of the run; 0: nothing. A run without a hypothesis is asked only for what
 * follows from its loss. */
unsigned doubt_state(const struct check_run *, const uint8_t *state);
/* Is this wrong with the step from s to t, or with t? fault: what the step function itself found. */
bool doubt_wrong(const struct check_run *, const struct check_wrong *, const uint8_t *s,
                 const uint8_t *t, unsigned fault);

#endif
