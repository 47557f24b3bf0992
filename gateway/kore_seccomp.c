/*
 * What the kernel does for a worker, and nothing else. Kore's own list lacks what ZeroMQ needs, and
 * a call outside of it ends only the thread that made it: a worker whose ZeroMQ thread is gone
 * would look alive and answer nobody. So this list is complete and ends with the death of the whole
 * process; Kore's parent logs that and starts another. It stands before Kore's, which is never
 * reached. With `seccomp_tracing yes` in the configuration Kore's parent names what is missing.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <kore/hooks.h>
#include <kore/seccomp.h>

#include "gateway/kore_api.h"

#ifdef MOSTRADOR_SANITIZED

/* Sanitizers do as they like. */
static struct sock_filter list[] = {KORE_BPF_RET(SECCOMP_RET_ALLOW)};
#define LIST_LENGTH KORE_FILTER_LEN(list)

#else

static struct sock_filter list[] = {
    /* memory, never both writable and executable */
    KORE_SYSCALL_ALLOW(brk),
    KORE_SYSCALL_DENY_WITH_FLAG(mmap, 2, PROT_EXEC | PROT_WRITE, EINVAL),
    KORE_SYSCALL_DENY_WITH_FLAG(mprotect, 2, PROT_EXEC, EINVAL),
    KORE_SYSCALL_ALLOW(mmap),
    KORE_SYSCALL_ALLOW(mprotect),
    KORE_SYSCALL_ALLOW(mremap),
    KORE_SYSCALL_ALLOW(munmap),
    KORE_SYSCALL_ALLOW(madvise),

    /* the loop and its sockets */
    KORE_SYSCALL_ALLOW(read),
    KORE_SYSCALL_ALLOW(write),
    KORE_SYSCALL_ALLOW(writev),
    KORE_SYSCALL_ALLOW(close),
    KORE_SYSCALL_ALLOW(fcntl),
    KORE_SYSCALL_DENY(ioctl, EACCES),
    KORE_SYSCALL_ALLOW(accept),
    KORE_SYSCALL_ALLOW(accept4),
    KORE_SYSCALL_ALLOW(recvfrom),
    KORE_SYSCALL_ALLOW(recvmsg),
    KORE_SYSCALL_ALLOW(sendto),
    KORE_SYSCALL_ALLOW(sendmsg),
    KORE_SYSCALL_ALLOW(shutdown),
    KORE_SYSCALL_ALLOW(setsockopt),
    KORE_SYSCALL_ALLOW(getsockopt),
    KORE_SYSCALL_ALLOW(getsockname),
    KORE_SYSCALL_ALLOW(getpeername),
    KORE_SYSCALL_ALLOW(epoll_create1),
    KORE_SYSCALL_ALLOW(epoll_ctl),
    KORE_SYSCALL_ALLOW(epoll_pwait),
    KORE_SYSCALL_ALLOW(ppoll),
#ifdef SYS_epoll_wait
    KORE_SYSCALL_ALLOW(epoll_wait),
#endif
#ifdef SYS_poll
    KORE_SYSCALL_ALLOW(poll),
#endif

    /* ZeroMQ: connections to the services, its threads */
    KORE_SYSCALL_ALLOW_ARG(socket, 0, AF_UNIX),
    KORE_SYSCALL_ALLOW_ARG(socket, 0, AF_INET),
    KORE_SYSCALL_ALLOW_ARG(socket, 0, AF_INET6),
    KORE_SYSCALL_ALLOW(connect),
    KORE_SYSCALL_ALLOW(eventfd2),
    KORE_SYSCALL_DENY(clone3, ENOSYS), /* glibc falls back to clone */
    KORE_SYSCALL_ALLOW(clone),
    KORE_SYSCALL_ALLOW(set_robust_list),
    KORE_SYSCALL_ALLOW(rseq),
    KORE_SYSCALL_ALLOW(futex),
    KORE_SYSCALL_ALLOW(sched_getaffinity),
    KORE_SYSCALL_ALLOW(sched_getparam),
    KORE_SYSCALL_ALLOW(sched_getscheduler),
    KORE_SYSCALL_ALLOW(sched_setscheduler),
    KORE_SYSCALL_ALLOW(sched_yield),
    KORE_SYSCALL_ALLOW_ARG(prctl, 0, PR_SET_NAME),

    /* keys are kept out of swap */
    KORE_SYSCALL_ALLOW(mlock),
    KORE_SYSCALL_ALLOW(munlock),

    /* host names in endpoints: resolver and its files */
    KORE_SYSCALL_ALLOW_ARG(socket, 0, AF_NETLINK),
    KORE_SYSCALL_ALLOW(bind),
    KORE_SYSCALL_ALLOW(sendmmsg),
    KORE_SYSCALL_ALLOW(uname),
    KORE_SYSCALL_ALLOW(openat),
    KORE_SYSCALL_ALLOW(newfstatat),
    KORE_SYSCALL_ALLOW(fstat),
    KORE_SYSCALL_ALLOW(lseek),
    KORE_SYSCALL_ALLOW(pread64),
    KORE_SYSCALL_ALLOW(getdents64),

    /* time, chance, numbers of our own */
    KORE_SYSCALL_ALLOW(clock_gettime),
    KORE_SYSCALL_ALLOW(clock_nanosleep),
    KORE_SYSCALL_ALLOW(nanosleep),
    KORE_SYSCALL_ALLOW(getrandom),
    KORE_SYSCALL_ALLOW(sysinfo),
    KORE_SYSCALL_ALLOW(getpid),
    KORE_SYSCALL_ALLOW(gettid),
    KORE_SYSCALL_ALLOW(getppid),
    KORE_SYSCALL_ALLOW(getuid),
    KORE_SYSCALL_ALLOW(geteuid),

    /* signals and ends */
    KORE_SYSCALL_ALLOW_ARG(prctl, 0, PR_SET_PDEATHSIG),
    KORE_SYSCALL_ALLOW(rt_sigaction),
    KORE_SYSCALL_ALLOW(rt_sigprocmask),
    KORE_SYSCALL_ALLOW(rt_sigreturn),
    KORE_SYSCALL_ALLOW(sigaltstack),
    KORE_SYSCALL_ALLOW(restart_syscall),
    KORE_SYSCALL_ALLOW(kill),
    KORE_SYSCALL_ALLOW(tgkill),
    KORE_SYSCALL_ALLOW(exit),
    KORE_SYSCALL_ALLOW(exit_group),

    KORE_BPF_RET(SECCOMP_RET_KILL_PROCESS),
};
/* the last line would hide from tracing what it is to show */
#define LIST_LENGTH (KORE_FILTER_LEN(list) - (kore_seccomp_tracing ? 1 : 0))

#endif

void kore_seccomp_hook(void)
{
    if (!kore_seccomp_filter("gateway", list, LIST_LENGTH))
        log_fatal("the seccomp filter was refused");
}
