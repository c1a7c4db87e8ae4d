//: A static branch with a key of the module is refused.
//: module
#include "klp.h"
static long own_key;
int entry(int x) { if (BRANCH(own_key)) own_key++; return BOTH(x, x + 1); }
