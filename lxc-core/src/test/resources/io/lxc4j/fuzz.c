/*
 * Process 1 of a container: has workers make random system calls until enough have been made.
 *
 *     fuzz SEED CALLS I386 REFUSED...
 *
 * A worker makes a batch of calls, drawn from the seed and the number of the batch. It may end, block, stop, or shoot the others;
 * process 1, which no signal of its own namespace ends, starts others in their place. A batch that has not gone on since the
 * last look is ended: its call blocks. Only calls that have returned are counted, by the worker, in memory that is shared.
 *
 * What is looked at while calls are made: those of REFUSED must all fail with EPERM, those of the x32 ABI with ENOSYS; after its
 * batch a worker has no capability, and is no less filtered, than the first process. After the calls, I386 processes make a call
 * of i386 each, which must end them with SIGSYS.
 *
 * Never made, as the test itself could not go on:
 *  - prlimit64, sched_set*, setpriority and ioprio_set on process 1, which is of the same user as the workers: it could start no
 *    more of them, or would get no time to. Its memory is out of reach, as it is not dumpable.
 * Made a hundred times less often than others, as they would take the time of the others:
 *  - exit, exit_group and rt_sigreturn, which end the worker; pause, which blocks it;
 *  - sync and syncfs, which wait for the disks of the whole host; membarrier, which waits for all processors.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	WORKERS = 12,
	BATCH = 4000,
	NUMBERS = 480,
	UNKNOWN = 520,         /* numbers up to here are drawn, too */
	X32 = 0x40000000,
	LOOK_MS = 10,          /* how often process 1 looks after the workers */
	SCRATCH = 1 << 16,
	FDS = 40,
};

/*
 * What a worker tells process 1, in a page of its own between two that can't be touched, until a call has made them writable and
 * another, as getrandom, writes over all of them: so what is wrong is sealed.
 */
struct report {
	volatile uint64_t made, succeeded, wrong, seal;
	volatile int64_t number, result, arguments[6];
	char what[64];
};

struct worker {
	pid_t pid;
	uint64_t batch, seen;
	int stuck;
	struct report *report;
};

static struct worker workers[WORKERS];
static uint8_t refused[NUMBERS];
static uint8_t *scratch;
static uint64_t bounding;
static pid_t self;

static uint64_t state;

static uint64_t draw(void)
{
	uint64_t z = (state += 0x9e3779b97f4a7c15u);
	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static uint64_t below(uint64_t bound)
{
	return draw() % bound;
}

/* Without libc, whose thread may have been cut from under it by an earlier call. */
static inline __attribute__((always_inline)) long call6(long number, const int64_t *a)
{
#if defined(__x86_64__)
	long result;
	register int64_t r10 __asm__("r10") = a[3];
	register int64_t r8 __asm__("r8") = a[4];
	register int64_t r9 __asm__("r9") = a[5];
	__asm__ volatile("syscall"
			 : "=a"(result), "+r"(r10), "+r"(r8), "+r"(r9)
			 : "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2])
			 : "rcx", "r11", "memory");
	return result;
#elif defined(__aarch64__)
	register int64_t x8 __asm__("x8") = number;
	register int64_t x0 __asm__("x0") = a[0];
	register int64_t x1 __asm__("x1") = a[1];
	register int64_t x2 __asm__("x2") = a[2];
	register int64_t x3 __asm__("x3") = a[3];
	register int64_t x4 __asm__("x4") = a[4];
	register int64_t x5 __asm__("x5") = a[5];
	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5) : "memory");
	return x0;
#endif
}

static long call(long number, int64_t a, int64_t b, int64_t c, int64_t d)
{
	int64_t all[6] = {a, b, c, d, 0, 0};
	return call6(number, all);
}

