/* rows.c - the attempts. */
#define _GNU_SOURCE
#include "rows.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#define ATTEMPT(name, ...)                                                                         \
    static long name(const struct loot *l) {                                                       \
        (void)l;                                                                                   \
        __VA_ARGS__                                                                                \
    }

static char *const words[] = {"true", NULL};
static char *const nothing[] = {NULL};

/* ---- Files by name ------------------------------------------------------------------------------ */

ATTEMPT(do_openat, return syscall(SYS_openat, AT_FDCWD, l->path, O_RDONLY);)
ATTEMPT(do_openat_write, return syscall(SYS_openat, AT_FDCWD, l->path, O_RDWR);)
ATTEMPT(do_openat2, struct open_how how = {.flags = O_RDONLY};
        return syscall(SYS_openat2, AT_FDCWD, l->path, &how, sizeof how);)
ATTEMPT(do_path, return syscall(SYS_openat, AT_FDCWD, l->path, O_PATH);)
ATTEMPT(do_tmpfile, return syscall(SYS_openat, AT_FDCWD, "/tmp", O_TMPFILE | O_RDWR, 0600);)
ATTEMPT(do_folder, return syscall(SYS_openat, AT_FDCWD, "/", O_RDONLY | O_DIRECTORY);)
ATTEMPT(do_self_mem, return syscall(SYS_openat, AT_FDCWD, "/proc/self/mem", O_RDWR);)
ATTEMPT(do_self_exe, return syscall(SYS_openat, AT_FDCWD, "/proc/self/exe", O_RDONLY);)
/* What is open to read, once more, to write. */
ATTEMPT(do_reopen, char path[64]; snprintf(path, sizeof path, "/proc/self/fd/%d", l->archive);
        return syscall(SYS_openat, AT_FDCWD, path, O_RDWR);)
