//: Bug entries, of changed functions alone.
#include "klp.h"
int entry(int x) { if (x == 3) BUG(); if (x == BOTH(4, 5)) BUG(); return x; }
int other(int x) { if (x == 3) BUG(); return x; }
