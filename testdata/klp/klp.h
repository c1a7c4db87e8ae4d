/* What the cases share: the kernel's tables, as small as they can be. Each case is compiled without and with -DPATCHED, as a file
 * or as two (-DFILE_A, -DFILE_B), and linked with modinfo.S. */

#define noinline __attribute__((noinline))
#define used __attribute__((used))
#define section(name) __attribute__((section(name)))
#define cold __attribute__((cold))

#ifdef PATCHED
#define BOTH(before, after) after
#else
#define BOTH(before, after) before
#endif

extern int printk(const char *format, ...);		/* exported by vmlinux */
extern int panic_now(void);				/* exported by nobody */
extern int other_value(int);				/* exported by the module other-mod */
extern int other_late(int);				/* the same */
extern int third_value(int);				/* exported by the module third */
extern int for_some(int);				/* exported to certain modules */
extern int is_known;					/* exported by vmlinux */

/* An entry of a table begins here. */
#define ENTRY									\
	"912:\n"								\
	".pushsection .discard.annotate_data,\"M\",@progbits,8\n"		\
	".long 912b - .\n.long 1\n.popsection\n"

#define BUG()									\
	asm volatile("1: ud2\n"							\
		     ".pushsection __bug_table,\"aw\"\n" ENTRY			\
		     "2: .long 1b - .\n.word %c0\n.word 1\n"			\
		     ".popsection" : : "i" (__LINE__ * 0 + 7))

#define ALTERNATIVE(old, new, feature)						\
	asm volatile("771: " old "\n772:\n"					\
		     ".pushsection .altinstructions,\"a\"\n" ENTRY		\
		     ".long 771b - .\n.long 774f - .\n.long " #feature "\n"	\
		     ".byte 772b - 771b\n.byte 775f - 774f\n"			\
		     ".popsection\n"						\
		     ".pushsection .altinstr_replacement,\"ax\"\n" ENTRY	\
		     "774: " new "\n775:\n.popsection" : : : "memory")

/* A static branch that is off. */
#define BRANCH(key)								\
	({									\
		__label__ yes;							\
		int taken = 0;							\
		asm goto("1: .byte 0x0f,0x1f,0x44,0x00,0x00\n"			\
			 ".pushsection __jump_table,\"aw\"\n" ENTRY		\
			 ".long 1b - .\n.long %l[yes] - .\n"			\
			 ".quad " #key " - .\n.popsection" : : : : yes);	\
		if (0) { yes: taken = 1; }					\
		taken;								\
	})

#define STATIC_CALL(name)							\
	asm volatile("1: call __SCT__" #name "\n"				\
		     ".pushsection .static_call_sites,\"aw\"\n" ENTRY		\
		     ".long 1b - .\n.long __SCK__" #name " - .\n.popsection"	\
		     : : : "memory")

#define EXTABLE_LOAD(to, from)							\
	asm volatile("1: mov %1, %0\n2:\n"					\
		     ".pushsection __ex_table,\"a\"\n" ENTRY			\
		     ".long 1b - .\n.long 2b - .\n.long 3\n.popsection"		\
		     : "+r" (to) : "m" (from))

#define ANNOTATE_INSN(type)							\
	"911:\n.pushsection .discard.annotate_insn,\"M\",@progbits,8\n"		\
	".long 911b - .\n.long " #type "\n.popsection\n"
