//: Type hashes and checks of indirect calls.
//: flags -fsanitize=kcfi -fpatchable-function-entry=11,11
//: compilers clang
#include "klp.h"
static noinline int helper(int x) { asm volatile(""); return x; }
int (*pointer)(int) = helper;
int entry(int x) { return pointer(x) + helper(x) + BOTH(1, 2); }
