/*
 * Makes a system call a million times and prints how many nanoseconds of a CPU that took. Built with gcc -static -O2.
 *
 * "number": getppid, which a filter decides by its number. "argument": personality(0xffffffff), the question what it is, which
 * the standard profile decides by the argument, after four other values. Neither does anything.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	long number = argc > 1 && !strcmp(argv[1], "argument") ? SYS_personality : SYS_getppid;
	struct timespec start, end;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	for (int i = 0; i < 1000000; i++)
		if (syscall(number, 0xffffffffUL) < 0)
			return 1;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	printf("%lld\n", (end.tv_sec - start.tv_sec) * 1000000000LL + end.tv_nsec - start.tv_nsec);
	return 0;
}
