// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's second half: a runtime function, and a static one that ThinLTO makes visible to main.c. */
#include <linux/module.h>

void *memcpy(void *to, const void *from, unsigned long n)
{
	asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
	return to;
}
EXPORT_SYMBOL(memcpy);

static noinline long slow_path(long n)
{
	long sum = 0;
	for (long i = n; i > 0; i >>= 1)
		sum ^= i * 7;
	return sum;
}
/* Small enough to be imported by others; what it calls has to be promoted then. */
long helper(long n) { return slow_path(n) + slow_path(n + 1); }
EXPORT_SYMBOL(helper);

long set_up_once(long n);
long __init set_up_once(long n) { return n + 2; }
static int __init second_init(void) { return (int)set_up_once(1); }
DEFINE_INITCALL(second_init, lib, 6);

/* A PCI fixup: ids, class, and a 32-bit distance to the hook. */
int fix_device(void);
int fix_device(void) { return 0; }
asm(".section .pci_fixup_final, \"a\"\n.balign 16\n.short 0x8086, 0x1234\n.long 0xffffffff, 0\n.long fix_device - .\n.previous\n");
