// SPDX-License-Identifier: GPL-2.0-only
/* A module of two source files that depends on the other module, and imports a namespace. */
#include <linux/module.h>

long one_shared(long n);
long count_last(long n);
long two_part(long n);

long two_work(long n) { return one_shared(n) + two_part(n) + count_last(n); }

static int __init two_init(void) { return (int)two_work(2); }
module_init(two_init);
MODULE_INFO(license, "GPL");
MODULE_INFO(description, "Two");
MODULE_INFO(import_ns, "TICKS");
