/*
 * Launches processes as fast as C can, for comparison. Stays, and for each byte on its standard input launches once,
 * waits for the end, and answers with a line: the nanoseconds that it took, or what went wrong.
 *
 *   helper spawn PROGRAM ARGUMENT...
 *       posix_spawn(3) with the standard streams from and to /dev/null
 *
 *   helper limit CODE SPRINGBOARD SPRINGBOARD_BASE HEAD IMAGE IMAGE_OFFSET CLONE_FLAGS [MAP CONTENT]...
 *       what lxc4j does, without Java: CODE is its machine code, SPRINGBOARD the rows of the first stage made for the
 *       address SPRINGBOARD_BASE and the descriptors from FIRST_SLOT, HEAD and IMAGE the two parts of the program's ELF
 *       file; MAP is a file of /proc/PID that takes CONTENT before the child goes on. Where MAP is tree or mapped-tree,
 *       CONTENT is the path of a tree that is opened and handed over, the latter with owners mapped as in the child's
 *       user namespace. Where it is cgroup or cgroup2, a cgroup of version 1 or 2 is made in the directory CONTENT for the child, and
 *       removed after it; where it is set, CONTENT is FILE=VALUE, which is written in the cgroup before.
 *
 *   helper mounts ROOT SOURCE COUNT
 *       a child with a mount namespace of its own that binds SOURCE on ROOT/places/0 and so on, read-only, COUNT times, with the
 *       calls that lxc4j makes for it
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef MFD_EXEC
#define MFD_EXEC 0x10
#endif
#ifndef P_PIDFD
#define P_PIDFD 3
#endif
#define FIRST_SLOT 16 /* three streams, the channel, the program */
#define SLOTS 5
#define LAUNCH_OFFSET 16
#define FRAME_FLAGS 32
#define FRAME_PIDFD 40
#define FRAME_EXIT_SIGNAL 64
#define FRAME_CGROUP 112
#define INTO_CGROUP 0x200000000ULL
#define MOST_CGROUPS 16
#define REPORT_SIZE 16
#define READY 2

struct file {
    char *bytes;
    size_t size;
};

static char problem[512];

static int fail(const char *what) {
    snprintf(problem, sizeof problem, "%s: %s", what, strerror(errno));
    return -1;
}

static struct file read_file(const char *path) {
    struct file file;
    FILE *in = fopen(path, "rb");
    if (in == NULL || fseek(in, 0, SEEK_END) != 0) {
        perror(path);
        exit(2);
    }
    file.size = ftell(in);
    file.bytes = malloc(file.size);
    rewind(in);
    if (fread(file.bytes, 1, file.size, in) != file.size) {
        perror(path);
        exit(2);
    }
    fclose(in);
    return file;
}

/* ---- posix_spawn */

static char **command;
static posix_spawn_file_actions_t actions;

static void prepare_spawn(char **argv) {
    command = argv;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
}

static int launch_by_spawn(void) {
    extern char **environ;
    pid_t pid;
    int status;
    int error = posix_spawnp(&pid, command[0], &actions, NULL, command, environ);
    if (error != 0) {
        errno = error;
        return fail("posix_spawn");
    }
    if (waitpid(pid, &status, 0) < 0) {
        return fail("waitpid");
    }
    if (status != 0) {
        snprintf(problem, sizeof problem, "ended with the status 0x%x", status);
        return -1;
    }
    return 0;
}

/* ---- the calls of lxc4j */

static char *frame;
static long (*launch)(void *);
static struct file head, image;
static off_t image_offset;
static int idle, pidfd;
static char **maps;

static void prepare_cgroups(void);

