/*
 * Runs the launch engine's machine code from C, where Java of that architecture is not at hand.
 *
 *   harness CODE call FILE
 *     system calls through the entry `call`; FILE has 65537 bytes, the last of which is 42
 *   harness CODE launch IMAGE BASE
 *     the entry `launch` on IMAGE, which is made for the address BASE
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LAUNCH 16
#define CALL 32

static void *load(const char *path, void *address)
{
    int fd = open(path, O_RDONLY);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0) {
        perror(path);
        exit(125);
    }
    void *memory = mmap(address, status.st_size, PROT_READ | PROT_WRITE | PROT_EXEC,
                        MAP_PRIVATE | (address ? MAP_FIXED_NOREPLACE : 0), fd, 0);
    if (memory == MAP_FAILED || (address && memory != address)) {
        perror("mmap");
        exit(125);
    }
    close(fd);
    return memory;
}

static int calls(const char *code, const char *path)
{
    long (*call)(long, long, long, long, long, long, long) = (void *) (code + CALL);

    printf("getpid %s\n", call(SYS_getpid, 0, 0, 0, 0, 0, 0) == getpid() ? "same" : "different");
    printf("close(-1) %ld\n", call(SYS_close, -1, 0, 0, 0, 0, 0));
    printf("openat %ld\n", call(SYS_openat, AT_FDCWD, (long) "/nonexistent", O_RDONLY, 0, 0, 0));

    int fd = open(path, O_RDONLY);
    long address = call(SYS_mmap, 0, 1, PROT_READ, MAP_PRIVATE, fd, 65536);
    printf("mmap %d\n", address > 0 ? *(char *) address : -1);
    printf("mmap(offset 1) %ld\n", call(SYS_mmap, 0, 1, PROT_READ, MAP_PRIVATE, fd, 1));
    printf("mmap(fd -1) %ld\n", call(SYS_mmap, 0, 1, PROT_READ, MAP_PRIVATE, -1, 0));
    return 0;
}

static int launch(const char *code, const char *image, char *base)
{
    long (*entry)(void *) = (void *) (code + LAUNCH);
    void *frame = load(image, base);

    sigset_t before, after;
    sigemptyset(&before);
    sigaddset(&before, SIGUSR1);
    sigprocmask(SIG_SETMASK, &before, NULL);
    fflush(stdout);
    long pid = entry(frame);
    sigprocmask(SIG_SETMASK, NULL, &after);

    printf("launch %ld\n", pid > 0 ? 1 : pid);
    printf("mask");
    for (int i = 1; i <= 64; i++) {
        if (sigismember(&after, i) == 1) {
            printf(" %d", i);
        }
    }
    int status = 0;
    pid_t waited = waitpid(-1, &status, 0);
    printf("\nchild %s %d\n", waited > 0 && waited == pid ? "exited with" : "none",
           waited > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    return 0;
}

int main(int count, char **arguments)
{
    if (count < 4) {
        return 125;
    }
    const char *code = load(arguments[1], NULL);
    return strcmp(arguments[2], "call") == 0
               ? calls(code, arguments[3])
               : launch(code, arguments[3], (char *) strtoul(arguments[4], NULL, 16));
}
