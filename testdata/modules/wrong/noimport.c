// SPDX-License-Identifier: GPL-2.0
// Uses a symbol in a namespace that it does not import.
#include <linux/module.h>
#include "gives.h"

int noimport(int n)
{
	return gives_apart(n);
}

MODULE_DESCRIPTION("Does not import");
MODULE_LICENSE("GPL v2");
