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



static const struct modversion_info ____versions[]
__used __section("__versions") = {
	{ 0x16c6072a, "plain_value" },
	{ 0x1d925b89, "__SCT__tick" },
	{ 0xa82ec46a, "__fentry__" },
	{ 0x40cbba1c, "__x86_return_thunk" },
	{ 0xfb7685e7, "module_layout" },
};

MODULE_INFO(depends, "plain");


MODULE_INFO(srcversion, "06227E37183B3404CBBF582");
