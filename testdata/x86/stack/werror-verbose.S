#: objtool --orc --werror --verbose
#: series 7.2..
#: apart ..
# With --verbose they are counted; we also say which series it is.
.include "kernel.inc"

FUNC f
	push %rax
	ret
END f
