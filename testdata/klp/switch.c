//: A jump table.
//: flags -fjump-tables
#include "klp.h"
int entry(int x, int y)
{
	switch (x) {
	case 0: return printk("a") * y;
	case 1: return y / 3;
	case 2: return y ^ BOTH(5, 6);
	case 3: return for_some(y);
	case 4: return y * y;
	case 5: return -y;
	case 6: return y % 7;
	default: return 0;
	}
}
