/* sandbox.c - sandbox.h on Linux, by libseccomp. */
#define _GNU_SOURCE
#include "sandbox.h"
#include <errno.h>
#include <limits.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

/* A system call; with conditions on arguments, which must all hold. */
struct rule {
    int call;
    unsigned conditions;
    struct scmp_arg_cmp condition[2];
};
#define CALL(name)                                                                                 \
    { .call = SCMP_SYS(name) }
#define CALL_IF(name, ...)                                                                         \
    {                                                                                              \
        .call = SCMP_SYS(name),                                                                    \
        .conditions = sizeof((struct scmp_arg_cmp[]){__VA_ARGS__}) / sizeof(struct scmp_arg_cmp),  \
        .condition = {                                                                             \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define IS(n, value)                                                                               \
    { n, SCMP_CMP_EQ, value, 0 }
#define BITS(n, mask, v)                                                                           \
    { n, SCMP_CMP_MASKED_EQ, mask, v }

/* What is needed once everything is open. */
static const struct rule allowed[] = {
    /* memory, never executable: malloc's, and a machine's that is made anew after a reset */
    CALL(brk),
    CALL_IF(mmap, BITS(2, PROT_EXEC, 0), BITS(3, MAP_ANONYMOUS, MAP_ANONYMOUS)),
    CALL_IF(mprotect, BITS(2, PROT_EXEC, 0)),
    CALL(munmap),
    CALL(mremap),
    CALL(madvise),
    /* files that are open: console, drives, trace, statistics */
    CALL(read),
    CALL(write),
    CALL(writev),
    CALL(pread64),
    CALL(pwrite64),
    CALL(lseek),
    CALL(fdatasync),
    CALL(fstat),
    CALL(close),
    CALL(poll),
    CALL(ppoll),
    CALL_IF(ioctl, IS(1, TCGETS)),
    CALL_IF(ioctl, IS(1, TCSETS)),
    CALL_IF(ioctl, IS(1, TCSETSW)),
    CALL_IF(ioctl, IS(1, TCSETSF)),
    /* time, and what it cost */
    CALL(clock_gettime),
    CALL(gettimeofday),
    CALL(getrusage),
    CALL(sysinfo), /* glibc's qsort */
    /* this process itself */
    CALL(getpid),
    CALL(gettid),
    CALL(futex),
    CALL(rt_sigaction),
    CALL(rt_sigprocmask),
    CALL(rt_sigreturn),
    CALL(restart_syscall),
    CALL(exit),
    CALL(exit_group),
};

/* What fails with EPERM, because a C library may try it in passing and go on without. */
static const struct rule refused[] = {
    CALL(open),
    CALL(openat),
    CALL(openat2),
    CALL(creat),
    CALL(stat),
    CALL(lstat),
    CALL(newfstatat),
    CALL(statx),
    CALL(access),
    CALL(faccessat),
    CALL(faccessat2),
    CALL(readlink),
    CALL(readlinkat),
    CALL_IF(mmap, BITS(2, PROT_EXEC, PROT_EXEC)),
    CALL_IF(mprotect, BITS(2, PROT_EXEC, PROT_EXEC)),
};

static int add(scmp_filter_ctx f, uint32_t action, const struct rule *rule, size_t count) {
    int bad = 0;

    for (size_t i = 0; !bad && i < count; i++)
        bad =
            seccomp_rule_add_array(f, action, rule[i].call, rule[i].conditions, rule[i].condition);
    return bad;
}

/* abort() ends this process, and no other. */
static int add_abort(scmp_filter_ctx f) {
    const struct scmp_arg_cmp own[] = {IS(0, (scmp_datum_t)getpid()), IS(2, SIGABRT)};

    return seccomp_rule_add_array(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 2, own);
}

/* The filter, over all threads. libseccomp sets no_new_privs first, and kills what calls by another ABI. */
static int filter(void) {
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int bad = f ? 0 : -ENOMEM;

    if (!bad)
        bad = seccomp_attr_set(f, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (!bad)
        bad = seccomp_attr_set(f, SCMP_FLTATR_CTL_TSYNC, 1);
    if (!bad)
        bad = seccomp_attr_set(f, SCMP_FLTATR_API_SYSRAWRC, 1);
    if (!bad)
        bad = add(f, SCMP_ACT_ALLOW, allowed, sizeof allowed / sizeof allowed[0]);
    if (!bad)
        bad = add(f, SCMP_ACT_ERRNO(EPERM), refused, sizeof refused / sizeof refused[0]);
    if (!bad)
        bad = add_abort(f);
    if (!bad)
        bad = seccomp_load(f);
    if (f)
        seccomp_release(f);
    errno = -bad;
    return bad ? -1 : 0;
}

/* The least descriptor to keep from `from` on; UINT_MAX: none. */
static unsigned next_kept(const struct sandbox *s, unsigned from) {
    unsigned least = UINT_MAX;

    for (unsigned i = 0; i < s->kept; i++)
        if (s->keep[i] >= (int)from && (unsigned)s->keep[i] < least)
            least = (unsigned)s->keep[i];
    return least;
}

/* Closes all descriptors from 3 on but those of s. */
static int close_others(const struct sandbox *s) {
    for (unsigned from = 3;;) {
        unsigned kept = next_kept(s, from);
        if (kept > from && close_range(from, kept - (kept != UINT_MAX), 0) != 0)
            return -1;
        if (kept == UINT_MAX)
            return 0;
        from = kept + 1;
    }
}

/* Address space in use, in bytes; 0 on failure. */
static uint64_t space_used(void) {
    unsigned long pages = 0;
    FILE *f = fopen("/proc/self/statm", "r");

    if (!f)
        return 0;
    if (fscanf(f, "%lu", &pages) != 1)
        pages = 0;
    fclose(f);
    return (uint64_t)pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

static int limit_space(uint64_t room) {
    uint64_t used = space_used();
    struct rlimit now, l = {.rlim_cur = used + room, .rlim_max = used + room};

    if (used == 0 || getrlimit(RLIMIT_AS, &now) != 0)
        return -1;
    if (l.rlim_max < used || l.rlim_max > now.rlim_max)
        return 0; /* what stands is narrower */
    return setrlimit(RLIMIT_AS, &l);
}

int sandbox_enter(const struct sandbox *s, const char **what) {
    *what = "closing other descriptors";
    if (close_others(s) != 0)
        return -1;
    *what = "limiting the address space";
    if (s->room != 0 && limit_space(s->room) != 0)
        return -1;
    *what = "seccomp";
    return filter();
}