static void prepare_limit(char **argv) {
    struct file code = read_file(argv[0]);
    struct file springboard = read_file(argv[1]);
    void *base = (void *) strtoull(argv[2], NULL, 0);
    head = read_file(argv[3]);
    image = read_file(argv[4]);
    image_offset = strtoll(argv[5], NULL, 0);
    void *text = mmap(NULL, code.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    frame = mmap(base, springboard.size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (text == MAP_FAILED || frame != base) {
        perror("mmap");
        exit(2);
    }
    memcpy(text, code.bytes, code.size);
    memcpy(frame, springboard.bytes, springboard.size);
    if (mprotect(text, code.size, PROT_READ | PROT_EXEC) != 0) {
        perror("mprotect");
        exit(2);
    }
    launch = (long (*)(void *)) ((char *) text + LAUNCH_OFFSET);
    *(uint64_t *) (frame + FRAME_FLAGS) = strtoull(argv[6], NULL, 0);
    *(uint64_t *) (frame + FRAME_PIDFD) = (uint64_t) &pidfd;
    *(uint64_t *) (frame + FRAME_EXIT_SIGNAL) = SIGCHLD;
    idle = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int i = 0; i < SLOTS; i++) {
        if (dup3(idle, FIRST_SLOT + i, O_CLOEXEC) < 0) {
            perror("dup3");
            exit(2);
        }
    }
    maps = argv + 7;
    prepare_cgroups();
}

static int program_file(void) {
    int fd = memfd_create("lxc4j", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
    if (fd < 0 && errno == EINVAL) {
        fd = memfd_create("lxc4j", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    }
    if (fd < 0
            || pwrite(fd, head.bytes, head.size, 0) != (ssize_t) head.size
            || pwrite(fd, image.bytes, image.size, image_offset) != (ssize_t) image.size
            || fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0) {
        return fail("memfd");
    }
    return fd;
}

static int is_tree(char **map) {
    return strcmp(map[0], "tree") == 0 || strcmp(map[0], "mapped-tree") == 0;
}

static int is_cgroup(char **map) {
    return strcmp(map[0], "cgroup") == 0 || strcmp(map[0], "cgroup2") == 0 || strcmp(map[0], "set") == 0;
}

static int write_maps(long pid) {
    for (char **map = maps; map[0] != NULL; map += 2) {
        char path[64];
        if (is_tree(map) || is_cgroup(map)) {
            continue;
        }
        snprintf(path, sizeof path, "/proc/%ld/%s", pid, map[0]);
        int fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0 || write(fd, map[1], strlen(map[1])) < 0) {
            return fail(path);
        }
        close(fd);
    }
    return 0;
}

static int change(int tree, struct mount_attr *attributes) {
    return syscall(SYS_mount_setattr, tree, "", AT_EMPTY_PATH | AT_RECURSIVE, attributes, sizeof *attributes);
}

static int open_tree_of(char **map, long pid) {
    int tree = syscall(SYS_open_tree, AT_FDCWD, map[1], OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    if (tree >= 0 && strcmp(map[0], "mapped-tree") == 0) {
        char path[64];
        snprintf(path, sizeof path, "/proc/%ld/ns/user", pid);
        int users = open(path, O_RDONLY | O_CLOEXEC);
        struct mount_attr attributes = {.attr_set = MOUNT_ATTR_IDMAP, .userns_fd = users};
        int result = change(tree, &attributes);
        close(users);
        if (result != 0) {
            return fail("mount_setattr");
        }
    }
    return tree < 0 ? fail(map[1]) : tree;
}

/* The word that lets the child go on, with the trees. */
static int send_go(int channel, long pid) {
    int trees[8], count = 0;
    union {
        char bytes[CMSG_SPACE(sizeof trees)];
        struct cmsghdr align;
    } control;
    struct iovec word = {"", 1};
    struct msghdr message = {.msg_iov = &word, .msg_iovlen = 1};
    for (char **map = maps; map[0] != NULL; map += 2) {
        if (is_tree(map)) {
            trees[count] = open_tree_of(map, pid);
            if (trees[count++] < 0) {
                return -1;
            }
        }
    }
    if (count > 0) {
        message.msg_control = control.bytes;
        message.msg_controllen = CMSG_SPACE(count * sizeof(int));
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(count * sizeof(int));
        memcpy(CMSG_DATA(header), trees, count * sizeof(int));
    }
    int result = sendmsg(channel, &message, MSG_NOSIGNAL) == 1 ? 0 : fail("sendmsg");
    while (count > 0) {
        close(trees[--count]);
    }
    return result;
}

/* ---- cgroups */

static struct cgroup {
    int parent, own, version;
} cgroups[MOST_CGROUPS];
static int cgroup_count;
static char cgroup_name[32];

static void prepare_cgroups(void) {
    snprintf(cgroup_name, sizeof cgroup_name, "helper-%d", getpid());
    for (char **map = maps; map[0] != NULL; map += 2) {
        if (is_cgroup(map) && map[0][0] == 'c' && cgroup_count < MOST_CGROUPS) {
            struct cgroup *cgroup = &cgroups[cgroup_count++];
            cgroup->version = map[0][6] == '2' ? 2 : 1;
            cgroup->parent = open(map[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
            if (cgroup->parent < 0) {
                perror(map[1]);
                exit(2);
            }
        }
    }
}

static int write_in(int directory, const char *name, const char *value, size_t size) {
    int file = openat(directory, name, O_WRONLY | O_CLOEXEC);
    if (file < 0 || write(file, value, size) < 0) {
        return fail(name);
    }
    close(file);
    return 0;
}

static int make_cgroups(void) {
    struct cgroup *cgroup = cgroups - 1;
    for (char **map = maps; map[0] != NULL; map += 2) {
        if (!is_cgroup(map)) {
            continue;
        }
        if (map[0][0] == 's') {
            char *equals = strchr(map[1], '='), name[64];
            snprintf(name, sizeof name, "%.*s", (int) (equals - map[1]), map[1]);
            if (write_in(cgroup->own, name, equals + 1, strlen(equals + 1)) != 0) {
                return -1;
            }
            continue;
        }
        cgroup++;
        if (mkdirat(cgroup->parent, cgroup_name, 0755) != 0) {
            return fail("mkdir");
        }
        cgroup->own = openat(cgroup->parent, cgroup_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (cgroup->own < 0) {
            return fail(cgroup_name);
        }
        if (cgroup->version == 2) {
            *(uint64_t *) (frame + FRAME_FLAGS) |= INTO_CGROUP;
            *(uint64_t *) (frame + FRAME_CGROUP) = cgroup->own;
        }
    }
    return 0;
}

static int enter_cgroups(long pid) {
    char text[24];
    int size = snprintf(text, sizeof text, "%ld", pid);
    for (int i = 0; i < cgroup_count; i++) {
        if (cgroups[i].version == 1 && write_in(cgroups[i].own, "cgroup.procs", text, size) != 0) {
            return -1;
        }
    }
    return 0;
}

static int remove_cgroups(void) {
    for (int i = 0; i < cgroup_count; i++) {
        close(cgroups[i].own);
        int tries = 0;
        while (unlinkat(cgroups[i].parent, cgroup_name, AT_REMOVEDIR) != 0) {
            if (errno != EBUSY || ++tries > 1000) {
                return fail("rmdir");
            }
            usleep(100);
        }
    }
    return 0;
}

static int launch_by_rows(void) {
    int streams[3], channel[2], failed = 0, ready = 0;
    uint32_t report[REPORT_SIZE / 4];
    ssize_t size;
    siginfo_t info;
    streams[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    streams[1] = open("/dev/null", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    streams[2] = open("/dev/null", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel) != 0) {
        return fail("socketpair");
    }
    int program = program_file();
    if (program < 0 || make_cgroups() != 0) {
        return -1;
    }
    if (maps[0] == NULL) {
        send(channel[0], "", 1, MSG_NOSIGNAL);
    }
    for (int i = 0; i < 3; i++) {
        dup3(streams[i], FIRST_SLOT + i, O_CLOEXEC);
    }
    dup3(channel[1], FIRST_SLOT + 3, O_CLOEXEC);
    dup3(program, FIRST_SLOT + 4, O_CLOEXEC);
    long pid = launch(frame);
    close(program);
    close(channel[1]);
    for (int i = 0; i < SLOTS; i++) {
        dup3(idle, FIRST_SLOT + i, O_CLOEXEC);
    }
    if (pid < 0) {
        errno = -pid;
        return fail("clone3");
    }
    if (maps[0] != NULL) {
        failed = enter_cgroups(pid) != 0 || write_maps(pid) != 0 || send_go(channel[0], pid) != 0 ? -1 : 0;
        if (failed != 0) {
            shutdown(channel[0], SHUT_WR);
        }
    }
    while ((size = recv(channel[0], report, sizeof report, 0)) > 0) {
        if (report[0] == READY) {
            ready = 1;
        } else {
            snprintf(problem, sizeof problem, "row %u of stage %u failed: %s", report[1], report[0], strerror(report[2]));
            failed = -1;
        }
    }
    close(channel[0]);
    for (int i = 0; i < 3; i++) {
        close(streams[i]);
    }
    if (waitid(P_PIDFD, pidfd, &info, WEXITED) != 0) {
        failed = fail("waitid");
    }
    close(pidfd);
    if (remove_cgroups() != 0) {
        failed = -1;
    }
    if (failed == 0 && (!ready || info.si_code != CLD_EXITED || info.si_status != 0)) {
        snprintf(problem, sizeof problem, "ended with code %d, status %d", info.si_code, info.si_status);
        failed = -1;
    }
    return failed;
}

/* ---- mounts */

static const char *mount_root, *mount_source;
static int mount_count;

static int bind_one(int root, int number) {
    char target[32];
    struct open_how how = {.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS};
    struct mount_attr attributes = {
            .attr_set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, .propagation = MS_PRIVATE};
    snprintf(target, sizeof target, "places/%d", number);
    int tree = syscall(SYS_open_tree, AT_FDCWD, mount_source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE);
    int place = syscall(SYS_openat2, root, target, &how, sizeof how);
    return tree < 0 || place < 0 || change(tree, &attributes) != 0
            || syscall(SYS_move_mount, tree, "", place, "", MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) != 0;
}

static int launch_to_mount(void) {
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        struct mount_attr private = {.propagation = MS_PRIVATE};
        if (unshare(CLONE_NEWNS) != 0
                || syscall(SYS_mount_setattr, AT_FDCWD, "/", AT_RECURSIVE, &private, sizeof private) != 0) {
            _exit(1);
        }
        int root = open(mount_root, O_PATH | O_CLOEXEC);
        for (int i = 0; i < mount_count; i++) {
            if (bind_one(root, i) != 0) {
                _exit(2);
            }
        }
        _exit(0);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0) {
        return fail("fork");
    }
    if (status != 0) {
        snprintf(problem, sizeof problem, "ended with the status 0x%x", status);
        return -1;
    }
    return 0;
}

int main(int argc, char **argv) {
    int (*launch_once)(void);
    if (argc >= 3 && strcmp(argv[1], "spawn") == 0) {
        prepare_spawn(argv + 2);
        launch_once = launch_by_spawn;
    } else if (argc >= 9 && strcmp(argv[1], "limit") == 0) {
        prepare_limit(argv + 2);
        launch_once = launch_by_rows;
    } else if (argc == 5 && strcmp(argv[1], "mounts") == 0) {
        mount_root = argv[2];
        mount_source = argv[3];
        mount_count = atoi(argv[4]);
        launch_once = launch_to_mount;
    } else {
        fputs("usage: see the comment in helper.c\n", stderr);
        return 2;
    }
    char order;
    while (read(0, &order, 1) == 1) {
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        int result = launch_once();
        clock_gettime(CLOCK_MONOTONIC, &end);
        if (result == 0) {
            printf("%lld\n", (end.tv_sec - start.tv_sec) * 1000000000LL + (end.tv_nsec - start.tv_nsec));
        } else {
            printf("%s\n", problem);
        }
        fflush(stdout);
    }
    return 0;
}
