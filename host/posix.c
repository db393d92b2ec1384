/* posix.c - host.h on POSIX. */
#define _DEFAULT_SOURCE
#include "host.h"
#include "../dev/dev.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

void *host_reserve(size_t size) {
    void *p = mmap(NULL, size ? size : 1, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    return p == MAP_FAILED ? NULL : p;
}

void host_release(void *p, size_t size) {
    if (p)
        munmap(p, size ? size : 1);
}

void *host_alloc(size_t size) { return calloc(1, size); }
void host_free(void *p) { free(p); }

void *host_map_file(const char *path, size_t *size) {
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    void *p = NULL;

    if (fd < 0)
        return NULL;
    if (fstat(fd, &st) == 0) {
        if (!S_ISREG(st.st_mode)) {
            errno = EINVAL;
        } else {
            *size = (size_t)st.st_size;
            p = mmap(NULL, *size ? *size : 1, PROT_READ, MAP_PRIVATE, fd, 0);
            p = p == MAP_FAILED ? NULL : p;
        }
    }
    int saved = errno;
    close(fd);
    errno = saved;
    return p;
}

void host_unmap(void *p, size_t size) { host_release(p, size); }

uint64_t host_now(void) {
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

void host_wait(int fd, uint64_t ns) {
    struct pollfd p = {.fd = fd, .events = POLLIN};
    uint64_t ms = (ns + 999999) / 1000000;

    poll(&p, fd >= 0 ? 1 : 0, ms > 3600000 ? 3600000 : (int)ms);
}

uint64_t host_resident(void) {
    struct rusage u;

    return getrusage(RUSAGE_SELF, &u) == 0 ? (uint64_t)u.ru_maxrss * 1024 : 0;
}

void host_on_signal(void (*f)(int signal)) {
    static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGPIPE};
    struct sigaction a = {.sa_handler = f};

    for (unsigned i = 0; i < sizeof ends / sizeof ends[0]; i++)
        sigaction(ends[i], &a, NULL);
}

bool host_is_terminal(int fd) { return isatty(fd) == 1; }

static struct termios cooked;

bool host_raw(bool on) {
    struct termios t;

    if (!on)
        return tcsetattr(STDIN_FILENO, TCSAFLUSH, &cooked) == 0;
    if (!isatty(STDIN_FILENO) || tcgetattr(STDIN_FILENO, &cooked) != 0)
        return false;
    t = cooked;
    t.c_iflag &= (tcflag_t) ~(IXON | ICRNL | INLCR | IGNCR | ISTRIP | BRKINT);
    t.c_lflag &= (tcflag_t) ~(ECHO | ICANON | ISIG | IEXTEN);
    t.c_cc[VMIN] = 1;
    t.c_cc[VTIME] = 0;
    return tcsetattr(STDIN_FILENO, TCSAFLUSH, &t) == 0;
}

/* Takes ^A x out of what was typed; ^A ^A is one ^A. */
static size_t without_escapes(struct host_console *c, uint8_t *buf, size_t n) {
    size_t kept = 0;

    for (size_t i = 0; i < n; i++) {
        bool escape = buf[i] == 1;
        if (c->after_escape && (buf[i] == 'x' || buf[i] == 'X')) {
            if (c->leave)
                c->leave(c->opaque);
        } else if (c->after_escape || !escape) {
            buf[kept++] = buf[i];
        }
        c->after_escape = !c->after_escape && escape;
    }
    return kept;
}

static long console_read(void *opaque, uint8_t *buf, size_t n) {
    struct host_console *c = opaque;
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};

    if (c->input_ended)
        return -1;
    if (poll(&p, 1, 0) <= 0 || (p.revents & (POLLIN | POLLHUP | POLLERR)) == 0)
        return 0;
    ssize_t got = read(STDIN_FILENO, buf, n);
    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (got <= 0) {
        c->input_ended = true;
        return -1;
    }
    return c->terminal ? (long)without_escapes(c, buf, (size_t)got) : (long)got;
}

static void console_write(void *opaque, const uint8_t *buf, size_t n) {
    (void)opaque;
    while (n > 0) {
        ssize_t put = write(STDOUT_FILENO, buf, n);
        if (put < 0 && errno != EINTR)
            return; /* nobody reads: the guest goes on */
        if (put > 0) {
            buf += put;
            n -= (size_t)put;
        }
    }
}

void host_console(struct host_console *c, struct dev_char *out) {
    *out = (struct dev_char){.opaque = c, .read = console_read, .write = console_write};
}

static int disk_read(void *opaque, uint64_t off, void *buf, size_t n) {
    const struct host_disk *d = opaque;
    uint8_t *to = buf;

    while (n > 0) {
        ssize_t got = pread(d->fd, to, n, (off_t)off);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return -1;
        to += got;
        off += (uint64_t)got;
        n -= (size_t)got;
    }
    return 0;
}

static int disk_write(void *opaque, uint64_t off, const void *buf, size_t n) {
    const struct host_disk *d = opaque;
    const uint8_t *from = buf;

    while (n > 0) {
        ssize_t put = pwrite(d->fd, from, n, (off_t)off);
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return -1;
        from += put;
        off += (uint64_t)put;
        n -= (size_t)put;
    }
    return 0;
}

static int disk_flush(void *opaque) {
    const struct host_disk *d = opaque;

    return fdatasync(d->fd);
}

int host_disk_open(struct host_disk *d, const char *path, bool read_only, struct dev_block *out) {
    struct stat st;

    d->fd = open(path, (read_only ? O_RDONLY : O_RDWR) | O_CLOEXEC);
    if (d->fd < 0)
        return -1;
    if (fstat(d->fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        close(d->fd);
        errno = EINVAL;
        return -1;
    }
    *out = (struct dev_block){.opaque = d,
                              .size = (uint64_t)st.st_size,
                              .read_only = read_only,
                              .read = disk_read,
                              .write = read_only ? NULL : disk_write,
                              .flush = read_only ? NULL : disk_flush};
    return 0;
}

void host_disk_close(struct host_disk *d) {
    if (d->fd >= 0)
        close(d->fd);
    d->fd = -1;
}

bool host_disk_same(const struct host_disk *a, const struct host_disk *b) {
    struct stat x, y;

    return fstat(a->fd, &x) == 0 && fstat(b->fd, &y) == 0 && x.st_dev == y.st_dev &&
           x.st_ino == y.st_ino;
}
