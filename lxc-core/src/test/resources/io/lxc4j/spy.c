/*
 * Process 1 of a container that attacks whoever joins it. It watches for new processes that have not executed their
 * program yet, known by their only argument "lxc4j", and tries to read their memory, files, root and program, and to trace them.
 * At the end of its input it prints how many it has seen, and what it could do to one.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

static int is_joining(int pid)
{
	char path[64], name[32] = "";
	snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
	int fd = open(path, O_RDONLY);
	if (fd < 0)
		return -1;
	ssize_t length = read(fd, name, sizeof name - 1);
	close(fd);
	return length == 6 && memcmp(name, "lxc4j", 6) == 0;
}

static void report(const char *what, int pid)
{
	/* What could be done counts only if it was done before the exec. */
	if (is_joining(pid) == 1)
		printf("could %s of %d\n", what, pid);
}

static void attack(int pid)
{
	char path[64], target[256];
	snprintf(path, sizeof path, "/proc/%d/mem", pid);
	int fd = open(path, O_RDWR);
	if (fd >= 0) {
		report("open the memory", pid);
		close(fd);
	}
	snprintf(path, sizeof path, "/proc/%d/exe", pid);
	ssize_t length = readlink(path, target, sizeof target - 1);
	if (length > 0) {
		target[length] = 0;
		if (strstr(target, "memfd"))
			printf("could read the program's name %s\n", target);
	}
	fd = open(path, O_RDONLY);
	if (fd >= 0) {
		report("open the program", pid);
		close(fd);
	}
	snprintf(path, sizeof path, "/proc/%d/fd", pid);
	DIR *directory = opendir(path);
	if (directory) {
		report("list the descriptors", pid);
		closedir(directory);
	}
	for (int i = 0; i < 8; i++) {
		snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, i);
		fd = open(path, O_RDONLY | O_NONBLOCK);
		if (fd >= 0) {
			report("open a descriptor", pid);
			close(fd);
		}
	}
	snprintf(path, sizeof path, "/proc/%d/root/etc", pid);
	fd = open(path, O_PATH);
	if (fd >= 0) {
		report("reach the root", pid);
		close(fd);
	}
	if (ptrace(PTRACE_SEIZE, pid, 0, 0) == 0) {
		report("trace", pid);
		ptrace(PTRACE_INTERRUPT, pid, 0, 0);
		waitpid(pid, NULL, __WALL);
		ptrace(PTRACE_DETACH, pid, 0, 0);
	}
}

int main(void)
{
	int seen = 0, next = 2;
	struct pollfd input = {.fd = 0, .events = POLLIN};
	setvbuf(stdout, NULL, _IOLBF, 0);
	puts("ready");
	for (long round = 0;; round++) {
		for (int pid = next; pid < next + 4; pid++) {
			int joining = is_joining(pid);
			if (joining == 1) {
				seen++;
				attack(pid);
			} else if (joining == 0) {
				next = pid + 1;
			}
		}
		if (round % 256 == 0 && poll(&input, 1, 0) > 0)
			break;
	}
	printf("seen %d\n", seen);
	return 0;
}
