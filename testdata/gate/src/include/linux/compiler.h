/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef COMPILER_H
#define COMPILER_H
#define __visible __attribute__((externally_visible))
#define __used __attribute__((used))
#define __section(name) __attribute__((section(name)))
#define __init __section(".init.text") __attribute__((cold))
#define noinline __attribute__((noinline))
#define noinstr __attribute__((noinline, no_instrument_function, section(".noinstr.text")))
#define __stringify_1(x) #x
#define __stringify(x) __stringify_1(x)
#endif
