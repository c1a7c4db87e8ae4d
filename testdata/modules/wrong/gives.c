// SPDX-License-Identifier: GPL-2.0
// Nothing is wrong with this one: it exports what the others use.
#include <linux/module.h>
#include "../many.h"
#include "gives.h"

int gives_all(int n)
{
	return n;
}
EXPORT_SYMBOL(gives_all);

int gives_gpl(int n)
{
	return n + 1;
}
EXPORT_SYMBOL_GPL(gives_gpl);

int gives_apart(int n)
{
	return n + 2;
}
EXPORT_IN(gives_apart, GIVES);

MODULE_DESCRIPTION("Exports symbols");
MODULE_LICENSE("GPL");
