// SPDX-License-Identifier: GPL-2.0-only

/*
 * Answers for the original objtool's decoder, one record per instruction, over a pipe.
 *
 * Compiled by scripts/parity/x86-decoder once per series: it includes that series' own decode.c (from the cache, never from
 * this repository) and supplies what the decoder asks the rest of objtool for. The Rust side of the check is
 * scripts/devtools/src/bin/x86_decoder; both files have to agree on the records.
 *
 * Request, 18 bytes:  flags (bit 0: a function covers the instruction, bit 1: section is .init.text), number of bytes
 *                     available (0-16), 16 bytes of code.
 * Answer, 36 bytes:   status (0 decoded, 1 refused, 2 does not fit this record), length, class, size of the immediate,
 *                     number of stack operations, notes, two zero bytes, immediate as a little-endian 32-bit number,
 *                     two operations of 12 bytes: destination, its register, source, its register, both offsets.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef FLAT_HEADERS
# include "warn.h"
# include "check.h"
#else
# include <objtool/warn.h>
# include <objtool/check.h>
#endif

static unsigned char notes;

/* Messages become bits; the check compares which ones were given, the integration tests compare their words. */
#undef WARN
#undef ERROR
static void note(const char *format)
{
	if (!strncmp(format, "ENQCMD", 6))
		notes |= 1;
	else if (!strncmp(format, "invalid LEA", 11))
		notes |= 2;
	else if (!strncmp(format, "notrack", 7))
		notes |= 4;
}
#define WARN(format, ...) note(format)
#define ERROR(format, ...) note(format)

/* Never reached, because no relocation is ever found. */
#define pv_ops_idx_off(name) -1
#define objtool_pv_add(file, idx, func) ((void)0)

#include "arch/x86/decode.c"

#ifdef HAVE_OPTS
struct opts opts = { .noinstr = true };
#endif

static unsigned char request_flags;

struct symbol *find_symbol_containing(const struct section *sec, unsigned long offset)
{
	static struct symbol func = { .type = STT_FUNC };

	return request_flags & 1 ? &func : NULL;
}

struct symbol *find_symbol_by_offset(struct section *sec, unsigned long offset)
{
	return NULL;
}

/* The decoder looks for relocations of a c7 instruction only when it takes it for a store into pv_ops. */
struct reloc *find_reloc_by_dest(const struct elf *elf, struct section *sec, unsigned long offset)
{
	notes |= 8;
	return NULL;
}

/* The numbers of InsnKind. */
static int class_of(unsigned int type)
{
	switch (type) {
	case INSN_JUMP_CONDITIONAL:		return 0;
	case INSN_JUMP_UNCONDITIONAL:		return 1;
	case INSN_JUMP_DYNAMIC:			return 2;
	case INSN_JUMP_DYNAMIC_CONDITIONAL:	return 3;
	case INSN_CALL:				return 4;
	case INSN_CALL_DYNAMIC:			return 5;
	case INSN_RETURN:			return 6;
#ifdef HAVE_SYSCALL_SPLIT
	case INSN_SYSCALL:			return 8;
	case INSN_SYSRET:			return 9;
#else
	case INSN_CONTEXT_SWITCH:		return 7;
#endif
	case INSN_BUG:				return 10;
	case INSN_NOP:				return 11;
	case INSN_STAC:				return 12;
	case INSN_CLAC:				return 13;
	case INSN_STD:				return 14;
	case INSN_CLD:				return 15;
	case INSN_TRAP:				return 16;
#ifdef HAVE_ENDBR
	case INSN_ENDBR:			return 17;
#endif
#ifdef HAVE_LEA_RIP
	case INSN_LEA_RIP:			return 18;
#endif
	case INSN_OTHER:			return 19;
	default:				return 255;
	}
}

/* The number of a register in instructions; 5.10 has numbers of its own. */
static unsigned char reg_of(unsigned char reg)
{
	switch (reg) {
	case CFI_AX:	return 0;
	case CFI_CX:	return 1;
	case CFI_DX:	return 2;
	case CFI_BX:	return 3;
	case CFI_SP:	return 4;
	case CFI_BP:	return 5;
	case CFI_SI:	return 6;
	case CFI_DI:	return 7;
	default:	return reg;
	}
}

