// SPDX-License-Identifier: GPL-2.0
// Uses a symbol that its licence does not allow.
#include <linux/module.h>
#include "gives.h"

int gplonly(int n)
{
	return gives_gpl(n) + gives_all(n);
}

MODULE_DESCRIPTION("Its licence is no GPL");
MODULE_LICENSE("Proprietary");
