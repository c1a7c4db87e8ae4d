// SPDX-License-Identifier: GPL-2.0
// One source file: device tables, parameters, an export in a namespace.
#include <linux/init.h>
#include <linux/mod_devicetable.h>
#include <linux/module.h>
#include <linux/pci.h>
#include "many.h"

static int level = 3;
module_param(level, int, 0644);
MODULE_PARM_DESC(level, "How much to say");

static const struct pci_device_id ids[] = {
	{ PCI_DEVICE(0x1af4, 0x1234) },
	{ PCI_DEVICE_CLASS(0x010802, 0xffffff) },
	{ }
};
MODULE_DEVICE_TABLE(pci, ids);

static const struct of_device_id of_ids[] = {
	{ .compatible = "example,plain" },
	{ }
};
MODULE_DEVICE_TABLE(of, of_ids);

int plain_level(int more)
{
	return level + more;
}
EXPORT_IN(plain_level, PLAIN);

static int __init plain_init(void)
{
	pr_info("plain: %d\n", level);
	return 0;
}

static void __exit plain_exit(void)
{
}

module_init(plain_init);
module_exit(plain_exit);
MODULE_DESCRIPTION("One source file");
MODULE_LICENSE("GPL");
MODULE_ALIAS("example-plain");
