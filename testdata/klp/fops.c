//: Structures of pointers to functions, changed and unchanged ones.
#include "klp.h"
struct ops { int (*open)(int); int (*close)(int); const char *name; };
static noinline int do_open(int x) { asm volatile(""); return x + BOTH(1, 2); }
static noinline int do_close(int x) { asm volatile(""); return x - 1; }
const struct ops demo_ops = { do_open, do_close, "demo" };
static const struct ops hidden_ops = { do_close, do_open, "hidden" };
const struct ops *entry(int x) { return BOTH(x, x + 1) ? &demo_ops : &hidden_ops; }
