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

KSYMTAB_FUNC(one_shared, "");
SYMBOL_FLAGS(one_shared, 0x01);

SYMBOL_CRC(one_shared, 0xb1d52085);

static const struct modversion_info ____versions[]
__used __section("__versions") = {
	{ 0xaa517fa4, "memcpy" },
	{ 0x1d925b89, "__SCT__tick" },
	{ 0x93bf5a42, "count_ticks" },
	{ 0xb5823694, "call_hook" },
	{ 0x9c553acc, "shared_count" },
	{ 0xa82ec46a, "__fentry__" },
	{ 0x40cbba1c, "__x86_return_thunk" },
	{ 0xfb7685e7, "module_layout" },
};

MODULE_INFO(depends, "");

MODULE_ALIAS("pci:v00008086d00001234sv*sd*bc*sc*i*");

MODULE_INFO(srcversion, "EE2FBA281D9398D66E56654");
