/*
 * sandbox.c - an engine process that its guest has taken over, in the sandbox and without it.
 *
 * Each attempt of rows.c runs twice in a process of its own, called by a device from inside of
 * frond_enter: after sandbox_enter, as `frond run` calls it, and without. Then what a run needs must
 * work in there, and of all system calls there are no others may be answered than are listed here.
 * Last line: `N passed, N failed`.
 *
 * usage: sandbox-test
 */
#define _GNU_SOURCE
#include "../../dev/dev.h"
#include "../../host/sandbox.h"
#include "frond.h"
#include "rows.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned passed, failed;

static void result(bool ok, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void result(bool ok, const char *name, const char *format, ...) {
    va_list args;

    ok ? passed++ : failed++;
    if (ok)
        return;
    printf("FAIL %s: ", name);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

/* ---- The process ------------------------------------------------------------------------------------ */

/* How a process ended: 0: done; an errno; or SIGNAL + the signal. */
enum { SIGNAL = 1000, STUCK = 251 };

static const char *text_of(int end) {
    return end == 0 ? "done" : end > SIGNAL ? strsignal(end - SIGNAL) : strerror(end);
}

struct job {
    const char *folder;
    bool open;     /* without the sandbox */
    uint64_t room; /* of the sandbox */
    long (*attempt)(const struct loot *l);
    struct loot loot;
};

static void need(bool ok, const char *what) {
    if (ok)
        return;
    perror(what);
    exit(2);
}

static int file(const struct job *j, const char *name, int flags) {
    char path[256];
    int fd;

    snprintf(path, sizeof path, "%s/%s", j->folder, name);
    fd = open(path, flags | O_CREAT, 0600);
    need(fd >= 0 && pwrite(fd, "frond", 5, 0) == 5, path);
    if (flags & O_CLOEXEC)
        return fd;
    close(fd);
    fd = open(path, O_RDONLY);
    need(fd >= 0, path);
    return fd;
}

/* What `frond run` has when it enters the sandbox, and what it does not know of. */
static void gather(struct job *j) {
    static char path[256];

    snprintf(path, sizeof path, "%s/target.new", j->folder);
    remove(path); /* an attempt without the sandbox may have made it */
    snprintf(path, sizeof path, "%s/target", j->folder);
    j->loot.path = path;
    close(file(j, "target", O_RDWR | O_CLOEXEC));
    j->loot.drive = file(j, "drive", O_RDWR | O_CLOEXEC);
    j->loot.archive = file(j, "archive", O_RDWR);
    j->loot.forgotten = file(j, "forgotten", O_RDWR | O_CLOEXEC);
    j->loot.trace = fdopen(dup(j->loot.drive), "w");
    need(j->loot.trace != NULL, "fdopen");
    j->loot.ram = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    need(j->loot.ram != MAP_FAILED, "mmap");
}

/* The UART's other end: the guest has said something, and now it is in the engine. */
static void taken_over(void *opaque, const uint8_t *buf, size_t n) {
    const struct job *j = opaque;

    (void)buf;
    (void)n;
    _exit(j->attempt(&j->loot) < 0 ? errno : 0);
}

static long no_input(void *opaque, uint8_t *buf, size_t n) {
    (void)opaque;
    (void)buf;
    (void)n;
    return -1;
}

/* A machine whose guest says one letter. */
static struct frond *machine(const struct dev_char *uart) {
    static const uint32_t code[] = {
        0x10000537, /* lui a0, 0x10000 */
        0x05800593, /* li a1, 'X' */
        0x00b50023, /* sb a1, 0(a0) */
        0x0000006f, /* j . */
    };
    struct frond_options o;

    frond_options_default(&o);
    o.memory = 1 << 20;
    struct frond *m = frond_new(&o);
    if (m && (frond_attach_uart(m, uart) || frond_load(m, FROND_RAM_BASE, code, sizeof code)))
        return NULL;
    if (m)
        frond_desc(m)->budget = 1000;
    return m;
}

static void shut_in(const struct sandbox *s) {
    const char *what = "";
    int status = sandbox_enter(s, &what);

    need(status == 0, what);
}

static void enter(const struct job *j) {
    const int keep[] = {j->loot.archive, fileno(j->loot.trace), j->loot.drive};

    shut_in(&(struct sandbox){.keep = keep, .kept = 3, .room = j->room});
}

enum { MOST_SECONDS = 20 };

static void child(struct job *j) {
    const struct dev_char uart = {j, no_input, taken_over};
    struct frond *m = machine(&uart);
    static const struct rlimit no_core;

    setrlimit(RLIMIT_CORE, &no_core);
    alarm(MOST_SECONDS);
    need(m != NULL, "machine");
    if (!j->open)
        enter(j);
    frond_enter(m);
    _exit(STUCK); /* the guest said nothing */
}

static int end_of(pid_t pid) {
    int status;

    need(waitpid(pid, &status, 0) == pid, "waitpid");
    return WIFSIGNALED(status) ? SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);
}

/* How the attempt ended; *spared: the bystander has not been harmed by it. */
static int run(struct job j, bool *spared) {
    gather(&j);
    fflush(stdout);
    j.loot.victim = fork();
    if (j.loot.victim == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        pause();
    }
    pid_t pid = fork();
    if (pid == 0)
        child(&j);
    int end = end_of(pid);
    *spared = waitpid(j.loot.victim, &(int){0}, WNOHANG) == 0;
    if (*spared) {
        kill(j.loot.victim, SIGKILL);
        waitpid(j.loot.victim, NULL, 0);
    }
    fclose(j.loot.trace);
    close(j.loot.drive);
    close(j.loot.archive);
    close(j.loot.forgotten);
    munmap(j.loot.ram, 4096);
    return end;
}

/* ---- Walls ------------------------------------------------------------------------------------------ */

static void walls(const char *folder) {
    for (unsigned i = 0; i < row_count; i++) {
        const struct row *r = &rows[i];
        struct job j = {.folder = folder, .attempt = r->attempt};
        int wall = r->wall == KILLED ? SIGNAL + SIGSYS : EPERM;
        bool spared, unused;
        int in = run(j, &spared);
        j.open = true;
        int out = run(j, &unused);

        result(in == wall && spared, r->name, "in the sandbox: %s%s", text_of(in),
               spared ? "" : ", a bystander was harmed");
        result(r->sure ? out == 0 : out != wall, r->name, "without the sandbox: %s", text_of(out));
    }
}

/* ---- What a run needs ------------------------------------------------------------------------------- */

static long use_drive(const struct loot *l) {
    char bytes[5];

    return pwrite(l->drive, "wrote", 5, 0) == 5 && pread(l->drive, bytes, 5, 0) == 5 &&
                   memcmp(bytes, "wrote", 5) == 0 && fdatasync(l->drive) == 0
               ? 0
               : -1;
}

static long read_archive(const struct loot *l) {
    char bytes[5];

    return pread(l->archive, bytes, 5, 0) == 5 ? 0 : -1;
}

static long write_archive(const struct loot *l) { return pwrite(l->archive, "x", 1, 0); }
static long read_forgotten(const struct loot *l) { return pread(l->forgotten, &(char){0}, 1, 0); }

/* As after a reset of the guest. */
static struct frond_code *code; /* made outside */

static long new_machine(const struct loot *l) {
    static const struct dev_char uart = {NULL, no_input, NULL};
    struct frond_options o;

    (void)l;
    frond_options_default(&o);
    o.memory = (uint64_t)1 << 30;
    o.code = code;
    struct frond *m = frond_new(&o);
    bool ok = code && m && !frond_attach_uart(m, &uart) &&
              !frond_load(m, FROND_RAM_BASE, &(uint32_t){0x6f}, 4);
    if (ok)
        frond_desc(m)->budget = 1000;
    ok = ok && frond_enter(m) == FROND_OK && frond_now(m) == 1000;
    frond_free(m);
    return ok ? 0 : -1;
}

static int compare(const void *a, const void *b) { return memcmp(a, b, 64); }

static long use_heap(const struct loot *l) {
    size_t n = 1 << 16;
    char *p = NULL;

    (void)l;
    for (size_t size = 64; size <= 64 * n; size *= 4)
        if (!(p = realloc(p, size)))
            return -1;
    memset(p, 7, 64 * n);
    qsort(p, n, 64, compare);
    free(p);
    return 0;
}

static long use_stdio(const struct loot *l) {
    FILE *f = l->trace;

    for (int i = 0; i < 10000; i++)
        fprintf(f, "%d %f\n", i, i * 0.5);
    return fclose(f);
}

static long use_poll(const struct loot *l) {
    struct pollfd p = {.fd = l->drive, .events = POLLIN};

    return poll(&p, 1, 0);
}

static long use_terminal(const struct loot *l) {
    (void)l;
    return isatty(0) || isatty(l->drive) || errno == ENOTTY ? 0 : -1;
}

static long use_abort(const struct loot *l) {
    (void)l;
    abort();
}

static long take_room(const struct loot *l) {
    (void)l;
    return mmap(NULL, 128 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1
                                                                                              : 0;
}

static void needs(const char *folder) {
    static const struct {
        const char *name;
        long (*attempt)(const struct loot *l);
        int end;
        uint64_t room;
    } need_row[] = {
        {"a drive is read, written and flushed", use_drive, 0, 0},
        {"a read-only drive is read", read_archive, 0, 0},
        {"... and cannot be written", write_archive, EBADF, 0},
        {"a descriptor that the run did not open is closed", read_forgotten, EBADF, 0},
        {"a new machine of 1 GiB runs", new_machine, 0, 0},
        {"memory grows, much of it is sorted", use_heap, 0, 0},
        {"a stream is written and closed", use_stdio, 0, 0},
        {"input is waited for", use_poll, 0, 0},
        {"whether it is a terminal", use_terminal, 0, 0},
        {"abort() says so", use_abort, SIGNAL + SIGABRT, 0},
        {"128 MiB more, without a limit", take_room, 0, 0},
        {"128 MiB more, of 256", take_room, 0, 256 << 20},
        {"128 MiB more, of 64", take_room, ENOMEM, 64 << 20},
    };

    code = frond_code_new();
    for (unsigned i = 0; i < sizeof need_row / sizeof need_row[0]; i++) {
        struct job j = {.folder = folder, .attempt = need_row[i].attempt, .room = need_row[i].room};
        bool spared;
        int end = run(j, &spared);
        result(end == need_row[i].end && spared, need_row[i].name, "%s, should be: %s",
               text_of(end), strerror(need_row[i].end));
    }
}

/* ---- All system calls ------------------------------------------------------------------------------- */

/* Those that are answered even with zeros for arguments; mmap, ioctl and tgkill are not. */
static const int answered[] = {
    SYS_brk,           SYS_mprotect,     SYS_munmap,          SYS_mremap,         SYS_madvise,
    SYS_read,          SYS_write,        SYS_writev,          SYS_pread64,        SYS_pwrite64,
    SYS_lseek,         SYS_fdatasync,    SYS_fstat,           SYS_close,          SYS_ppoll,
    SYS_clock_gettime, SYS_gettimeofday, SYS_getrusage,       SYS_sysinfo,        SYS_getpid,
    SYS_gettid,        SYS_futex,        SYS_rt_sigaction,    SYS_rt_sigprocmask, SYS_rt_sigreturn,
    SYS_exit,          SYS_exit_group,   SYS_restart_syscall,
#ifdef SYS_poll
    SYS_poll,
#endif
};

enum { CALLS = 600 };

/* x86's uretprobe and uprobe: the kernel lets them by every filter; they do nothing where no probe is. */
static bool is_probe(long call) {
#ifdef __x86_64__
    return call == 335 || call == 336;
#else
    return call < 0;
#endif
}

static bool is_answered(long call) {
    for (unsigned i = 0; i < sizeof answered / sizeof answered[0]; i++)
        if (answered[i] == call)
            return true;
    return false;
}

static void try_call(long call) {
    static const struct rlimit no_core;

    setrlimit(RLIMIT_CORE, &no_core);
    alarm(MOST_SECONDS);
    shut_in(&(struct sandbox){.keep = NULL});
    const struct timespec now = {0, 0}; /* for ppoll: zeros would wait for ever */
    long r = syscall(call, 0, 0, call == SYS_ppoll ? &now : NULL, 0, 0, 0);
    _exit(r < 0 ? errno : 0);
}

static void every_call(void) {
    unsigned others = 0;

    for (long call = 0; call < CALLS; call++) {
        if (is_probe(call))
            continue;
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0)
            try_call(call);
        int end = end_of(pid);
        bool wall = end == SIGNAL + SIGSYS || end == EPERM;
        others += wall != !is_answered(call);
        if (wall != !is_answered(call))
            printf("system call %ld: %s\n", call, text_of(end));
    }
    result(others == 0, "of all system calls, those listed and no others are answered",
           "%u are not as listed", others);
}

/* ---- Privilege -------------------------------------------------------------------------------------- */

static long status_field(pid_t pid, const char *name) {
    char path[64], line[256];
    long value = -1;
    FILE *f;

    snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    f = fopen(path, "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, name, strlen(name)) == 0)
            value = strtol(line + strlen(name), NULL, 10);
    if (f)
        fclose(f);
    return value;
}

static void privilege(void) {
    int ready[2];
    char byte;

    need(pipe(ready) == 0, "pipe");
    pid_t pid = fork();
    if (pid == 0) {
        shut_in(&(struct sandbox){.keep = ready, .kept = 2});
        need(write(ready[1], "x", 1) == 1, "write");
        poll(NULL, 0, 60000);
        _exit(0);
    }
    need(read(ready[0], &byte, 1) == 1, "read");
    result(status_field(pid, "NoNewPrivs:") == 1, "no new privileges", "%ld",
           status_field(pid, "NoNewPrivs:"));
    result(status_field(pid, "Seccomp:") == 2, "a filter of system calls", "%ld",
           status_field(pid, "Seccomp:"));
    /* A wait that was stopped goes on by restart_syscall. */
    kill(pid, SIGSTOP);
    waitpid(pid, NULL, WUNTRACED);
    kill(pid, SIGCONT);
    usleep(100000);
    result(waitpid(pid, NULL, WNOHANG) == 0, "stopped and continued, it waits on", "it has ended");
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

int main(void) {
    char folder[] = "/tmp/frond-sandbox-XXXXXX", path[256];

    need(mkdtemp(folder) != NULL, folder);
    walls(folder);
    needs(folder);
    every_call();
    privilege();
    snprintf(path, sizeof path, "rm -rf %s", folder);
    need(system(path) == 0, path);
    printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
