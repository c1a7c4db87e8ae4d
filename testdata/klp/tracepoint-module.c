//: Tracepoints and debugging messages of a module are left out.
//: module
#include "klp.h"
long __tracepoint_demo;
long dbg asm("__UNIQUE_ID_ddebug_12") = 1;
long __SCK__tp_func_demo;
void tramp(void) asm("__SCT__tp_func_demo");
void tramp(void) { }
int entry(int x)
{
	if (BRANCH(__tracepoint_demo))
		STATIC_CALL(tp_func_demo);
	if (BRANCH(__UNIQUE_ID_ddebug_12))
		printk("debug\n");
	return BOTH(x, x + 1);
}
