//: A reference to what is dropped after boot.
#include "klp.h"
int section(".init.data") early = 3;
int entry(int x) { early = x; return BOTH(0, x); }
