//: Static branches of the kernel.
//: vmlinux
#include "klp.h"
long kernel_key;
static long own_key;
int entry(int x) { if (BRANCH(kernel_key)) return 4; if (BRANCH(own_key)) own_key++; return BOTH(x, x + 1); }
int other(int x) { if (BRANCH(kernel_key)) return 4; return x; }
