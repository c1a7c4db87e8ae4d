// SPDX-License-Identifier: GPL-2.0-only
/* A module of two source files outside of the kernel's tree, which depends on the other one there. */
#include <linux/module.h>

long pair_part(long n);
long plain_value(long n);

static int __init pair_init(void) { return (int)(pair_part(3) + plain_value(1)); }
module_init(pair_init);
MODULE_INFO(license, "GPL");
MODULE_INFO(description, "Pair");
