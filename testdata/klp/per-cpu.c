//: Per-CPU data.
#include "klp.h"
static int section(".data..percpu") per_cpu_count;
int section(".data..percpu") per_cpu_shared;
int entry(void) { asm volatile("incl %%gs:per_cpu_count(%%rip)" ::: "memory"); per_cpu_count++; return per_cpu_shared + BOTH(1, 2); }
