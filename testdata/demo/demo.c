/*
 * What `make demo` works on: a few functions as a kernel has them, with what makes their stack hard to follow.
 *
 * Two warnings are on purpose: a call hidden in assembly, so that the compiler made no frame for it, and a call with user
 * access open.
 */

typedef unsigned long u64;

int elsewhere(int);
void note(const char *);

/* Plain: a leaf, and a caller that saves registers. */
int leaf(int x)
{
	return x * 3;
}

int caller(int n)
{
	int sum = 0;

	for (int i = 0; i < n; i++)
		sum += elsewhere(i) + leaf(n);
	return sum;
}

/* The stack pointer moves by an amount only known at run time. */
int moving(int n)
{
	char buffer[n];

	note(buffer);
	return buffer[0];
}

/* A jump table: every target has to be found to know the stack there. */
int table(int what)
{
	switch (what) {
	case 0: note("zero"); break;
	case 1: return elsewhere(10);
	case 2: note("two"); return 7;
	case 3: return elsewhere(3) + 1;
	case 4: note("four"); break;
	case 5: return elsewhere(50) * 2;
	case 6: note("six"); return 66;
	case 7: return elsewhere(7);
	}
	return -1;
}

/*
 * An alternative: at boot the call may be replaced by a push and a pop, so both have to be followed. The compiler does not
 * see the call, which is the mistake that --stackval finds.
 */
int patched(int x)
{
	int out;

	asm volatile("661:	call elsewhere\n"
		     "662:\n"
		     "	.pushsection .altinstructions, \"a\"\n"
		     "	.long 661b - ., 663f - .\n"
		     "	.long 0x00030003\n"		/* feature word 3, bit 3 */
		     "	.byte 662b - 661b, 664f - 663f\n"
		     "	.popsection\n"
		     "	.pushsection .altinstr_replacement, \"ax\"\n"
		     "663:	push %%rdi\n"
		     "	pop %%rax\n"
		     "664:	.popsection\n"
		     : "=a" (out), "+D" (x) : : "rcx", "rdx", "rsi", "r8", "r9", "r10", "r11", "memory");
	return out;
}

/* A path that is rarely taken lives in a section of its own. */
__attribute__((cold, noinline)) static int rare(int x)
{
	note("rare");
	return elsewhere(x);
}

int mostly(int x)
{
	return __builtin_expect(x == 42, 0) ? rare(x) : x + 1;
}

/* User access is open across a call: --uaccess says so. */
int careless(int x)
{
	asm volatile("stac" : : : "memory");
	x = elsewhere(x);
	asm volatile("clac" : : : "memory");
	return x + 1;
}

/* Behind the endless loop nothing is ever run, so there is no stack to describe. */
void stuck(void)
{
	asm volatile("1: pause; jmp 1b; nop; xorl %%eax, %%eax" : : : "eax");
	__builtin_unreachable();
}
