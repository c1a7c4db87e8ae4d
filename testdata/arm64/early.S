// Early code without absolute addresses; a hypervisor whose only pointer is listed; noinstr code that stays in its sections.
	.section .head.text, "ax"
	.globl	head
head:
	adrp	x0, variable
	add	x0, x0, :lo12:variable
	b	__pi_start

	.section .init.text, "ax"
	.globl	__pi_start
	.type	__pi_start, %function
__pi_start:
	adrp	x0, variable
	ldr	x1, [x0, :lo12:variable]
	ret
	.size	__pi_start, . - __pi_start
// Later code in the same section may.
	.type	later, %function
later:
	ldr	x0, 1f
	ret
	.p2align 3
1:	.quad	variable
	.size	later, . - later

	.section .init.rodata.prel64, "a"
	.p2align 3
	.type	__pi_list, %object
__pi_list:
	.quad	variable
	.size	__pi_list, . - __pi_list

	.section .hyp.rodata, "a"
	.p2align 3
	.globl	__kvm_nvhe_pointer
	.type	__kvm_nvhe_pointer, %object
__kvm_nvhe_pointer:
	.quad	__kvm_nvhe_function
	.size	__kvm_nvhe_pointer, . - __kvm_nvhe_pointer
	.section .hyp.text, "ax"
	.globl	__kvm_nvhe_function
	.type	__kvm_nvhe_function, %function
__kvm_nvhe_function:
	bti	c
	adrp	x0, __kvm_nvhe_pointer
	ret
	.size	__kvm_nvhe_function, . - __kvm_nvhe_function
	.section .hyp.reloc, "a"
	.long	__kvm_nvhe_pointer - .

	.section .noinstr.text, "ax"
	.globl	quiet
	.type	quiet, %function
quiet:
	bl	quiet_too
	b	elsewhere
	.size	quiet, . - quiet
	.section .entry.text, "ax"
	.globl	quiet_too
	.type	quiet_too, %function
quiet_too:
	ret
	.size	quiet_too, . - quiet_too
	.text
	.globl	loud
	.type	loud, %function
loud:
	ret
	.size	loud, . - loud
	.data
	.p2align 3
	.globl	variable
variable:
	.quad	0
