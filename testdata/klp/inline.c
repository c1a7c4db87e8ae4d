//: An inline function with many users.
#include "klp.h"
static int state;
static inline __attribute__((always_inline)) int many(int x) { state ^= BOTH(x, x + 1); return state; }
int user1(int x) { return many(x); }
int user2(int x) { return many(x) * 2; }
int user3(int x) { return many(x) + user2(x); }
int bystander(int x) { return x - 1; }