ATTEMPT(do_statx, struct statx s; return syscall(SYS_statx, AT_FDCWD, l->path, 0, STATX_ALL, &s);)
ATTEMPT(do_newfstatat, struct stat s; return syscall(SYS_newfstatat, AT_FDCWD, l->path, &s, 0);)
ATTEMPT(do_faccessat, return syscall(SYS_faccessat, AT_FDCWD, l->path, R_OK);)
ATTEMPT(do_readlinkat, char to[64];
        return syscall(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", to, sizeof to);)
ATTEMPT(do_unlinkat, return syscall(SYS_unlinkat, AT_FDCWD, l->path, 0);)
ATTEMPT(do_renameat2, char to[256]; snprintf(to, sizeof to, "%s.new", l->path);
        return syscall(SYS_renameat2, AT_FDCWD, l->path, AT_FDCWD, to, 0);)
ATTEMPT(do_linkat, char to[256]; snprintf(to, sizeof to, "%s.new", l->path);
        return syscall(SYS_linkat, AT_FDCWD, l->path, AT_FDCWD, to, 0);)
ATTEMPT(do_symlinkat, char to[256]; snprintf(to, sizeof to, "%s.new", l->path);
        return syscall(SYS_symlinkat, l->path, AT_FDCWD, to);)
ATTEMPT(do_mkdirat, char to[256]; snprintf(to, sizeof to, "%s.new", l->path);
        return syscall(SYS_mkdirat, AT_FDCWD, to, 0700);)
ATTEMPT(do_fchmodat, return syscall(SYS_fchmodat, AT_FDCWD, l->path, 0666);)
ATTEMPT(do_truncate, return syscall(SYS_truncate, l->path, 0);)
ATTEMPT(do_chdir, return syscall(SYS_chdir, "/");)
ATTEMPT(do_chroot, return syscall(SYS_chroot, "/");)
ATTEMPT(do_getcwd, char to[4096]; return syscall(SYS_getcwd, to, sizeof to);)
ATTEMPT(do_mount, return syscall(SYS_mount, NULL, NULL, NULL, 0, NULL);)
ATTEMPT(do_by_handle, return syscall(SYS_open_by_handle_at, AT_FDCWD, NULL, O_RDONLY);)
ATTEMPT(do_inotify, return syscall(SYS_inotify_init1, 0);)
ATTEMPT(do_fanotify, return syscall(SYS_fanotify_init, 0, 0);)

/* ---- Files that are open -------------------------------------------------------------------------- */

ATTEMPT(do_ftruncate, return syscall(SYS_ftruncate, l->drive, 0);)
ATTEMPT(do_fallocate, return syscall(SYS_fallocate, l->drive, 0, 0, 1 << 20);)
ATTEMPT(do_fchmod, return syscall(SYS_fchmod, l->drive, 0666);)
ATTEMPT(do_fcntl, return syscall(SYS_fcntl, l->drive, F_SETFL, O_APPEND);)
ATTEMPT(do_dup, return syscall(SYS_dup, l->drive);)
ATTEMPT(do_flock, return syscall(SYS_flock, l->drive, 2);)
ATTEMPT(do_sendfile, return syscall(SYS_sendfile, l->drive, l->archive, NULL, 1);)
ATTEMPT(do_copy_range, return syscall(SYS_copy_file_range, l->archive, NULL, l->drive, NULL, 1, 0);)
ATTEMPT(do_map_file, void *p = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, l->archive, 0);
        return p == MAP_FAILED ? -1 : 0;)
ATTEMPT(do_ioctl, int n; return syscall(SYS_ioctl, l->archive, 0x541b /* FIONREAD */, &n);)
/* A character as if typed (here on what is no terminal: one would be somebody's). */
ATTEMPT(do_inject, return syscall(SYS_ioctl, l->archive, 0x5412 /* TIOCSTI */, "x");)

/* ---- Code ------------------------------------------------------------------------------------------- */

static long map_exec(int prot, int flags, int fd) {
    return mmap(NULL, 4096, prot, flags, fd, 0) == MAP_FAILED ? -1 : 0;
}

ATTEMPT(do_mmap_rx, return map_exec(PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);)
ATTEMPT(do_mmap_rwx,
        return map_exec(PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);)
ATTEMPT(do_mmap_shared_x, return map_exec(PROT_EXEC, MAP_SHARED | MAP_ANONYMOUS, -1);)
ATTEMPT(do_mmap_file_x, return map_exec(PROT_READ | PROT_EXEC, MAP_PRIVATE, l->archive);)
ATTEMPT(do_mprotect_x, return mprotect(l->ram, 4096, PROT_READ | PROT_EXEC);)
ATTEMPT(do_mprotect_rwx, return mprotect(l->ram, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);)
/* Its own text to be changed. */
ATTEMPT(do_text_rwx, uintptr_t page = (uintptr_t)map_exec & ~(uintptr_t)4095;
        return mprotect((void *)page, 4096, PROT_READ | PROT_WRITE | PROT_EXEC);)
ATTEMPT(do_pkey_mprotect, return syscall(SYS_pkey_mprotect, l->ram, 4096, PROT_EXEC, -1);)
/* With it, whatever may be read may be executed. */
ATTEMPT(do_personality, return syscall(SYS_personality, READ_IMPLIES_EXEC);)
ATTEMPT(do_memfd, return syscall(SYS_memfd_create, "x", 0);)
ATTEMPT(do_shmget, return syscall(SYS_shmget, 1, 0, 0);)
ATTEMPT(do_shmat, return syscall(SYS_shmat, 0, NULL, 0100000 /* SHM_EXEC */);)
ATTEMPT(do_execve, return syscall(SYS_execve, "/bin/true", words, nothing);)
ATTEMPT(do_execveat, return syscall(SYS_execveat, l->archive, "", words, nothing, AT_EMPTY_PATH);)

/* ---- Processes -------------------------------------------------------------------------------------- */

static long child_or_error(long pid) {
    if (pid == 0)
        _exit(0);
    return pid;
}

ATTEMPT(do_fork, return child_or_error(syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, 0));)
ATTEMPT(do_clone3, uint64_t args[8] = {[4] = SIGCHLD};
        return child_or_error(syscall(SYS_clone3, args, sizeof args));)
ATTEMPT(do_traceme, return syscall(SYS_ptrace, PTRACE_TRACEME, 0, 0, 0);)
ATTEMPT(do_attach, return syscall(SYS_ptrace, PTRACE_SEIZE, l->victim, 0, 0);)
ATTEMPT(do_vm_read, char b; struct iovec to = {&b, 1}, from = {l->ram, 1};
        return syscall(SYS_process_vm_readv, l->victim, &to, 1, &from, 1, 0);)
