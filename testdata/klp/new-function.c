//: A new static function, which calls another one and refers to itself.
#include "klp.h"
static int counter;
#ifdef PATCHED
static noinline int deeper(int x) { asm volatile(""); counter += x; return printk("deeper\n"); }
static noinline int added(int x) { asm volatile(""); if (x > 3) return deeper(x); return (int)(long)added; }
#endif
int entry(int x)
{
	counter++;
	return BOTH(x, added(x));
}
