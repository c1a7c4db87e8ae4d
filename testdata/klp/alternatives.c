//: Alternatives with and without replacements, one that calls, and one that is annotated.
#include "klp.h"
static noinline used void slow(void) { asm volatile("nop"); }
int entry(int x)
{
	ALTERNATIVE("nop; nop; nop", "", 17);
	ALTERNATIVE(".byte 0x0f,0x1f,0x44,0x00,0x00", "call slow", 18);
	ALTERNATIVE("nop; nop", ANNOTATE_INSN(3) "xchg %%ax,%%ax", 19);
	return BOTH(x, x + 1);
}
int other(int x) { ALTERNATIVE("nop; nop; nop", "clac", 17); return x; }
