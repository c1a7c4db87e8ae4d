//: Static calls of the kernel.
//: vmlinux
#include "klp.h"
long __SCK__demo;
void tramp(void) asm("__SCT__demo");
void tramp(void) { }
int entry(int x) { STATIC_CALL(demo); return BOTH(x, x + 1); }
