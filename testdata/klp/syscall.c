//: A system call: several names for wrappers around one inline body.
#include "klp.h"
static int state;
static inline __attribute__((always_inline)) long do_demo(long a) { state += BOTH(1, 2); return a + state; }
static noinline long se_demo(long a) { asm volatile(""); return do_demo((int)a); }
long used x64_demo(const long *regs);
long used ia32_demo(const long *regs);
long x64_demo(const long *regs) { return se_demo(regs[14]); }
long ia32_demo(const long *regs) { return se_demo(regs[5]); }
extern long alias_demo(const long *) __attribute__((alias("x64_demo")));
