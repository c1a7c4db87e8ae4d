	.section .modinfo, "a"
	.asciz "license=GPL"
#ifdef MODULE
	.asciz "name=demo_mod"
#endif
	.asciz "import_ns=FIRST"
	.asciz "import_ns=SECOND"
	.section .note.GNU-stack, "", @progbits
