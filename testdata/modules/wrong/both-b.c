// SPDX-License-Identifier: GPL-2.0
// The other part.
#include <linux/module.h>
#include "gives.h"

int both_part(int n)
{
	return nobody_defines(n);
}