ATTEMPT(do_vm_write, char b = 0; struct iovec from = {&b, 1}, to = {l->ram, 1};
        return syscall(SYS_process_vm_writev, l->victim, &from, 1, &to, 1, 0);)
ATTEMPT(do_kill, return syscall(SYS_kill, l->victim, SIGTERM);)
ATTEMPT(do_kill_all, return syscall(SYS_kill, 0, 0);)
ATTEMPT(do_kill_self, return syscall(SYS_kill, getpid(), 0);)
ATTEMPT(do_tgkill, return syscall(SYS_tgkill, l->victim, l->victim, SIGTERM);)
/* What abort() may do to this process, done to another. */
ATTEMPT(do_tgkill_abort, return syscall(SYS_tgkill, l->victim, l->victim, SIGABRT);)
ATTEMPT(do_tkill, return syscall(SYS_tkill, l->victim, SIGTERM);)
ATTEMPT(do_sigqueue, siginfo_t i = {.si_signo = SIGTERM, .si_code = SI_QUEUE};
        return syscall(SYS_rt_sigqueueinfo, l->victim, SIGTERM, &i);)
ATTEMPT(do_pidfd, return syscall(SYS_pidfd_open, l->victim, 0);)
ATTEMPT(do_priority, return syscall(SYS_setpriority, PRIO_PROCESS, l->victim, 19);)
ATTEMPT(do_affinity, unsigned long mask = 1;
        return syscall(SYS_sched_setaffinity, l->victim, sizeof mask, &mask);)
ATTEMPT(do_prlimit, struct rlimit r = {0, 0};
        return syscall(SYS_prlimit64, l->victim, RLIMIT_CORE, &r, NULL);)
ATTEMPT(do_wait, long r = syscall(SYS_wait4, -1, NULL, WNOHANG, NULL);
        return r < 0 && errno == ECHILD ? 0 : r;)

/* ---- Privilege, the kernel, other machines ---------------------------------------------------------- */

ATTEMPT(do_socket_unix, return syscall(SYS_socket, AF_UNIX, SOCK_STREAM, 0);)
ATTEMPT(do_socket_inet, return syscall(SYS_socket, AF_INET, SOCK_DGRAM, 0);)
ATTEMPT(do_netlink, return syscall(SYS_socket, AF_NETLINK, SOCK_RAW, 0);)
ATTEMPT(do_socketpair, int s[2]; return syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM, 0, s);)
ATTEMPT(do_pipe, int p[2]; return syscall(SYS_pipe2, p, 0);)
ATTEMPT(do_io_uring, char params[256] = {0}; return syscall(SYS_io_uring_setup, 1, params);)
ATTEMPT(do_bpf, return syscall(SYS_bpf, 0, NULL, 0);)
ATTEMPT(do_perf, return syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0);)
ATTEMPT(do_userfaultfd, return syscall(SYS_userfaultfd, 1 /* UFFD_USER_MODE_ONLY */);)
ATTEMPT(do_keyctl, return syscall(SYS_keyctl, 0, -3, 0);)
ATTEMPT(do_unshare, return syscall(SYS_unshare, CLONE_NEWUSER);)
ATTEMPT(do_setuid, return syscall(SYS_setuid, getuid());)
ATTEMPT(do_prctl, return syscall(SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0, 0);)
ATTEMPT(do_seccomp,
        return syscall(SYS_seccomp, 2 /* GET_ACTION_AVAIL */, 0, &(uint32_t){0x7fff0000});)
ATTEMPT(do_setrlimit, struct rlimit r = {1024, 1024};
        return syscall(SYS_prlimit64, 0, RLIMIT_CORE, NULL, &r);)
ATTEMPT(do_uname, char names[6 * 65]; return syscall(SYS_uname, names);)
ATTEMPT(do_random, char b; return syscall(SYS_getrandom, &b, 1, 0);)
ATTEMPT(do_sethostname, return syscall(SYS_sethostname, "", -1);)
ATTEMPT(do_reboot, return syscall(SYS_reboot, 0, 0, 0, NULL);)
ATTEMPT(do_itimer, return syscall(SYS_timer_create, 1, NULL, &(int){0});)
ATTEMPT(do_no_such_call, long r = syscall(100000); return r < 0 && errno == ENOSYS ? 0 : r;)

