// SPDX-License-Identifier: GPL-2.0
// The first of two source files: indirect calls, static calls, jump labels, user access, a switch.
#include <linux/init.h>
#include <linux/jump_label.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/static_call.h>
#include <linux/uaccess.h>
#include "many.h"

static DEFINE_STATIC_KEY_FALSE(chatty);

static int twice(int n)
{
	return 2 * n;
}

static int thrice(int n)
{
	return 3 * n;
}

DEFINE_STATIC_CALL(many_factor, twice);

int many_call(int what, int n)
{
	might_sleep();
	if (static_branch_unlikely(&chatty))
		pr_info("many: %d %d\n", what, n);
	switch (what) {
	case 0: return many_ops.open(n);
	case 1: return many_ops.close(n);
	case 2: return static_call(many_factor)(n);
	case 3: static_call_update(many_factor, thrice); return 0;
	case 4: static_branch_enable(&chatty); return 0;
	default: WARN_ON_ONCE(what > 9); return -EINVAL;
	}
}
EXPORT_SYMBOL_GPL(many_call);

long many_copy(void __user *to, const void __user *from)
{
	u64 value;

	if (get_user(value, (const u64 __user *)from))
		return -EFAULT;
	return put_user(value + 1, (u64 __user *)to);
}
EXPORT_SYMBOL(many_copy);

static int __init many_init(void)
{
	return many_call(2, 21) == 42 ? 0 : -EINVAL;
}

static void __exit many_exit(void)
{
}

module_init(many_init);
module_exit(many_exit);
MODULE_DESCRIPTION("Two source files");
MODULE_LICENSE("GPL");
