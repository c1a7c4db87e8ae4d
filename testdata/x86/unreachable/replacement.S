#: objtool --orc
# Nor are replacements that nothing refers to.
.include "kernel.inc"

FUNC f
	ret
END f
	.section .altinstr_replacement, "ax"
	push %rax
	.section .altinstr_aux, "ax"
	push %rax
