package io.lxc4j.kernel;

/**
 * The system calls that this library makes, one row a call: its name, its number on x86_64 and on aarch64, and the
 * kernel that brought it. The one table serves calling, compiling launch programs, error text and probing.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/syscalls.2.html">syscalls(2)</a>
 */
public enum Sys {
    /** Read from a file descriptor. */
    READ("read", 0, 63, "1.0"),
    /** Write to a file descriptor. */
    WRITE("write", 1, 64, "1.0"),
    /** Close a file descriptor. */
    CLOSE("close", 3, 57, "1.0"),
    /** Move the offset of an open file. */
    LSEEK("lseek", 8, 62, "1.0"),
    /** Examine and change a signal action. */
    RT_SIGACTION("rt_sigaction", 13, 134, "2.2"),
    /** Examine and change blocked signals. */
    RT_SIGPROCMASK("rt_sigprocmask", 14, 135, "2.2"),
    /** Control a device. */
    IOCTL("ioctl", 16, 29, "1.0"),
    /** Read from a file descriptor at an offset. */
    PREAD64("pread64", 17, 67, "2.2"),
    /** Write to a file descriptor at an offset. */
    PWRITE64("pwrite64", 18, 68, "2.2"),
    /** Get the process identification. */
    GETPID("getpid", 39, 172, "1.0"),
    /** Create an endpoint for communication. */
    SOCKET("socket", 41, 198, "2.0"),
    /** Send a message on a socket. */
    SENDTO("sendto", 44, 206, "2.0"),
    /** Receive a message from a socket. */
    RECVFROM("recvfrom", 45, 207, "2.0"),
    /** Send a message on a socket, descriptors included. */
    SENDMSG("sendmsg", 46, 211, "2.0"),
    /** Receive a message from a socket, descriptors included. */
    RECVMSG("recvmsg", 47, 212, "2.0"),
    /** Create a pair of connected sockets. */
    SOCKETPAIR("socketpair", 53, 199, "2.0"),
    /** {@code setsockopt(2)}. */
    SETSOCKOPT("setsockopt", 54, 208, "2.0"),
    /** Execute a program. */
    EXECVE("execve", 59, 221, "1.0"),
    /** Send a signal to a process or a group of processes. */
    KILL("kill", 62, 129, "1.0"),
    /** Get name and information about the kernel. */
    UNAME("uname", 63, 160, "1.0"),
    /** Manipulate a file descriptor. */
    FCNTL("fcntl", 72, 25, "1.0"),
    /** Commit what was written to a file to its device. */
    FSYNC("fsync", 74, 82, "1.0"),
    /** Truncate or extend an open file. */
    FTRUNCATE("ftruncate", 77, 46, "1.0"),
    /** Change the owner of an open file. */
    FCHOWN("fchown", 93, 55, "1.0"),
    /** Set an extended attribute, of a link itself. */
    LSETXATTR("lsetxattr", 189, 6, "2.4"),
    /** Set an extended attribute of an open file. */
    FSETXATTR("fsetxattr", 190, 7, "2.4"),
    /** Retrieve an extended attribute, of a link itself. */
    LGETXATTR("lgetxattr", 192, 9, "2.4"),
    /** Retrieve an extended attribute of an open file. */
    FGETXATTR("fgetxattr", 193, 10, "2.4"),
    /** List the extended attributes, of a link itself. */
    LLISTXATTR("llistxattr", 195, 12, "2.4"),
    /** List the extended attributes of an open file. */
    FLISTXATTR("flistxattr", 196, 13, "2.4"),
    /** Change the owner of a file by directory. */
    FCHOWNAT("fchownat", 260, 54, "2.6.16"),
    /** Make one more name of a file. */
    LINKAT("linkat", 265, 37, "2.6.16"),
    /** Change permissions of a file by directory. */
    FCHMODAT("fchmodat", 268, 53, "2.6.16"),
    /** Change the times of a file. */
    UTIMENSAT("utimensat", 280, 88, "2.6.22"),
    /** Commit a file system to its device. */
    SYNCFS("syncfs", 306, 267, "2.6.39"),
    /** Rename a file, without replacing another if that is asked for. */
    RENAMEAT2("renameat2", 316, 276, "3.15"),
    /** Change the working directory. */
    CHDIR("chdir", 80, 49, "1.0"),
    /** Change the working directory by descriptor. */
    FCHDIR("fchdir", 81, 50, "1.0"),
    /** Change the permissions of an open file. */
    FCHMOD("fchmod", 91, 52, "1.0"),
    /** Set the file mode creation mask. */
    UMASK("umask", 95, 166, "1.0"),
    /** Get the effective user identity. */
    GETEUID("geteuid", 107, 175, "1.0"),
    /** Set a process group. */
    SETPGID("setpgid", 109, 154, "1.0"),
    /** Lock an open file as a whole. */
    FLOCK("flock", 73, 32, "2.0"),
    /** Create a session and set the process group id. */
    SETSID("setsid", 112, 157, "1.0"),
    /** Copy data between descriptors. */
    SENDFILE("sendfile", 40, 71, "2.2"),
    /** Set the list of supplementary group ids. */
    SETGROUPS("setgroups", 116, 159, "1.0"),
    /** Set real, effective and saved user id. */
    SETRESUID("setresuid", 117, 147, "2.2"),
    /** Set real, effective and saved group id. */
    SETRESGID("setresgid", 119, 149, "2.2"),
    /** Get the process group of a process. */
    GETPGID("getpgid", 121, 155, "1.0"),
    /** Manipulate the kernel's key management facility. */
    KEYCTL("keyctl", 250, 219, "2.6.10"),
    /** Read memory of another process. */
    PROCESS_VM_READV("process_vm_readv", 310, 270, "3.2"),
    /** Get the capabilities of a thread. */
    CAPGET("capget", 125, 90, "2.2"),
    /** Set the capabilities of a thread. */
    CAPSET("capset", 126, 91, "2.2"),
    /** Set the execution domain of a process. */
    PERSONALITY("personality", 135, 92, "1.2"),
    /** Get file system statistics. */
    STATFS("statfs", 137, 43, "1.0"),
    /** Get file system statistics by descriptor. */
    FSTATFS("fstatfs", 138, 44, "1.0"),
    /** Set the nice value of processes. */
    SETPRIORITY("setpriority", 141, 140, "1.0"),
    /** Set the scheduling policy and its priority. */
    SCHED_SETSCHEDULER("sched_setscheduler", 144, 119, "1.3.55"),
    /** Change the root mount. */
    PIVOT_ROOT("pivot_root", 155, 41, "2.4"),
    /** Operate on a process or thread. */
    PRCTL("prctl", 157, 167, "2.2"),
    /** Change the root directory. */
    CHROOT("chroot", 161, 51, "1.0"),
    /** Mount a file system. */
    MOUNT("mount", 165, 40, "1.0"),
    /** Unmount a file system. */
    UMOUNT2("umount2", 166, 39, "2.2"),
    /** Set the host name. */
    SETHOSTNAME("sethostname", 170, 161, "1.0"),
    /** Set the NIS domain name. */
    SETDOMAINNAME("setdomainname", 171, 162, "1.0"),
    /** Retrieve an extended attribute value. */
    GETXATTR("getxattr", 191, 8, "2.4"),
    /** Read directory entries. */
    GETDENTS64("getdents64", 217, 61, "2.4"),
    /** Set the CPUs that a thread may run on. */
    SCHED_SETAFFINITY("sched_setaffinity", 203, 122, "2.6"),
    /** Control an epoll descriptor. */
    EPOLL_CTL("epoll_ctl", 233, 21, "2.6"),
    /** Exit all threads of a process. */
    EXIT_GROUP("exit_group", 231, 94, "2.6"),
    /** Wait for a process to change state. */
    WAITID("waitid", 247, 95, "2.6.10"),
    /** Set the I/O scheduling class and priority. */
    IOPRIO_SET("ioprio_set", 251, 30, "2.6.13"),
    /** Open and possibly create a file. */
    OPENAT("openat", 257, 56, "2.6.16"),
    /** Create a directory. */
    MKDIRAT("mkdirat", 258, 34, "2.6.16"),
    /** Remove a file or a directory. */
    UNLINKAT("unlinkat", 263, 35, "2.6.16"),
    /** Create a special or ordinary file. */
    MKNODAT("mknodat", 259, 33, "2.6.16"),
    /** Make a new name for a file. */
    SYMLINKAT("symlinkat", 266, 36, "2.6.16"),
    /** Read the value of a symbolic link. */
    READLINKAT("readlinkat", 267, 78, "2.6.16"),
    /** Get file status. */
    STATX("statx", 332, 291, "4.11"),
    /** Disassociate parts of the execution context. */
    UNSHARE("unshare", 272, 97, "2.6.16"),
    /** Wait for an event on an epoll descriptor. */
    EPOLL_PWAIT("epoll_pwait", 281, 22, "2.6.19"),
    /** Create a timer that is a descriptor. */
    TIMERFD_CREATE("timerfd_create", 283, 85, "2.6.25"),
    /** Arm or disarm a timer that is a descriptor. */
    TIMERFD_SETTIME("timerfd_settime", 286, 86, "2.6.25"),
    /** Create an inotify instance. */
    INOTIFY_INIT1("inotify_init1", 294, 26, "2.6.27"),
    /** Add a watch to an inotify instance. */
    INOTIFY_ADD_WATCH("inotify_add_watch", 254, 27, "2.6.13"),
    /** Remove a watch from an inotify instance. */
    INOTIFY_RM_WATCH("inotify_rm_watch", 255, 28, "2.6.13"),
    /** Create a descriptor for event notification. */
    EVENTFD2("eventfd2", 290, 19, "2.6.27"),
    /** Open an epoll descriptor. */
    EPOLL_CREATE1("epoll_create1", 291, 20, "2.6.27"),
    /** Duplicate a file descriptor. */
    DUP3("dup3", 292, 24, "2.6.27"),
    /** Create a pipe. */
    PIPE2("pipe2", 293, 59, "2.6.27"),
    /** Set the resource limits of a process. */
    PRLIMIT64("prlimit64", 302, 261, "2.6.36"),
    /** Reassociate a thread with a namespace. */
    SETNS("setns", 308, 268, "3.0"),
    /** Set the scheduling policy and its attributes. */
    SCHED_SETATTR("sched_setattr", 314, 274, "3.14"),
    /** Operate on the secure computing state. */
    SECCOMP("seccomp", 317, 277, "3.17"),
    /** Create an anonymous file. */
    MEMFD_CREATE("memfd_create", 319, 279, "3.17"),
    /** Perform a command on an extended BPF map or program. */
    BPF("bpf", 321, 280, "3.18"),
    /** Execute a program relative to a directory descriptor. */
    EXECVEAT("execveat", 322, 281, "3.19"),
    /** Send a signal to a process by a descriptor. */
    PIDFD_SEND_SIGNAL("pidfd_send_signal", 424, 424, "5.1"),
    /** Open or clone a mount tree. */
    OPEN_TREE("open_tree", 428, 428, "5.2"),
    /** Move or attach a mount. */
    MOVE_MOUNT("move_mount", 429, 429, "5.2"),
    /** Open a file system by name. */
    FSOPEN("fsopen", 430, 430, "5.2"),
    /** Configure a file system that is being created. */
    FSCONFIG("fsconfig", 431, 431, "5.2"),
    /** Make a mount of a file system. */
    FSMOUNT("fsmount", 432, 432, "5.2"),
    /** Obtain a descriptor that refers to a process. */
    PIDFD_OPEN("pidfd_open", 434, 434, "5.3"),
    /** Create a child process. */
    CLONE3("clone3", 435, 435, "5.3"),
    /** Close all file descriptors in a range. */
    CLOSE_RANGE("close_range", 436, 436, "5.9"),
    /** Open and possibly create a file, with restrictions. */
    OPENAT2("openat2", 437, 437, "5.6"),
    /** Change the properties of a mount or a mount tree. */
    MOUNT_SETATTR("mount_setattr", 442, 442, "5.12"),
    /** Create a Landlock ruleset. */
    LANDLOCK_CREATE_RULESET("landlock_create_ruleset", 444, 444, "5.13"),
    /** Add a rule to a Landlock ruleset. */
    LANDLOCK_ADD_RULE("landlock_add_rule", 445, 445, "5.13"),
    /** Enforce a Landlock ruleset on the calling thread. */
    LANDLOCK_RESTRICT_SELF("landlock_restrict_self", 446, 446, "5.13"),
    /** List the active security modules. */
    LSM_LIST_MODULES("lsm_list_modules", 461, 461, "6.8");

    private final String callName;
    private final int x86;
    private final int arm;
    private final String since;

    Sys(String callName, int x86, int arm, String since) {
        this.callName = callName;
        this.x86 = x86;
        this.arm = arm;
        this.since = since;
    }

    /**
     * The call's name, as its manual page has it.
     *
     * @return the name in lower case
     */
    public String callName() {
        return callName;
    }

    /**
     * The call's number.
     *
     * @param architecture the architecture to run on
     * @return the number
     */
    public int number(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> x86;
            case AARCH64 -> arm;
        };
    }

    /**
     * The kernel release that first had the call; for error text only, as abilities are probed by trying.
     *
     * @return a release, for instance {@code 5.12}
     */
    public String since() {
        return since;
    }
}
