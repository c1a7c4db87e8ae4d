// SPDX-License-Identifier: GPL-2.0-only
/* File-level assembly, which LLVM assembles to know its symbols. Enough of them that the order of a hash table shows. */

/* As an export of the kernel is made. */
#define EXPORT(name)						\
	extern int name(int);					\
	__asm__(".section \".export_symbol\",\"a\"\n"		\
		"__export_symbol_" #name ":\n"			\
		"	.asciz \"GPL\"\n"			\
		"	.asciz \"\"\n"				\
		"	.balign 8\n"				\
		"	.quad " #name "\n"			\
		"	.previous\n")

/* And before 6.4. */
#define OLD_EXPORT(name)					\
	extern int name(int);					\
	__asm__("	.section \"___ksymtab+" #name "\",\"a\"\n"	\
		"	.weak __crc_" #name "\n"		\
		"	.long __crc_" #name "\n"		\
		"	.previous\n"				\
		"	.section \"__ksymtab_strings\",\"aMS\",%progbits,1\n"	\
		"__kstrtab_" #name ":\n"			\
		"	.asciz \"" #name "\"\n"		\
		"__kstrtabns_" #name ":\n"			\
		"	.asciz \"\"\n"				\
		"	.previous\n"				\
		"	.section \"___ksymtab+" #name "\",\"a\"\n"	\
		"__ksymtab_" #name ":\n"			\
		"	.long " #name " - .\n"			\
		"	.long __kstrtab_" #name " - .\n"	\
		"	.long __kstrtabns_" #name " - .\n"	\
		"	.previous\n")

#define FUNCTION(name) EXPORT(name); int name(int x) { return x + sizeof(#name); }
#define OLD_FUNCTION(name) OLD_EXPORT(name); int name(int x) { return x - sizeof(#name); }

FUNCTION(register_driver)
FUNCTION(unregister_driver)
FUNCTION(driver_attach)
FUNCTION(driver_find)
OLD_FUNCTION(bus_register)
OLD_FUNCTION(bus_unregister)
OLD_FUNCTION(bus_add_device)
OLD_FUNCTION(bus_for_each)
OLD_EXPORT(of_another_file);

static int static_target(int x)
{
	return x;
}
int (*keeper)(int) = static_target;

__asm__(".text\n"
	".globl global_label\n"
	".type global_label, %function\n"
	"global_label:\n"
	"	nop\n"
	"local_label:\n"
	"	nop\n"
	".size global_label, . - global_label\n"
	".weak weak_label\n"
	"weak_label:\n"
	"	nop\n"
	".hidden hidden_label\n"
	".globl hidden_label\n"
	"hidden_label:\n"
	"	nop\n"
	"1:	nop\n"
	".Ltemporary:\n"
	"	nop\n"
	".set absolute, 42\n"
	".globl global_absolute\n"
	".set global_absolute, 43\n"
	".set other_name, local_label\n"
	".globl other_global_name\n"
	".set other_global_name, global_label\n"
	".weak other_weak_name\n"
	".set other_weak_name, global_label\n"
	".data\n"
	".globl global_object\n"
	".type global_object, %object\n"
	"global_object:\n"
	"	.quad needed_by_word\n"
	"	.quad needed_weakly_by_word\n"
	"	.quad static_target\n"
	"	.quad 1b - .Ltemporary\n"
	"	.quad local_object - local_label\n"
	".weak needed_weakly_by_word\n"
	"local_object:\n"
	"	.quad 0\n"
	".comm shared_area,64,8\n"
	".lcomm local_area,32\n"
	".globl declared_and_no_more\n"
	".weak weakly_declared_and_no_more\n"
	".symver global_label,versioned@@VERSION_1\n"
	".symver needed_by_word,needed_versioned@VERSION_1\n"
	".text\n");
