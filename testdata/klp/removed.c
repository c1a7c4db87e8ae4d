//: A function and a variable that are gone: warned about.
#include "klp.h"
#ifndef PATCHED
static int old_variable used;
static noinline used int old_function(int x) { asm volatile(""); return x + old_variable; }
#endif
int entry(int x) { return BOTH(old_function(x), x); }
