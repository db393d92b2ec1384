/*
 * sandbox.h - the process shuts itself in: from then on it computes, and reads and writes the files
 * that it has open; whoever took it over can do no more than that.
 *
 * Not in libfrond: a library does not shut its embedder in. `frond run` calls it (linked with
 * libseccomp) when everything is open and before the guest's first step. There is no way out again.
 *
 * The walls, kept by the kernel (seccomp, no new privileges):
 * - no file by name: open, openat, creat, stat, access, readlink... fail with EPERM;
 * - W^X: mmap and mprotect with PROT_EXEC fail with EPERM. A translator of code has both views of its
 *   memory mapped before, one to write and one to execute, and needs nothing more here;
 * - every other system call but those of the list in sandbox.c (exec, fork, ptrace, socket, kill of
 *   others, ioctl but for the terminal's modes...), and those of another ABI of the same machine, kill
 *   the process with SIGSYS.
 */
#ifndef FROND_HOST_SANDBOX_H
#define FROND_HOST_SANDBOX_H

#include <stdint.h>

struct sandbox {
    const int *keep; /* descriptors that stay open besides 0, 1 and 2: all others are closed */
    unsigned kept;
    uint64_t room; /* bytes by which the address space may still grow; 0: any */
};

/* 0; or -1, errno set, *what names what the host refused: the process may be half shut in. */
int sandbox_enter(const struct sandbox *s, const char **what);

#endif
