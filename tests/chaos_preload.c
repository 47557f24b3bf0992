/*
 * What a process is told of the world around it, wrong: preloaded, it reads numbers in the file
 * CHAOS_FILE, which a test may change at any moment. The first is added, as seconds, to the time of
 * day; the monotonic clock is left alone, as it is where an operator sets the time. The second is
 * how names are looked up: 0 as always, 1 no name server answers, at once, 2 the same after a
 * while. The third is where a process that was forked stands still: 1 when it has been told of
 * events and before it looks at them, 2 before it sends a good answer over HTTP; it says in the
 * fourth that it does. The fifth is how many ms the disk takes to sync, of which a tenth more or
 * less is chance. The file is mapped at the start: reading it later is no system call, which a
 * confined process could not make.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define HANG_S 2
#define LOOK_NS 1000000

#define HOLD_AFTER_EVENT 1
#define HOLD_BEFORE_ANSWER 2

typedef struct world {
    int64_t shift_s;
    int64_t deaf;
    int64_t hold;
    int64_t held;
    int64_t sync_ms;
} world_t;

static volatile world_t *world;
static pid_t first;    /* who was started; what it forks is another */
static pthread_t loop; /* the thread of its loop, there too */

static int64_t shift_s(void)
{
    return world ? world->shift_s : 0;
}

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("CHAOS_FILE");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (fd == -1)
        return;
    void *at = mmap(NULL, sizeof *world, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    first = getpid();
    loop = pthread_self();
    close(fd);
    if (at != MAP_FAILED)
        world = at;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(clock, now);
    if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += shift_s();
    return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    struct timespec precise;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &precise);
    now->tv_sec = precise.tv_sec;
    now->tv_usec = precise.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at)
        *at = now.tv_sec;
    return now.tv_sec;
}

int getaddrinfo(const char *host, const char *service, const struct addrinfo *hints,
                struct addrinfo **found)
{
    static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    if (!real)
        real = (int (*)(const char *, const char *, const struct addrinfo *,
                        struct addrinfo **))dlsym(RTLD_NEXT, "getaddrinfo");
    if (!world || !world->deaf)
        return real(host, service, hints, found);
    if (world->deaf == 2) {
        struct timespec left = {.tv_sec = HANG_S};
        nanosleep(&left, NULL);
    }
    return EAI_AGAIN;
}

/* ---- standing still ---- */

static void hold(int64_t where)
{
    const struct timespec moment = {.tv_nsec = LOOK_NS};
    if (!world || world->hold != where || getpid() == first || !pthread_equal(pthread_self(), loop))
        return;
    world->held = 1;
    while (world->hold == where)
        nanosleep(&moment, NULL);
}

int epoll_wait(int epoll, struct epoll_event *events, int max, int timeout_ms)
{
    static int (*real)(int, struct epoll_event *, int, int);
    if (!real)
        real = (int (*)(int, struct epoll_event *, int, int))dlsym(RTLD_NEXT, "epoll_wait");
    int count = real(epoll, events, max, timeout_ms);
    if (count > 0)
        hold(HOLD_AFTER_EVENT);
    return count;
}

static void about_to_send(const void *data, size_t size)
{
    static const char front[] = "HTTP/1.1 200";
    if (size >= sizeof front && memcmp(data, front, sizeof front - 1) == 0)
        hold(HOLD_BEFORE_ANSWER);
}

ssize_t write(int fd, const void *data, size_t size)
{
    static ssize_t (*real)(int, const void *, size_t);
    if (!real)
        real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    about_to_send(data, size);
    return real(fd, data, size);
}

ssize_t send(int fd, const void *data, size_t size, int flags)
{
    static ssize_t (*real)(int, const void *, size_t, int);
    if (!real)
        real = (ssize_t(*)(int, const void *, size_t, int))dlsym(RTLD_NEXT, "send");
    about_to_send(data, size);
    return real(fd, data, size, flags);
}

/* ---- a slow disk ---- */

static void take_long(void)
{
    int64_t ms = world ? world->sync_ms : 0;
    if (ms <= 0)
        return;
    ms += (rand() % 200 - 100) * ms / 1000;
    struct timespec left = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    nanosleep(&left, NULL);
}

int fsync(int fd)
{
    static int (*real)(int);
    if (!real)
        real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    take_long();
    return real(fd);
}

int fdatasync(int fd)
{
    static int (*real)(int);
    if (!real)
        real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
    take_long();
    return real(fd);
}
