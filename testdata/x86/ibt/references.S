#: objtool --ibt --link
#: series 6.1..
# Code that takes the address of something without a landing pad: by an immediate, a displacement, or relative to itself.
.include "kernel.inc"

FUNC bare
	ret
END bare
FUNC landing
	endbr64
	ret
END landing
FUNC refers
	mov $bare, %eax
	mov $landing, %eax
	mov $refers, %eax
	mov $.Lexempt, %eax
	call bare
	jmp bare
END refers
FUNC by_immediate
	movabs $bare, %rax
	ret
END by_immediate
FUNC by_lea
	lea bare(%rip), %rax
	ret
END by_lea
FUNC by_load
	mov bare(%rip), %rax
	ret
END by_load
FUNC by_two
	movq $bare, bare(%rip)
	ret
END by_two
FUNC relative
	lea .Llocal(%rip), %rax
	lea .Lown(%rip), %rax
.Lown:	ret
END relative
FUNC exempt
	endbr64
	ANNOTATE NOENDBR
.Lexempt:
	ret
END exempt
LOCAL_FUNC local
.Llocal:
	ret
END local
