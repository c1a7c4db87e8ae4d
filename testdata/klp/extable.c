//: Exception tables.
#include "klp.h"
int entry(int *p) { int v = BOTH(0, 1); EXTABLE_LOAD(v, *p); return v; }
int other(int *p) { int v = 0; EXTABLE_LOAD(v, *p); return v; }
