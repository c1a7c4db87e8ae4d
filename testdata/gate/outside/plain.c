// SPDX-License-Identifier: GPL-2.0-only
/* A module outside of the kernel's tree: uses what the kernel and another module export, and exports something itself. */
#include <linux/module.h>

DECLARE_STATIC_CALL(tick, long(long));
long count_ticks(long n);
long one_shared(long n);

noinline long plain_value(long n) { return static_call(tick)(n) + count_ticks(n); }
EXPORT_SYMBOL_GPL(plain_value);

static int __init plain_init(void) { return (int)(one_shared(1) + plain_value(2)); }
module_init(plain_init);
MODULE_INFO(license, "GPL");
MODULE_INFO(description, "Plain");