#ifdef __x86_64__
ATTEMPT(do_open, return syscall(SYS_open, l->path, O_RDONLY);)
ATTEMPT(do_creat, return syscall(SYS_creat, l->path, 0600);)
ATTEMPT(do_stat, struct stat s; return syscall(SYS_stat, l->path, &s);)
ATTEMPT(do_lstat, struct stat s; return syscall(SYS_lstat, l->path, &s);)
ATTEMPT(do_access, return syscall(SYS_access, l->path, R_OK);)
ATTEMPT(do_readlink, char to[64]; return syscall(SYS_readlink, "/proc/self/exe", to, sizeof to);)
ATTEMPT(do_unlink, return syscall(SYS_unlink, l->path);)
ATTEMPT(do_old_fork, return child_or_error(syscall(SYS_fork));)
ATTEMPT(do_arch_prctl, unsigned long fs; return syscall(SYS_arch_prctl, 0x1003 /* GET_FS */, &fs);)
ATTEMPT(do_ldt, char ldt[64]; return syscall(SYS_modify_ldt, 0, ldt, sizeof ldt);)
/* The numbers of another ABI of the same machine: i386's open, and x32's. */
ATTEMPT(do_int80, long r; __asm__ volatile("int $0x80"
                                           : "=a"(r)
                                           : "a"(20L /* getpid */)
                                           : "memory");
        if (r < 0) errno = (int)-r; return r < 0 ? -1 : 0;)
ATTEMPT(do_x32, long r = syscall(0x40000000 | SYS_open, l->path, O_RDONLY);
        return r < 0 && errno == ENOSYS ? 0 : r;)
#endif

#define ROW(what, attempt, wall, sure)                                                             \
    { what, attempt, wall, sure }

