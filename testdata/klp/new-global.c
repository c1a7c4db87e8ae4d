//: A new global variable and a new global function.
#include "klp.h"
#ifdef PATCHED
int fresh_global = 17;
int *fresh_pointer = &fresh_global;
int fresh_function(int x) { return x + fresh_global; }
#endif
int entry(int x)
{
	return BOTH(x, fresh_function(x) + *fresh_pointer);
}
