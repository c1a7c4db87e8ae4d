// SPDX-License-Identifier: GPL-2.0-only
// What C does not have: groups of which a linker keeps one, constructors, members of classes.

template <typename T> T twice(T x) { static T calls; calls += 1; return x + x + calls; }
inline int shared(int x) { return x + 1; }
inline int variable = 3;
struct Base { virtual ~Base(); virtual int f(int); };
struct Derived : Base { ~Derived() override {} int f(int x) override { return shared(x) + variable; } };
namespace { struct Hidden : Derived {}; int internal(int x) { return x; } }
int (*pointer)(int) = internal;
extern "C" int with_c_name(int x) { return twice(x) + int(twice(1.5)); }
Base *make() { return new Hidden; }
static Derived with_constructor;
