#: objtool --orc
# Padding of code that runs before the kernel is where it belongs may fall through; before 6.14 its name was not known.
.include "kernel.inc"

FUNC __pi___pfx_f
	nop
END __pi___pfx_f
FUNC __pi_f
	ret
END __pi_f
