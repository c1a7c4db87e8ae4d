// SPDX-License-Identifier: GPL-2.0-only
/* No symbol but what assembly has. */

__asm__(".globl alone\n"
	"alone:\n"
	"	.quad needed_alone\n");