static const char *const paths[] = {
	"/", ".", "..", "/proc/self/mem", "/proc/self/exe", "/proc/self/fd/3", "/proc/self/ns/user", "/proc/self/ns/net",
	"/proc/1/mem", "/proc/1/root", "/proc/1/ns/mnt", "/proc/1/fd/1", "/proc/self/root/../..", "/proc/self/setgroups",
	"/proc/self/uid_map", "/proc/self/attr/exec", "/proc/self/oom_score_adj", "/proc/self/clear_refs",
	"/proc/self/timens_offsets", "/proc/self/pagemap", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe",
	"/proc/sys/vm/drop_caches", "/proc/sys/kernel/hostname", "/proc/sysrq-trigger", "/proc/kcore", "/proc/kallsyms",
	"/proc/keys", "/proc/irq/default_smp_affinity", "/proc/fs", "/sys", "/sys/kernel/uevent_helper", "/sys/fs/cgroup",
	"/sys/class/net/lo/mtu", "/sys/power/state", "/sys/kernel/profiling", "/dev/null", "/dev/zero", "/dev/full",
	"/dev/random", "/dev/tty", "/dev/ptmx", "/dev/pts", "/dev/shm/a", "/dev/shm/b", "/dev/mqueue/q", "/dev/mem",
	"/dev/kmsg", "/dev/net/tun", "/dev/fuse", "/tmp", "/tmp/a", "/tmp/b", "/tmp/c/d", "/tmp/..", "/usr/bin/true",
	"/usr/bin", "/etc/passwd", "/etc", "", "a", "proc", "tmpfs", "overlay", "cgroup2", "security.capability", "user.a",
	"trusted.overlay.opaque", "size=4k,mode=777", "lo",
};

static const uint64_t extremes[] = {
	0, 1, 2, 3, -1ull, -2ull, (uint64_t)AT_FDCWD, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 4095, 4096, 4097, 0x7fffffff,
	0x80000000, 0xffffffff, 0x100000000, 0x100000001, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffff80000000,
	0xffffffff81000000, 0xffff888000000000, 0x7ffffffff000, 0xdead000000000000, 0x5412, 0x541c,
};

static int64_t path(void)
{
	char *to = (char *)scratch + 256 * below(SCRATCH / 256);
	strcpy(to, paths[below(sizeof paths / sizeof *paths)]);
	return (int64_t)to;
}

static int64_t argument(void)
{
	switch (below(16)) {
	case 0:
	case 1:
		return below(8);
	case 2:
	case 3:
	case 4:
		return below(FDS);
	case 5:
		return extremes[below(sizeof extremes / sizeof *extremes)];
	case 6:
		return 1ull << below(64);
	case 7:
		return 1ull << below(32) | 1ull << below(32) | below(4);
	case 8:
		return draw();
	case 9:
		return (uint32_t)draw();
	case 10:
		return below(2) ? self : (int64_t)below(64);
	case 11:
	case 12:
		return path();
	case 13:
		return (int64_t)scratch + SCRATCH - below(16); /* ends at a page that is none */
	default:
		return (int64_t)scratch + (below(SCRATCH) & ~7ull);
	}
}

/* Something for the kernel to read: numbers, descriptors, pointers to more. */
static void strew(void)
{
	for (uint64_t i = below(16); i > 0; i--)
		*(int64_t *)(scratch + (below(SCRATCH) & ~7ull)) = argument();
}

static int touches_process_1(long number, const int64_t *a)
{
	switch (number) {
	case SYS_prlimit64:
	case SYS_sched_setscheduler:
	case SYS_sched_setparam:
	case SYS_sched_setattr:
	case SYS_sched_setaffinity:
		return (int32_t)a[0] == 1;
	case SYS_setpriority:
		return (int32_t)a[1] == 1 || (int32_t)a[0] == PRIO_USER;
	case SYS_ioprio_set:
		return (int32_t)a[1] == 1 || (int32_t)a[0] == 3; /* IOPRIO_WHO_USER */
	default:
		return 0;
	}
}

static int is_rare(long number)
{
	switch (number) {
	case SYS_exit:
	case SYS_exit_group:
	case SYS_rt_sigreturn:
	case SYS_sync:
	case SYS_syncfs:
	case SYS_membarrier:
#ifdef SYS_pause
	case SYS_pause:
#endif
		return 1;
	default:
		return 0;
	}
}

static uint64_t seal(const struct report *report)
{
	uint64_t sum = 0x9e3779b97f4a7c15u ^ report->number;
	sum = sum * 0x94d049bb133111ebu ^ report->result;
	for (int i = 0; i < 6; i++)
		sum = sum * 0x94d049bb133111ebu ^ report->arguments[i];
	return sum;
}

static void wrong(struct report *report, const char *what, long number, long result, const int64_t *a)
{
	if (report->wrong++ == 0) {
		strcpy(report->what, what);
		report->number = number;
		report->result = result;
		for (int i = 0; i < 6; i++)
			report->arguments[i] = a ? a[i] : 0;
		report->seal = seal(report);
	}
}

