//: Names that Clang's ThinLTO has made global get another suffix.
#include "klp.h"
#define NAME(n, a, b) asm(BOTH(n ".llvm." a, n ".llvm." b))
int helper(int) NAME("helper", "111", "222");
int twin1(int) NAME("twin", "111", "222");
int twin2(int) NAME("twin", "333", "444");
int state NAME("state", "111", "222");
int state = 4;
noinline int helper(int x) { return x + state; }
noinline int twin1(int x) { return x + 1; }
noinline int twin2(int x) { return x + BOTH(2, 3); }
int entry(int x) { return helper(x) + twin1(x) + twin2(x) + BOTH(0, 1); }
