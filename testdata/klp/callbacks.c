//: Callbacks of the livepatch, for an object of each kind.
//: module
#include "klp.h"
#ifdef PATCHED
static int before(void *obj) { return printk("before\n"); }
static void after(void *obj) { printk("after\n"); }
int (*__klp_pre_patch_callback_demo_mod)(void *) used section(".klp.callback_ptrs") = before;
void (*__klp_post_unpatch_callback_demo_mod)(void *) used section(".klp.callback_ptrs") = after;
void (*__klp_post_patch_callback_demo_mod)(void *) used section(".klp.callback_ptrs") = after;
#endif
int entry(int x)
{
#ifdef PATCHED
	x += (long)__klp_pre_patch_callback_demo_mod + (long)__klp_post_unpatch_callback_demo_mod + (long)__klp_post_patch_callback_demo_mod;
#endif
	return x;
}