static void die(int signal)
{
	(void)signal;
	call(SYS_exit_group, 1, 0, 0, 0);
}

/* Descriptors of many kinds, below FDS. The standard streams are the container's own no more. */
static void open_all(void)
{
	int pair[2], null = open("/dev/null", O_RDWR);
	for (int i = 0; i < 3; i++)
		dup2(null, i);
	if (pipe2(pair, O_NONBLOCK) || socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair)
	    || socketpair(AF_UNIX, SOCK_DGRAM, 0, pair))
		return;
	const char *files[] = {"/", "/proc/self/mem", "/proc/self/ns/user", "/proc/self/ns/mnt", "/dev/zero", "/dev/ptmx",
			       "/proc/1", "/usr/bin/true", "/proc/self/fd", "/sys", "/tmp/a"};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++)
		if (open(files[i], O_RDWR | O_NONBLOCK | O_NOCTTY) < 0)
			open(files[i], O_RDONLY | O_NONBLOCK);
	open("/tmp/b", O_RDWR | O_CREAT, 0666);
	open("/usr", O_PATH);
	epoll_create1(0);
	eventfd(0, EFD_NONBLOCK);
	timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK);
	inotify_init1(IN_NONBLOCK);
	memfd_create("m", MFD_ALLOW_SEALING);
	socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	socket(AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK, 0);
	socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
	syscall(SYS_pidfd_open, self, 0);
}

static void check_rights(struct report *report)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];
	if (call(SYS_capget, (int64_t)&header, (int64_t)data, 0, 0) == 0) {
		uint64_t permitted = (uint64_t)data[1].permitted << 32 | data[0].permitted;
		if (permitted & ~bounding)
			wrong(report, "gained capabilities", SYS_capget, permitted, NULL);
	}
	long none = call(SYS_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0);
	if (none != 1)
		wrong(report, "lost no_new_privs", SYS_prctl, none, NULL);
	long filter = call(SYS_prctl, PR_GET_SECCOMP, 0, 0, 0);
	if (filter != 2)
		wrong(report, "lost its filter", SYS_prctl, filter, NULL);
}

