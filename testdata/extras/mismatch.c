/* A module that refers to its init code: in code that is inlined, in a copy as LTO makes them, twice, and in data. */

static const char license[] __attribute__((section(".modinfo"), used)) = "license=GPL";
static const char description[] __attribute__((section(".modinfo"), used)) = "description=Mismatches";

static int __attribute__((section(".init.text"), noinline, noclone)) start(int x)
{
	asm volatile("" : "+r"(x));
	return x;
}

static inline __attribute__((always_inline)) int begin(int x)
{
	return start(x) + 1;
}

int later(int x)
{
	return begin(x) * 2;
}

int copy(int x) __asm__("later.llvm.4711");
int copy(int x)
{
	return start(x) * 3 + start(x + 1);
}

struct driver {
	int (*probe)(int x);
	int (*remove)(int x);
};

struct driver my = {
	.remove = later,
	.probe = start,
};
