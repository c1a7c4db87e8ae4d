//: Constants that a compiler puts into sections of their own.
//: flags -msse2
#include "klp.h"
struct big { long a[8]; };
double entry(double x, struct big *b)
{
	struct big local = { { 1, 2, 3, 4, 5, 6, 7, BOTH(8, 9) } };
	*b = local;
	return x * 2.5 + BOTH(1.25, 1.75);
}
