// SPDX-License-Identifier: GPL-2.0
// Depends on both other modules, and calls something that modpost must warn about.
#include <linux/init.h>
#include <linux/module.h>
#include "many.h"

static noinline int __init uses_once(void)
{
	return plain_level(1);
}

// An ordinary function that refers to one which is gone after loading: a section mismatch.
int uses_later(void)
{
	return uses_once();
}

static int __init uses_init(void)
{
	return many_call(0, uses_once()) < 0 ? -EINVAL : 0;
}

static void __exit uses_exit(void)
{
	many_call(1, 2);
}

module_init(uses_init);
module_exit(uses_exit);
MODULE_DESCRIPTION("Depends on the others");
MODULE_LICENSE("GPL");
IMPORT(PLAIN);
MODULE_SOFTDEP("pre: plain");
