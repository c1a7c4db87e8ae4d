// SPDX-License-Identifier: GPL-2.0-only
/* What the compiler itself puts into the symbol table: linkage, visibility, places, other names. */

int common;
int common_aligned __attribute__((aligned(64)));
int initialised = 1;
const int constant = 2;
static int local_data __attribute__((used)) = 3;
int *pointer_to_local = &local_data;
__thread int thread_local;
static __thread int local_thread_local __attribute__((used));
extern __thread int needed_thread_local;
int in_a_section __attribute__((section(".init.data"))) = 4;
static int kept __attribute__((used, section(".discard.addressable")));
int hidden __attribute__((visibility("hidden"))) = 5;
int protected_data __attribute__((visibility("protected"))) = 6;
int weak_data __attribute__((weak)) = 7;
int renamed __asm__("another_name") = 8;
int dollar$name = 9;

extern int needed_data;
extern int needed_weakly __attribute__((weak));
extern int needed_hidden __attribute__((visibility("hidden")));
extern int never_needed, needed_by_assembly;
void needed(int);
void needed_weak_function(void) __attribute__((weak));
void needed_renamed(void) __asm__("needed_by_another_name");

static int static_function(int x)
{
	return x * needed_data;
}

int weak_function(int x) __attribute__((weak));
int weak_function(int x)
{
	return x + 1;
}

int hidden_function(int x) __attribute__((visibility("hidden")));
int hidden_function(int x)
{
	return x + 2;
}

inline int inline_function(int x)
{
	return x + 3;
}
extern int inline_function(int x);

__attribute__((section(".init.text"), cold, noinline)) int initialise(int x)
{
	return static_function(x) + needed_hidden;
}

int alias(int x) __attribute__((alias("initialise")));
int weak_alias(int x) __attribute__((weak, alias("initialise")));
extern int alias_of_data __attribute__((alias("initialised")));

typedef int implementation(int);
static implementation *choose(void)
{
	return needed_weakly ? weak_function : hidden_function;
}
int chosen(int x) __attribute__((ifunc("choose")));

/* The compiler makes a call of the one, and an intrinsic of the other. */
struct large { char bytes[4096]; };
void copy(struct large *to, const struct large *from)
{
	*to = *from;
	__builtin_memset(to, 0, 16);
	__builtin_trap();
}

/* What only the text of inline assembly names is in no table. */
int user(int x)
{
	__asm__ volatile("# %0 only_in_text" : : "i"(&needed_by_assembly));
	if (needed_weak_function)
		needed_weak_function();
	needed_renamed();
	needed(needed_thread_local);
	return initialise(x) + alias(x) + chosen(x);
}
