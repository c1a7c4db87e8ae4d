// SPDX-License-Identifier: GPL-2.0-only
/* The kernel's first half: exports, initcalls, a static call, a switch that becomes a jump table. */
#include <linux/module.h>

int shared_count;
EXPORT_SYMBOL(shared_count);

/* The loader checks its version first. */
void module_layout(void) { }
EXPORT_SYMBOL(module_layout);

long tick_default(long n) { return n + 1; }
DEFINE_STATIC_CALL(tick, long(long), tick_default);
extern long __SCT__tick(long);
EXPORT_SYMBOL(__SCT__tick);

long helper(long n);
long (*hook)(long) = tick_default;

noinline long call_hook(long n)
{
	shared_count += 1;
	return hook(n) * 3;
}
EXPORT_SYMBOL_GPL(call_hook);

long count_ticks(long n)
{
	long sum = 0;
	for (long i = 0; i < n; i++)
		sum += static_call(tick)(i);
	return sum + helper(n);
}
EXPORT_SYMBOL(count_ticks);

long count_last(long n) { return static_call(tick)(n); }
EXPORT_SYMBOL_NS(count_last, "TICKS");

static int __init first_init(void) { shared_count = 1; return 0; }
DEFINE_INITCALL(first_init, main, 6);
