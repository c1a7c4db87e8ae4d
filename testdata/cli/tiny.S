# Every action of objtool leaves a trace of its own on this object: a message, a section or a patched instruction. So two
# tools that end in the same way on it have understood the same options.

	.file	"tiny.c"

# --prefix: a function behind padding. --mcount: a call to __fentry__. --ibt: a landing pad nobody needs.
	.text
	.skip	16, 0x90
	.globl	padded
	.type	padded, @function
padded:
	endbr64
	call	__fentry__
	xorl	%eax, %eax
	jmp	__x86_return_thunk
	.size	padded, . - padded

# --stackval: a call without a frame. --static-call: a site.
	.globl	caller
	.type	caller, @function
caller:
	endbr64
	subq	$8, %rsp
	call	__SCT__tiny
	addq	$8, %rsp
	jmp	__x86_return_thunk
	.size	caller, . - caller

# --retpoline: an indirect call in the open.
	.globl	indirect
	.type	indirect, @function
indirect:
	endbr64
	pushq	%rbp
	movq	%rsp, %rbp
	call	*%rax
	popq	%rbp
	jmp	__x86_return_thunk
	.size	indirect, . - indirect

# --rethunk: a return in the open. --sls: no trap behind it.
	.globl	naked
	.type	naked, @function
naked:
	endbr64
	ret
	.size	naked, . - naked

# --uaccess: a call with user access open.
	.globl	careless
	.type	careless, @function
careless:
	endbr64
	pushq	%rbp
	movq	%rsp, %rbp
	stac
	call	elsewhere
	clac
	popq	%rbp
	jmp	__x86_return_thunk
	.size	careless, . - careless

# --retpoline and --rethunk with --hacks=skylake: sites to list.
	.globl	thunked
	.type	thunked, @function
thunked:
	endbr64
	pushq	%rbp
	movq	%rsp, %rbp
	call	__x86_indirect_thunk_rax
	popq	%rbp
	jmp	__x86_return_thunk
	.size	thunked, . - thunked

# Without --no-unreachable: code nobody reaches.
	nop
	hlt
	xorl	%eax, %eax

# --noinstr: a call out. --hacks=noinstr: a call of a profiler.
	.section .noinstr.text, "ax"
	.globl	quiet
	.type	quiet, @function
quiet:
	endbr64
	pushq	%rbp
	movq	%rsp, %rbp
	call	__sanitizer_cov_trace_pc
	call	elsewhere
	popq	%rbp
	jmp	__x86_return_thunk
	.size	quiet, . - quiet

# --hacks=jump_label: an entry whose key asks for its jump to become a nop.
	.text
	.globl	branchy
	.type	branchy, @function
branchy:
	endbr64
1:	jmp	2f
	xorl	%eax, %eax
2:	jmp	__x86_return_thunk
	.size	branchy, . - branchy

	.section __jump_table, "aw"
	.balign	8
	.long	1b - .
	.long	2b - .
	.quad	tiny_key + 2 - .

	.data
	.globl	tiny_key
	.type	tiny_key, @object
tiny_key:
	.quad	0
	.size	tiny_key, 8
	.globl	__SCK__tiny
	.type	__SCK__tiny, @object
__SCK__tiny:
	.quad	0
	.size	__SCK__tiny, 8

# --ibt: a pointer to code that is no landing pad. --noabs: an absolute reference.
	.type	pointer, @object
pointer:
	.quad	caller + 4
	.size	pointer, 8

	.section .note.GNU-stack, "", @progbits
