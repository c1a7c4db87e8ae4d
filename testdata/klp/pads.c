//: Landing pads, profiling calls and their table.
//: flags -fcf-protection=branch -pg -mfentry -mrecord-mcount
//: compilers gcc
#include "klp.h"
static noinline int helper(int x) { asm volatile(""); return x; }
int (*pointer)(int) = helper;
int entry(int x) { return pointer(x) + helper(x) + BOTH(1, 2); }
