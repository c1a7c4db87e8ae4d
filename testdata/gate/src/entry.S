/* SPDX-License-Identifier: GPL-2.0-only */
/* Thunks, the tracer's entry, and entry code that must not be instrumented. */
#define ANNOTATE(type) .pushsection .discard.annotate_insn, "M", @progbits, 8; .long 911b - ., type; .popsection
#define NOENDBR 1
/* X86_FEATURE_SMAP. */
#define SMAP (9 * 32 + 20)
#define RETPOLINE_SAFE 2
/* An unwind hint: nothing is known (0), as at the start of a function (5). */
#define HINT(type) .pushsection .discard.unwind_hints ; .long 912b - . ; .short 0 ; .byte 0, type, 0, 0, 0, 0 ; .popsection
#define CODE(name) .globl name; .balign 16; name:
#define FUNC(name) .globl name; .type name, @function; .balign 16; name:
#define END(name) .size name, . - name

	.section .text..__x86.return_thunk, "ax"
CODE(__x86_return_thunk)
912:	HINT(5)
911:	ANNOTATE(NOENDBR)
911:	ANNOTATE(RETPOLINE_SAFE)
	ret
	int3
END(__x86_return_thunk)

#define THUNK(reg) \
	CODE(__x86_indirect_thunk_##reg) \
	912: HINT(0) ; \
	911: ANNOTATE(NOENDBR) ; \
	911: ANNOTATE(RETPOLINE_SAFE) ; \
	jmp *%reg ; \
	int3 ; \
	END(__x86_indirect_thunk_##reg)

	.section .text..__x86.indirect_thunk, "ax"
THUNK(rax)
THUNK(rcx)
THUNK(rdx)
THUNK(r8)
THUNK(r9)
THUNK(r10)
THUNK(r11)
THUNK(rsi)
THUNK(rdi)

	.text
FUNC(__fentry__)
911:	ANNOTATE(NOENDBR)
	jmp __x86_return_thunk
END(__fentry__)

/* Entry code: calls only what is of its own kind. */
	.section .noinstr.text, "ax"
FUNC(quiet_helper)
	endbr64
	jmp __x86_return_thunk
END(quiet_helper)
FUNC(quiet_entry)
	endbr64
	push %rbp
	mov %rsp, %rbp
	call quiet_helper
	pop %rbp
	jmp __x86_return_thunk
END(quiet_entry)

/* A window for user memory, open and closed again. */
	.text
FUNC(peek_user)
	endbr64
	stac
	mov (%rdi), %rax
	clac
	nop
	nop
	nop
	nop
	nop
	jmp __x86_return_thunk
END(peek_user)

/* A trap that the bug table lists, a read that may fault, and a window for user memory where the processor has such. */
FUNC(check_user)
	endbr64
	test %rdi, %rdi
	jne 1f
0:	ud2
1:	nopl (%rax)
2:	mov (%rdi), %rax
3:	nopl (%rax)
	jmp __x86_return_thunk
END(check_user)
	.pushsection __bug_table, "aw"
	.long 0b - ., 0, 0
	.short 1, 0
	.popsection
	.pushsection __ex_table, "a"
	.balign 4
	.long 2b - ., 3b - ., 1
	.popsection
	.pushsection .altinstr_replacement, "ax"
4:	stac
5:	clac
	.popsection
	.pushsection .altinstructions, "a"
	.long 1b - ., 4b - ., SMAP
	.byte 3, 3
	.long 3b - ., 5b - ., SMAP
	.byte 3, 3
	.popsection

/* Another read, further on. */
FUNC(read_user)
	endbr64
1:	mov (%rdi), %rax
2:	jmp __x86_return_thunk
END(read_user)
	.pushsection __ex_table, "a"
	.balign 4
	.long 1b - ., 2b - ., 1
	.popsection

	.section .export_symbol, "a"
__export_symbol___fentry__: .asciz "" ; .asciz "" ; .balign 8 ; .quad __fentry__
__export_symbol___x86_return_thunk: .asciz "" ; .asciz "" ; .balign 8 ; .quad __x86_return_thunk
__export_symbol___x86_indirect_thunk_r11: .asciz "" ; .asciz "" ; .balign 8 ; .quad __x86_indirect_thunk_r11
__export_symbol___x86_indirect_thunk_rax: .asciz "" ; .asciz "" ; .balign 8 ; .quad __x86_indirect_thunk_rax
