//: A changed function that refers to everything there is.
#include "klp.h"
static int counter;
int total;
extern int undefined_one(int);
static noinline int helper(int x) { asm volatile(""); return x * 3 + counter; }
int entry(int x)
{
	printk(BOTH("before %d\n", "after\t\001 %d\n"), x);
	counter += BOTH(1, 2);
	total += is_known;
	return helper(x) + undefined_one(x) + for_some(x);
}
int untouched(int x) { counter--; return helper(x) + 1; }
