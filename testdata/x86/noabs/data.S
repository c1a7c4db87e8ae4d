#: objtool --noabs
#: series 6.18..
# Absolute relocations in what is loaded, but for the tracer's table.
.include "kernel.inc"

FUNC f
	mov $f, %eax
	movabs $f, %rax
	lea f(%rip), %rax
	ret
END f
	.data
	.quad 0
	.quad f
	.long f
	.section .rodata, "a"
	.long f - .
	.section __patchable_function_entries, "aw"
	.quad f
	.section not_loaded, ""
	.quad f