static void work(struct report *report)
{
	const int deadly[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGSYS};
	stack_t stack = {.ss_sp = mmap(NULL, 1 << 16, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
			 .ss_size = 1 << 16};
	struct sigaction action = {.sa_handler = die, .sa_flags = SA_ONSTACK};

	self = getpid();
	setpgid(0, 0);
	sigaltstack(&stack, NULL);
	/* A signal that is handled is not written to the host's log. */
	for (size_t i = 0; i < sizeof deadly / sizeof *deadly; i++)
		sigaction(deadly[i], &action, NULL);
	signal(SIGXFSZ, SIG_IGN);
	signal(SIGPIPE, SIG_IGN);
	open_all();
	uint8_t *memory = mmap(NULL, SCRATCH + 8192, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	scratch = memory + 4096;
	mprotect(scratch, SCRATCH, PROT_READ | PROT_WRITE);
	self = getpid();

	int copies = 0;
	while (report->made < BATCH) {
		long number = below(UNKNOWN);
		int64_t a[6];
		strew();
		for (int i = 0; i < 6; i++)
			a[i] = argument();
		if ((is_rare(number) && below(100)) || touches_process_1(number, a))
			continue;
		int x32 = 0;
#ifdef __x86_64__
		x32 = below(32) == 0;
		if (x32)
			number |= X32;
#endif
		long result = call6(number, a);
		if (copies || (result == 0 && call(SYS_getpid, 0, 0, 0, 0) != self)) {
			/* A copy of the worker goes on for a while, uncounted. */
			if (++copies > 50)
				call(SYS_exit_group, 0, 0, 0, 0);
			continue;
		}
		report->made++;
		report->succeeded += result >= 0 || result < -4095;
		if (x32 && result != -ENOSYS)
			wrong(report, "x32", number, result, a);
		else if (!x32 && number < NUMBERS && refused[number] && result != -EPERM)
			wrong(report, "not refused", number, result, a);
	}
	check_rights(report);
	call(SYS_exit_group, 0, 0, 0, 0);
}

static uint64_t lives, blocked;

static int start(struct worker *worker, uint64_t seed, uint64_t batch)
{
	memset(worker->report, 0, sizeof *worker->report);
	worker->seen = 0;
	worker->stuck = 0;
	worker->batch = batch;
	worker->pid = fork();
	if (worker->pid == 0) {
		state = seed ^ batch * 0xd1342543de82ef95u;
		draw();
		work(worker->report);
	}
	lives += worker->pid > 0;
	return worker->pid > 0;
}

/* How many processes of i386 were ended by their first call, as they must. */
static int i386(int processes)
{
	int killed = 0;
#ifdef __x86_64__
	for (int i = 0; i < processes; i++) {
		uint32_t number = below(480), a = draw(), b = below(64), c = draw();
		pid_t child = fork();
		if (child == 0) {
			uint32_t result = number;
			__asm__ volatile("int $0x80" : "+a"(result) : "b"(a), "c"(b), "d"(c) : "memory", "r8", "r9", "r10", "r11");
			_exit(0);
		}
		int status = 0;
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		killed += child > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS;
	}
#endif
	return killed;
}

static uint64_t capabilities(void)
{
	struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct data[2];
	if (syscall(SYS_capget, &header, data))
		exit(2);
	return (uint64_t)data[1].permitted << 32 | data[0].permitted;
}

static void map(struct worker *worker)
{
	uint8_t *pages = mmap(NULL, 3 * 4096, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (pages == MAP_FAILED || mprotect(pages + 4096, 4096, PROT_READ | PROT_WRITE))
		exit(3);
	worker->report = (struct report *)(pages + 4096);
}

int main(int count, char **arguments)
{
	if (count < 4 || getpid() != 1)
		return 4; /* a worker has executed this */
	uint64_t seed = strtoull(arguments[1], NULL, 10), wanted = strtoull(arguments[2], NULL, 10);
	for (int i = 4; i < count; i++)
		refused[atoi(arguments[i])] = 1;
	prctl(PR_SET_DUMPABLE, 0);
	setvbuf(stdout, NULL, _IOLBF, 0);
	bounding = capabilities();
	close(open("/tmp/a", O_RDWR | O_CREAT, 0666));

	uint64_t made = 0, succeeded = 0, wrongs = 0, spoiled = 0, batch = 0, looks = 0, printed = 0;
	for (int i = 0; i < WORKERS; i++) {
		map(&workers[i]);
		start(&workers[i], seed, batch++);
	}
	while (made < wanted) {
		struct timespec pause = {.tv_nsec = LOOK_MS * 1000000};
		int status;
		pid_t pid;
		nanosleep(&pause, NULL);
		while ((pid = waitpid(-1, &status, WNOHANG | __WALL)) > 0)
			for (int i = 0; i < WORKERS; i++)
				if (workers[i].pid == pid)
					workers[i].pid = 0;
		/* Copies that block and are nobody's are ended with all others. */
		if (++looks % 100 == 0)
			kill(-1, SIGKILL);
		for (int i = 0; i < WORKERS; i++) {
			struct worker *worker = &workers[i];
			struct report *report = worker->report;
			if (worker->pid <= 0) {
				/* Memory that was written to by accident tells too much. */
				if (report->made <= BATCH && report->succeeded <= report->made) {
					made += report->made;
					succeeded += report->succeeded;
				}
				if (report->wrong && report->seal != seal(report))
					spoiled++;
				else if (report->wrong && wrongs++ < 20)
					printf("wrong: batch %lu: %.63s: %ld(%lx, %lx, %lx, %lx, %lx, %lx) = %ld\n",
					       worker->batch, report->what, report->number, report->arguments[0],
					       report->arguments[1], report->arguments[2], report->arguments[3],
					       report->arguments[4], report->arguments[5], report->result);
				start(worker, seed, batch++);
			} else if (worker->seen == report->made) {
				if (++worker->stuck == 2) {
					blocked++;
					kill(worker->pid, SIGKILL);
				}
			} else {
				worker->seen = report->made;
				worker->stuck = 0;
			}
		}
		if (made >= printed + 100000) {
			printed = made;
			printf("progress: %lu calls, %lu workers, %lu blocked\n", made, lives, blocked);
		}
	}
	kill(-1, SIGKILL);
	while (waitpid(-1, NULL, __WALL) > 0)
		;
	printf("calls: %lu\n", made);
	printf("succeeded: %lu\n", succeeded);
	printf("wrong: %lu\n", wrongs);
	printf("spoiled: %lu\n", spoiled);
	state = seed;
	printf("i386: %d\n", i386(atoi(arguments[3])));
	return 0;
}
