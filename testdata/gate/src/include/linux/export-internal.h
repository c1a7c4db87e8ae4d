/* SPDX-License-Identifier: GPL-2.0-only */
/* What modpost's generated sources use, in the layout that the gate looks at. */
#ifndef EXPORT_INTERNAL_H
#define EXPORT_INTERNAL_H
#define KSYMTAB_DATA(name, ns) \
	asm(".section \"__ksymtab_strings\",\"aMS\",%progbits,1\n" \
	    "__kstrtab_" #name ": .asciz \"" #name "\"\n__kstrtabns_" #name ": .asciz \"" ns "\"\n.previous\n" \
	    ".section \"___ksymtab+" #name "\",\"a\"\n.balign 4\n" \
	    "__ksymtab_" #name ": .long " #name "- ., __kstrtab_" #name "- ., __kstrtabns_" #name "- .\n.previous\n")
#define KSYMTAB_FUNC(name, ns) KSYMTAB_DATA(name, ns)
#define SYMBOL_CRC(sym, crc) \
	asm(".section \"___kcrctab+" #sym "\",\"a\"\n.balign 4\n__crc_" #sym ": .long " #crc "\n.previous\n")
#define SYMBOL_FLAGS(sym, flags) \
	asm(".section \"___kflagstab+" #sym "\",\"a\"\n__flags_" #sym ": .byte " #flags "\n.previous\n")
#endif
