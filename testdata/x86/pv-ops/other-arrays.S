#: objtool --noinstr --link
# 6.12 also has arrays of Xen: functions in them count for the entries of the first array. 7.3 has one of locks.
.include "kernel.inc"

FUNC normal
	ret
END normal
	.section .noinstr.text, "ax"
FUNC f
	call *pv_ops(%rip)
	ret
END f
FUNC g
	call *pv_ops_lock(%rip)
	ret
END g
	.data
	.globl pv_ops, xen_cpu_ops, pv_ops_lock
	.type pv_ops, @object
	.type xen_cpu_ops, @object
	.type pv_ops_lock, @object
pv_ops:
	.quad f
	.size pv_ops, . - pv_ops
xen_cpu_ops:
	.quad normal
	.size xen_cpu_ops, . - xen_cpu_ops
pv_ops_lock:
	.quad normal
	.size pv_ops_lock, . - pv_ops_lock
