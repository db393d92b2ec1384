/*
 * host.h - all that frond asks of the host: memory, files, a terminal, the clock.
 *
 * The only folder that makes system calls. Everything here reports failure by its result, with errno
 * set; nothing prints or exits.
 */
#ifndef FROND_HOST_H
#define FROND_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Zeroed memory by the page, taken from the host only when touched. NULL: none. */
void *host_reserve(size_t size);
void host_release(void *p, size_t size);
/* Zeroed memory for small things. */
void *host_alloc(size_t size);
void host_free(void *p);

/* A whole file in memory. NULL on failure (errno). Release by host_unmap. */
void *host_map_file(const char *path, size_t *size);
void host_unmap(void *p, size_t size);

/* Monotonic time in ns. */
uint64_t host_now(void);
/* Sleeps, at most ns, until `fd` has input (fd < 0: just sleeps). */
void host_wait(int fd, uint64_t ns);

/* Most bytes of memory that this process has had in use. */
uint64_t host_resident(void);

/* Signals that ask a program to end (INT, TERM, HUP, PIPE) call f, which may do what a signal handler may. */
void host_on_signal(void (*f)(int signal));

bool host_is_terminal(int fd);
/* The terminal on standard input in raw mode (no echo, no signals); false if it is none. */
bool host_raw(bool on);

struct dev_char;
struct dev_block;
/* Standard input and output. ^A x calls `leave` (on a terminal only). */
struct host_console {
    bool input_ended, after_escape, terminal;
    void (*leave)(void *opaque);
    void *opaque;
};
void host_console(struct host_console *c, struct dev_char *out);
/* A raw disk file. 0, or -1 (errno). */
struct host_disk {
    int fd;
};
int host_disk_open(struct host_disk *d, const char *path, bool read_only, struct dev_block *out);
void host_disk_close(struct host_disk *d);
/* Whether both are the same file. */
bool host_disk_same(const struct host_disk *a, const struct host_disk *b);

#endif