/* The numbers of OpDest and OpSrc. */
static void put_op(unsigned char *to, const struct stack_op *op)
{
	int type = op->dest.type;

#ifdef HAVE_OP_LEAVE
	to[0] = type == OP_DEST_LEAVE ? 5 : type;
#else
	to[0] = type;
#endif
	to[1] = reg_of(op->dest.reg);
	to[2] = op->src.type;
	to[3] = reg_of(op->src.reg);
	memcpy(to + 4, &op->dest.offset, 4);
	memcpy(to + 8, &op->src.offset, 4);
}

static void answer(const unsigned char *request, unsigned char *reply)
{
	static struct elf elf = { .ehdr.e_machine = EM_X86_64 };
	static struct objtool_file file = { .elf = &elf };
	unsigned char code[32] = { 0 };
	Elf_Data data = { .d_buf = code };
	struct section sec = { .name = request[0] & 2 ? ".init.text" : ".text" };
	unsigned long immediate = 0;
	unsigned int length = 0, type = 0, immediate_len = 0, n = 0;
	int failed;

	memset(reply, 0, 36);
	request_flags = request[0];
	notes = 0;
	memcpy(code, request + 2, 16);
	sec.data = &data;
#ifdef SECTION_LEN_IN_STRUCT
	sec.len = request[1];
#else
	sec.sh.sh_size = request[1];
#endif

#ifdef DECODES_INTO_INSN
	struct instruction insn;
	memset(&insn, 0, sizeof(insn));
	failed = arch_decode_instruction(&file, &sec, 0, request[1], &insn);
	length = insn.len;
	type = insn.type;
	immediate = insn.immediate;
# ifdef HAVE_IMMEDIATE_LEN
	immediate_len = insn.immediate_len;
# endif
	for (struct stack_op *op = insn.stack_ops, *next; op; op = next, n++) {
		next = op->next;
		if (n < 2)
			put_op(reply + 12 + 12 * n, op);
		free(op);
	}
#else
	LIST_HEAD(ops);
	struct stack_op *op, *next;
	enum insn_type insn_type = INSN_OTHER;
# ifdef DECODES_WITH_FILE
	failed = arch_decode_instruction(&file, &sec, 0, request[1], &length, &insn_type, &immediate, &ops);
# else
	failed = arch_decode_instruction(&elf, &sec, 0, request[1], &length, &insn_type, &immediate, &ops);
# endif
	type = insn_type;
	list_for_each_entry_safe(op, next, &ops, list) {
		if (n < 2)
			put_op(reply + 12 + 12 * n, op);
		n++;
		free(op);
	}
#endif

	if (failed) {
		memset(reply, 0, 36);
		reply[0] = 1;
		return;
	}
	if ((long)immediate != (int)immediate || n > 2)
		reply[0] = 2;
	reply[1] = length;
	reply[2] = class_of(type);
	reply[3] = immediate_len;
	reply[4] = n;
	reply[5] = notes;
	memcpy(reply + 8, &immediate, 4);
}

static bool read_all(unsigned char *to, size_t n)
{
	while (n) {
		ssize_t got = read(0, to, n);

		if (got <= 0)
			return false;
		to += got;
		n -= got;
	}
	return true;
}

static void write_all(const unsigned char *from, size_t n)
{
	while (n) {
		ssize_t put = write(1, from, n);

		if (put <= 0)
			exit(1);
		from += put;
		n -= put;
	}
}

/* A batch is a 32-bit count and that many requests; its answers come back together, so neither side waits on a full pipe. */
int main(void)
{
	enum { MAX = 65536 };
	static unsigned char requests[MAX][18], replies[MAX][36];
	unsigned int n;

	while (read_all((unsigned char *)&n, 4)) {
		if (n > MAX || !read_all(requests[0], n * sizeof(requests[0])))
			return 1;
		for (unsigned int i = 0; i < n; i++)
			answer(requests[i], replies[i]);
		write_all(replies[0], n * sizeof(replies[0]));
	}
	return 0;
}
