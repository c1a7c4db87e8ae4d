//: Functions of an assembler file, with padding and type hash before them, local labels and an alias.
#include "klp.h"
asm(".section .text.asm_entry,\"ax\",@progbits\n"
    ".type __cfi_asm_entry,@function\n__cfi_asm_entry: nop; nop; nop; mov $0x12345678,%eax; .size __cfi_asm_entry,.-__cfi_asm_entry\n"
    ".globl asm_entry\n.type asm_entry,@function\nasm_entry:\n"
    "test %edi,%edi\njz .Lskip\ncall asm_helper\n.Lskip: mov $" BOTH("1", "2") ",%eax\nret\n.size asm_entry,.-asm_entry\n"
    ".set asm_alias,asm_entry\n.globl asm_alias\n.type asm_alias,@function\n.size asm_alias,.-asm_entry\n"
    ".type asm_helper,@function\nasm_helper: mov numbers(%rip),%eax\nret\n.size asm_helper,.-asm_helper\n"
    ".section .rodata.numbers,\"a\"\n.type numbers,@object\nnumbers: .long 5,6\n.size numbers,.-numbers\n"
    ".set constant, 7\n.text\n");
