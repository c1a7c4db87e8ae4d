//: An initcall, and what is dropped after boot.
#include "klp.h"
static int section(".init.text") noinline setup(void) { asm volatile(""); return BOTH(1, 2); }
static void *__initcall__demo__1_2_setup6 used section(".initcall6.init") = setup;
int entry(int x) { return x; }
