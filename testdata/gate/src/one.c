// SPDX-License-Identifier: GPL-2.0-only
/* A module of one source file: calls the kernel through a static call whose key is not exported. */
#include <linux/module.h>

DECLARE_STATIC_CALL(tick, long(long));
long count_ticks(long n);
long call_hook(long n);
void *memcpy(void *to, const void *from, unsigned long n);
extern int shared_count;
static char buffer[64];

noinline long one_work(long n)
{
	memcpy(buffer, &shared_count, sizeof(shared_count));
	return static_call(tick)(n) + count_ticks(n) + buffer[0];
}
long one_last(long n) { return static_call(tick)(n); }
long one_shared(long n) { return call_hook(n) + one_work(n); }
EXPORT_SYMBOL_GPL(one_shared);

static const struct pci_device_id devices[] = { { 0x8086, 0x1234, ~0u, ~0u }, { 0 } };
MODULE_DEVICE_TABLE(one, pci, devices);

static int __init one_init(void) { return (int)one_work(1); }
module_init(one_init);
MODULE_INFO(license, "GPL");
MODULE_INFO(description, "One");
