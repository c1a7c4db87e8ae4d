/* The second unit of units-one.c. */

static __attribute__((noinline, used)) int local(int x)
{
	asm volatile("push %%r12" ::: "memory");
	return x;
}

int global(int x)
{
	return local(x) + 1;
}
