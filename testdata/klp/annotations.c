//: Annotations of instructions, of changed functions alone.
#include "klp.h"
int entry(int x) { asm volatile(ANNOTATE_INSN(4) "nop"); return BOTH(x, x + 1); }
int other(int x) { asm volatile(ANNOTATE_INSN(4) "nop"); return x; }
