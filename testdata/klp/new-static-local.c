//: A new static variable in a function, one with contents and one without.
#include "klp.h"
int entry(int x)
{
#ifdef PATCHED
	static int fresh = 5, *where = &fresh, zero;
	fresh += x;
	zero += *where;
	return fresh + zero;
#endif
	return x;
}
