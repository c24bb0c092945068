/* Asks for its process id the way that programs of i386 do. Ends with 0 if it gets it. */
#include <unistd.h>

int main(void)
{
	long result = 20; /* getpid in i386 */
	__asm__ volatile("int $0x80" : "+a"(result) : : "memory", "r8", "r9", "r10", "r11");
	return result != getpid();
}
