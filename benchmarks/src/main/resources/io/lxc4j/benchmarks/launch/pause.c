/* A program that waits until it is killed; no libc, as true.c. */

#if defined(__x86_64__)
__asm__(".globl _start\n_start: mov $34, %eax\nsyscall\njmp _start\n");
#elif defined(__aarch64__)
/* ppoll(NULL, 0, NULL, NULL), as there is no pause */
__asm__(".globl _start\n_start: mov x0, 0\nmov x1, 0\nmov x2, 0\nmov x3, 0\nmov x8, 73\nsvc 0\nb _start\n");
#endif