const struct row rows[] = {
    ROW("openat", do_openat, REFUSED, true),
    ROW("openat, to write", do_openat_write, REFUSED, true),
    ROW("openat2", do_openat2, REFUSED, true),
    ROW("openat of a path only", do_path, REFUSED, true),
    ROW("openat of a new file without a name", do_tmpfile, REFUSED, false),
    ROW("openat of the root folder", do_folder, REFUSED, true),
    ROW("openat of /proc/self/mem", do_self_mem, REFUSED, true),
    ROW("openat of /proc/self/exe", do_self_exe, REFUSED, true),
    ROW("what is open to read, by /proc/self/fd, to write", do_reopen, REFUSED, true),
    ROW("statx: is there such a file", do_statx, REFUSED, true),
    ROW("newfstatat", do_newfstatat, REFUSED, true),
    ROW("faccessat", do_faccessat, REFUSED, true),
    ROW("readlinkat", do_readlinkat, REFUSED, true),
    ROW("unlinkat", do_unlinkat, KILLED, true),
    ROW("renameat2", do_renameat2, KILLED, true),
    ROW("linkat", do_linkat, KILLED, true),
    ROW("symlinkat", do_symlinkat, KILLED, true),
    ROW("mkdirat", do_mkdirat, KILLED, true),
    ROW("fchmodat", do_fchmodat, KILLED, true),
    ROW("truncate", do_truncate, KILLED, true),
    ROW("chdir", do_chdir, KILLED, true),
    ROW("chroot", do_chroot, KILLED, false),
    ROW("getcwd", do_getcwd, KILLED, true),
    ROW("mount", do_mount, KILLED, false),
    ROW("open_by_handle_at", do_by_handle, KILLED, false),
    ROW("inotify", do_inotify, KILLED, true),
    ROW("fanotify", do_fanotify, KILLED, false),
    ROW("a drive cut short", do_ftruncate, KILLED, true),
    ROW("a drive made longer", do_fallocate, KILLED, false),
    ROW("a drive's rights changed", do_fchmod, KILLED, true),
    ROW("a descriptor's flags changed", do_fcntl, KILLED, true),
    ROW("a descriptor copied", do_dup, KILLED, true),
    ROW("a drive locked", do_flock, KILLED, true),
    ROW("sendfile", do_sendfile, KILLED, true),
    ROW("copy_file_range", do_copy_range, KILLED, false),
    ROW("an open file mapped", do_map_file, KILLED, true),
    ROW("ioctl of a file", do_ioctl, KILLED, true),
    ROW("ioctl: typing on the terminal", do_inject, KILLED, false),
    ROW("mmap to read and execute", do_mmap_rx, REFUSED, true),
    ROW("mmap to write and execute", do_mmap_rwx, REFUSED, true),
    ROW("mmap to execute, shared", do_mmap_shared_x, REFUSED, true),
    ROW("mmap of a file to execute", do_mmap_file_x, REFUSED, true),
    ROW("mprotect: what was written executable", do_mprotect_x, REFUSED, true),
    ROW("mprotect: writable and executable", do_mprotect_rwx, REFUSED, true),
    ROW("mprotect: its own text writable", do_text_rwx, REFUSED, true),
    ROW("pkey_mprotect to execute", do_pkey_mprotect, KILLED, false),
    ROW("personality: to read is to execute", do_personality, KILLED, false),
    ROW("memfd_create", do_memfd, KILLED, true),
    ROW("shmget", do_shmget, KILLED, false),
    ROW("shmat to execute", do_shmat, KILLED, false),
    ROW("execve", do_execve, KILLED, true),
    ROW("execveat of an open file", do_execveat, KILLED, false),
    ROW("clone", do_fork, KILLED, true),
    ROW("clone3", do_clone3, KILLED, false),
    ROW("ptrace: traced by the parent", do_traceme, KILLED, true),
    ROW("ptrace: another process seized", do_attach, KILLED, false),
    ROW("process_vm_readv", do_vm_read, KILLED, false),
    ROW("process_vm_writev", do_vm_write, KILLED, false),
    ROW("kill of another process", do_kill, KILLED, true),
    ROW("kill of the group", do_kill_all, KILLED, true),
    ROW("kill of itself", do_kill_self, KILLED, true),
    ROW("tgkill of another process", do_tgkill, KILLED, true),
    ROW("tgkill of another process with SIGABRT", do_tgkill_abort, KILLED, true),
    ROW("tkill", do_tkill, KILLED, true),
    ROW("rt_sigqueueinfo", do_sigqueue, KILLED, true),
    ROW("pidfd_open", do_pidfd, KILLED, true),
    ROW("setpriority of another process", do_priority, KILLED, true),
    ROW("sched_setaffinity of another process", do_affinity, KILLED, true),
    ROW("prlimit64 of another process", do_prlimit, KILLED, false),
    ROW("wait4", do_wait, KILLED, true),
    ROW("socket, local", do_socket_unix, KILLED, true),
    ROW("socket, IP", do_socket_inet, KILLED, true),
    ROW("socket, netlink", do_netlink, KILLED, true),
    ROW("socketpair", do_socketpair, KILLED, true),
    ROW("pipe2", do_pipe, KILLED, true),
    ROW("io_uring_setup", do_io_uring, KILLED, false),
    ROW("bpf", do_bpf, KILLED, false),
    ROW("perf_event_open", do_perf, KILLED, false),
    ROW("userfaultfd", do_userfaultfd, KILLED, false),
    ROW("keyctl", do_keyctl, KILLED, false),
    ROW("unshare", do_unshare, KILLED, false),
    ROW("setuid", do_setuid, KILLED, true),
    ROW("prctl", do_prctl, KILLED, true),
    ROW("seccomp once more", do_seccomp, KILLED, true),
    ROW("prlimit64: its own limits", do_setrlimit, KILLED, true),
    ROW("uname", do_uname, KILLED, true),
    ROW("getrandom", do_random, KILLED, true),
    ROW("sethostname", do_sethostname, KILLED, false),
    ROW("reboot", do_reboot, KILLED, false),
    ROW("timer_create", do_itimer, KILLED, true),
    ROW("a system call that is none", do_no_such_call, KILLED, true),
#ifdef __x86_64__
    ROW("open", do_open, REFUSED, true),
    ROW("creat", do_creat, REFUSED, true),
    ROW("stat", do_stat, REFUSED, true),
    ROW("lstat", do_lstat, REFUSED, true),
    ROW("access", do_access, REFUSED, true),
    ROW("readlink", do_readlink, REFUSED, true),
    ROW("unlink", do_unlink, KILLED, true),
    ROW("fork", do_old_fork, KILLED, true),
    ROW("arch_prctl", do_arch_prctl, KILLED, true),
    ROW("modify_ldt", do_ldt, KILLED, false),
    ROW("a system call of i386", do_int80, KILLED, false),
    ROW("a system call of x32", do_x32, KILLED, true),
#endif
};
const unsigned row_count = sizeof rows / sizeof rows[0];
