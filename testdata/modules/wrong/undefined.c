// SPDX-License-Identifier: GPL-2.0
// Two symbols that nobody exports, and one that may be missing.
#include <linux/module.h>
#include "gives.h"

int __weak nobody_needs(int n);

int undefined(int n)
{
	return nobody_defines(n) + nobody_either(n) + (nobody_needs ? nobody_needs(n) : gives_all(n));
}

MODULE_DESCRIPTION("Needs what is not there");
MODULE_LICENSE("GPL");
