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

MODULE_INFO(intree, "Y");



static const struct modversion_info ____versions[]
__used __section("__versions") = {
	{ 0xb1d52085, "one_shared" },
	{ 0x5de1e06e, "count_last" },
	{ 0x1d925b89, "__SCT__tick" },
	{ 0xa82ec46a, "__fentry__" },
	{ 0x40cbba1c, "__x86_return_thunk" },
	{ 0xfb7685e7, "module_layout" },
};

MODULE_INFO(depends, "one");


MODULE_INFO(srcversion, "83BA8476C99D7C96049BE7E");
