//: A patch to two files, one of which calls what is new in the other.
//: files
#include "klp.h"
#ifdef FILE_A
#ifdef PATCHED
int crossing(int x) { return x + 20; }
#endif
int entry_a(int x) { return BOTH(x, crossing(x)); }
#else
extern int crossing(int);
int entry_b(int x) { return BOTH(x, crossing(x) + 1); }
#endif
