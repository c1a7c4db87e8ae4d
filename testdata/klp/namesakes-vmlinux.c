//: The same in the kernel itself, where numbers and addresses tell which is meant.
//: files
//: vmlinux
#include "klp.h"
static int level = 2;
static noinline int work(int x) { asm volatile(""); level += BOTH(x, x * 2); return level; }
#ifdef FILE_A
int entry_a(int x) { return work(x) + 1; }
#else
int entry_b(int x) { return work(x) + BOTH(3, 4); }
#endif
