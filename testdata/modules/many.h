/* SPDX-License-Identifier: GPL-2.0 */
struct many_ops {
	int (*open)(int);
	int (*close)(int);
};

extern const struct many_ops many_ops;

int many_call(int what, int n);
long many_copy(void __user *to, const void __user *from);
int plain_level(int more);
int uses_later(void);
