// SPDX-License-Identifier: GPL-2.0-only
/* What every module is linked with. */
#include <linux/module.h>
static const unsigned char orc_header[] __used __section(".orc_header") = { ORC_HASH };
MODULE_INFO(vermagic, VERMAGIC);
