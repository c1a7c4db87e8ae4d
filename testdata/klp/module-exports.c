//: A module's references to what other modules export, and to what it exports itself.
//: module
#include "klp.h"
static int mine;
int shared_entry(int x) { return x + 1; }
int entry(int x)
{
	mine += BOTH(1, 2);
	return other_value(x) + shared_entry(x) + BOTH(0, other_late(x)) + printk("m\n");
}
