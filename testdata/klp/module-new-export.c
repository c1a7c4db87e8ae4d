//: A new reference to what the kernel exports to certain modules.
//: module
#include "klp.h"
int entry(int x) { return other_value(x) + BOTH(0, for_some(x)); }
