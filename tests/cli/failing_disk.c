/* A disk that fails: whoever reads from a file of this name, at or behind this byte, gets EIO. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(int fd, off_t at) {
    char link[64], path[4096];
    const char *name = getenv("FAILING_FILE");
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!name || length < (ssize_t)strlen(name) || at < atol(getenv("FAILING_FROM"))) return 0;
    path[length] = 0;
    return !strcmp(path + length - strlen(name), name);
}

ssize_t pread64(int fd, void *into, size_t count, off64_t at) {
    ssize_t (*real)(int, void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pread64");
    if (fails(fd, at)) { errno = EIO; return -1; }
    return real(fd, into, count, at);
}

ssize_t pread(int fd, void *into, size_t count, off_t at) { return pread64(fd, into, count, at); }

ssize_t read(int fd, void *into, size_t count) {
    ssize_t (*real)(int, void *, size_t) = dlsym(RTLD_NEXT, "read");
    off_t at = lseek(fd, 0, SEEK_CUR);
    if (at >= 0 && fails(fd, at)) { errno = EIO; return -1; }
    return real(fd, into, count);
}
