//: Strings, shared ends of strings, constants and tables of strings.
#include "klp.h"
static const char *const names[] = { "first", "second", "the end" };
const double pi_like = 3.25;
int entry(int x)
{
	printk("%s %s\n", names[x & 1], BOTH("end", "the end"));
	return printk("end") + __builtin_strlen(names[x]);
}
