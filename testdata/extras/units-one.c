/* Functions that leave the stack as they should not, to be found in the source. */

static inline __attribute__((always_inline)) void push_on(int on)
{
	if (on)
		asm volatile("push %%rbx" ::: "memory");
}

void unbalanced(int on)
{
	asm volatile("" ::: "rbx");
	push_on(on);
	asm volatile("nop");
}

int fine(int on)
{
	return on + 1;
}
