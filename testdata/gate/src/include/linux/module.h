/* SPDX-License-Identifier: GPL-2.0-only */
/* The few things of a kernel that the gate's test build needs, with the section names and layouts of the real ones. */
#ifndef MODULE_H
#define MODULE_H
#include <linux/compiler.h>

struct module {
	int state;
	void *list[2];
	char name[56];
	int (*init)(void);
	int arch;
};
#define MODULE_ARCH_INIT 0
int init_module(void);
struct modversion_info {
	unsigned long crc;
	char name[64 - sizeof(unsigned long)];
};

#define UNIQUE_1(a, b) a##b
#define UNIQUE_2(a, b) UNIQUE_1(a, b)
#define UNIQUE(name) UNIQUE_2(name, __COUNTER__)
#define MODULE_INFO(tag, info) \
	static const char UNIQUE(modinfo_##tag)[] __used __section(".modinfo") = #tag "=" info

#define MODULE_ALIAS(name) MODULE_INFO(alias, name)

#define EXPORT_AS(sym, license, ns) \
	asm(".section \".export_symbol\",\"a\"\n__export_symbol_" #sym ": .asciz \"" license "\"\n.asciz \"" ns "\"\n" \
	    ".balign 8\n.quad " #sym "\n.previous\n")
#define EXPORT_SYMBOL(sym) EXPORT_AS(sym, "", "")
#define EXPORT_SYMBOL_GPL(sym) EXPORT_AS(sym, "GPL", "")
#define EXPORT_SYMBOL_NS(sym, ns) EXPORT_AS(sym, "", ns)

/* Devices of the PCI bus, with an entry of zeros behind the last. */
struct pci_device_id {
	unsigned int vendor, device, subvendor, subdevice, class, class_mask;
	unsigned long driver_data;
	unsigned int override_only;
};
#define MODULE_DEVICE_TABLE(module, type, name) \
	extern __typeof__(name) __mod_device_table__kmod_##module##__##type##__##name \
		__attribute__((used, alias(#name), visibility("default")))

/* A static call: a key, and a trampoline that jumps to the current function. */
struct static_call_key { void *func, *sites; };
#define DECLARE_STATIC_CALL(name, type) \
	extern struct static_call_key __SCK__##name; extern __typeof__(type) __SCT__##name
#define DEFINE_STATIC_CALL(name, type, func_) \
	DECLARE_STATIC_CALL(name, type); \
	struct static_call_key __SCK__##name = { .func = func_ }; \
	asm(".pushsection .static_call.text, \"ax\"\n.align 4\n.globl __SCT__" #name "\n__SCT__" #name ":\nendbr64\n" \
	    "jmp " #func_ "\n.byte 0x0f, 0xb9, 0xcc\n.type __SCT__" #name ", @function\n" \
	    ".size __SCT__" #name ", . - __SCT__" #name "\n.popsection\n")
#define static_call(name) __SCT__##name

/* An initcall: a stub of its own section and name, and a 32-bit distance to it, as with LTO. */
#define DEFINE_INITCALL(fn, id, level) \
	int __initstub__kmod_##id##__1_1_##fn##level(void); \
	int __init __initstub__kmod_##id##__1_1_##fn##level(void) { return fn(); } \
	asm(".section \".initcall" #level ".init..kmod_" #id "__1_1_" #fn "\", \"a\"\n" \
	    "__initcall__kmod_" #id "__1_1_" #fn #level ":\n" \
	    ".long __initstub__kmod_" #id "__1_1_" #fn #level " - .\n.previous\n")
#define module_init(fn) \
	int init_module(void) __attribute__((alias(#fn))); \
	static void *addressable_init_module __used __section(".init.data") = (void *)init_module
#endif
