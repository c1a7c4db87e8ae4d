#: objtool --orc
#: objcopy -O elf64-little
# No machine that is known.
.include "kernel.inc"

FUNC f
	ret
END f
