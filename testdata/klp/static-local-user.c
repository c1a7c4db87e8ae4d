//: A static variable of a function stays what it is; one of each copy is taken along.
#include "klp.h"
int entry(int x)
{
	static int kept = 3;
	static _Bool section(".data..once") __already_done;
	static const char __func__x[] used = "entry";
	kept += BOTH(1, 7) * x;
	if (!__already_done) {
		__already_done = 1;
		printk("once\n");
	}
	return kept;
}
int other(int x)
{
	static int kept = 9;
	kept -= x;
	return kept;
}
