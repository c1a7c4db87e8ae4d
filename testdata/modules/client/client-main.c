// SPDX-License-Identifier: GPL-2.0
// Needs symbols of modules that are built elsewhere, one of them in a namespace, and exports one itself.
#include <linux/init.h>
#include <linux/module.h>
#include "../many.h"

int client_level(void)
{
	return plain_level(many_call(0, 1));
}
EXPORT_IN(client_level, CLIENT);

static int __init client_init(void)
{
	return client_level() < 0 ? -EINVAL : 0;
}

static void __exit client_exit(void)
{
}

module_init(client_init);
module_exit(client_exit);
MODULE_DESCRIPTION("Uses modules that are built elsewhere");
MODULE_LICENSE("Dual MIT/GPL");
MODULE_VERSION("1.0");
IMPORT(PLAIN);
