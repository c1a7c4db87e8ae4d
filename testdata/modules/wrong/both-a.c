// SPDX-License-Identifier: GPL-2.0
// A part of a module. The other part needs a symbol that nobody exports.
#include <linux/module.h>
#include "gives.h"

int both(int n);

int both(int n)
{
	return both_part(n) + gives_gpl(n);
}
EXPORT_SYMBOL_GPL(both);

int gives_both(int n);
int gives_both(int n)
{
	return n;
}
EXPORT_SYMBOL(gives_both);

MODULE_DESCRIPTION("Two parts, one of which needs what is not there");
MODULE_LICENSE("Dual BSD/GPL");
