/* A clock that is off, for one process: what CLOCK_REALTIME tells is moved by the seconds in the file that $SHIFTED_CLOCK names.
 * Loaded before the C library (LD_PRELOAD) by tests/tests/clock.rs, which builds it with `cc -shared -fPIC`. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long seconds(void) {
    const char *path = getenv("SHIFTED_CLOCK");
    char text[32] = "";
    int before = errno, file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file >= 0) {
        ssize_t length = read(file, text, sizeof text - 1);
        text[length > 0 ? length : 0] = 0;
        close(file);
    }
    errno = before;
    return strtol(text, NULL, 10);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int failed = (int)syscall(SYS_clock_gettime, clock, now);
    if (!failed && clock == CLOCK_REALTIME) now->tv_sec += seconds();
    return failed;
}
