//: Static functions and variables of the same names in two files.
//: files
//: module
#include "klp.h"
static int level = 2;
static noinline int work(int x) { asm volatile(""); level += x; return level; }
#ifdef FILE_A
int entry_a(int x) { return work(x) + BOTH(1, 2); }
#else
int entry_b(int x) { return work(x) + BOTH(3, 4); }
static int unused_here used;
#endif
