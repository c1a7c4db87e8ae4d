//: A static function that becomes global, beside a namesake in another file.
//: files
#include "klp.h"
#ifdef FILE_A
BOTH(static, ) noinline used int moves(int x) { asm volatile(""); return x + 8; }
int entry(int x) { return moves(x) + BOTH(0, 1); }
#else
static noinline used int moves(int x) { asm volatile(""); return x + 9; }
int other(int x) { return moves(x); }
#endif
