//: A reference to a module that the patched one did not need before is refused.
//: module
#include "klp.h"
int entry(int x) { return other_value(x) + BOTH(0, third_value(x)); }
