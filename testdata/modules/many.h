/* SPDX-License-Identifier: GPL-2.0 */
#include <linux/version.h>

/* Names of namespaces are strings from 6.13 on. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 13, 0)
#define EXPORT_IN(symbol, namespace) EXPORT_SYMBOL_NS_GPL(symbol, #namespace)
#define IMPORT(namespace) MODULE_IMPORT_NS(#namespace)
#else
#define EXPORT_IN(symbol, namespace) EXPORT_SYMBOL_NS_GPL(symbol, namespace)
#define IMPORT(namespace) MODULE_IMPORT_NS(namespace)
#endif

struct many_ops {
	int (*open)(int);
	int (*close)(int);
};

extern const struct many_ops many_ops;

int many_call(int what, int n);
long many_copy(void __user *to, const void __user *from);
int plain_level(int more);
int uses_later(void);
