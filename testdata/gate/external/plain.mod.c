#include <linux/module.h>
#include <linux/export-internal.h>
#include <linux/compiler.h>

MODULE_INFO(name, KBUILD_MODNAME);

__visible struct module __this_module
__section(".gnu.linkonce.this_module") = {
	.name = KBUILD_MODNAME,
	.init = init_module,
	.arch = MODULE_ARCH_INIT,
};

KSYMTAB_FUNC(plain_value, "");
SYMBOL_FLAGS(plain_value, 0x01);

SYMBOL_CRC(plain_value, 0x16c6072a);

static const struct modversion_info ____versions[]
__used __section("__versions") = {
	{ 0x1d925b89, "__SCT__tick" },
	{ 0x93bf5a42, "count_ticks" },
	{ 0xb1d52085, "one_shared" },
	{ 0xa82ec46a, "__fentry__" },
	{ 0x40cbba1c, "__x86_return_thunk" },
	{ 0xfb7685e7, "module_layout" },
};

MODULE_INFO(depends, "one");


MODULE_INFO(srcversion, "859F4B913E9581862CAC6C3");
