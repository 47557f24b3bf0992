/*
 * What a process is told of the world around it, wrong: preloaded, it reads two numbers in the file
 * CHAOS_FILE, which a test may change at any moment. The first is added, as seconds, to the time of
 * day; the monotonic clock is left alone, as it is where an operator sets the time. The second is
 * how names are looked up: 0 as always, 1 no name server answers, at once, 2 the same after a
 * while. The file is mapped at the start: reading it later is no system call, which a confined
 * process could not make.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define HANG_S 2

typedef struct world {
    int64_t shift_s;
    int64_t deaf;
} world_t;

static const volatile world_t *world;

static int64_t shift_s(void)
{
    return world ? world->shift_s : 0;
}

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("CHAOS_FILE");
    int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (fd == -1)
        return;
    void *at = mmap(NULL, sizeof *world, PROT_READ, MAP_SHARED, fd, 0);
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
