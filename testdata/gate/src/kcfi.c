// SPDX-License-Identifier: GPL-2.0-only
/* A kernel of one file with kCFI: functions that are called through pointers, with their type hashes. */
typedef long (*op_t)(long);

long add_one(long n);
long add_one(long n) { return n + 1; }
long add_two(long n);
long add_two(long n) { return n + 2; }
static long twice(long n) { return n * 2; }

op_t ops[] = { add_one, add_two, twice };

long call_op(int which, long n);
long call_op(int which, long n) { return ops[which](n) + 1; }
