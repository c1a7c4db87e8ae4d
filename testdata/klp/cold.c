//: The unlikely part of a function.
#include "klp.h"
static int n_failed;
static cold noinline void complain(int x) { asm volatile(""); n_failed += x; printk("failed %d\n", x); }
int entry(int x)
{
	if (__builtin_expect(x < BOTH(0, 1), 0)) {
		complain(x);
		n_failed += 2;
		return -n_failed;
	}
	return x * 2;
}
