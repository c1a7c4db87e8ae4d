// SPDX-License-Identifier: GPL-2.0-only
/* The other file: a static call in a loop. */
#include <linux/module.h>

DECLARE_STATIC_CALL(tick, long(long));

noinline long pair_part(long n)
{
	long sum = 0;
	for (long i = 0; i < n; i++)
		sum += static_call(tick)(i);
	return sum;
}
