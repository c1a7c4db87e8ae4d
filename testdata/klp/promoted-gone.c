//: A suffix that disappears, and one that comes.
#include "klp.h"
int gone(int) asm(BOTH("gone.llvm.111", "gone"));
int comes(int) asm(BOTH("comes", "comes.llvm.222"));
noinline int gone(int x) { return x + 4; }
noinline int comes(int x) { return x + 5; }
int entry(int x) { return gone(x) + comes(x) + BOTH(0, 1); }
