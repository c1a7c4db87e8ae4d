// SPDX-License-Identifier: GPL-2.0
// Has neither licence nor description.
#include <linux/module.h>
#include "gives.h"

int nolicense(int n)
{
	return gives_all(n);
}
MODULE_AUTHOR("Nobody");
