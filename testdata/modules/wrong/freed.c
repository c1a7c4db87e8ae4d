// SPDX-License-Identifier: GPL-2.0
// Refers from code and data that stay to code and data that are freed, and exports a function that is freed.
#include <linux/init.h>
#include <linux/module.h>
#include "gives.h"

int freed_start(int n);
int freed_later(int n);
extern int freed_once;

int freed_once __initdata = 3;

noinline int __init freed_start(int n)
{
	return n + freed_once;
}
EXPORT_SYMBOL_GPL(freed_start);

static noinline int __exit freed_end(int n)
{
	return gives_all(n);
}

int freed_later(int n)
{
	return freed_start(n) + freed_once;
}
EXPORT_SYMBOL_GPL(freed_later);

int (*freed_hooks[])(int n) = { freed_start, freed_end };

MODULE_DESCRIPTION("Refers to what is freed");
MODULE_LICENSE("GPL");
