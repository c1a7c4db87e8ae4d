// Functions whose frames are as their .cfi directives say: the analysis must agree at every instruction.
// clang --target=aarch64-linux-gnu -c sound.S -o sound.o
        .text
        .p2align 2

// Signed return address, shadow call stack, frame record that is not at the bottom of the frame.
        .globl signed_and_shadowed
        .type signed_and_shadowed, %function
signed_and_shadowed:
        .cfi_startproc
        bti     c
        str     x30, [x18], #8
        paciasp
        .cfi_negate_ra_state
        sub     sp, sp, #48
        .cfi_def_cfa_offset 48
        stp     x29, x30, [sp, #16]
        .cfi_offset w29, -32
        .cfi_offset w30, -24
        add     x29, sp, #16
        .cfi_def_cfa w29, 32
        bl      callee
        .cfi_def_cfa wsp, 48
        ldp     x29, x30, [sp, #16]
        add     sp, sp, #48
        .cfi_def_cfa_offset 0
        .cfi_restore w29
        .cfi_restore w30
        autiasp
        .cfi_negate_ra_state
        ldr     x30, [x18, #-8]!
        ret
        .cfi_endproc
        .size signed_and_shadowed, . - signed_and_shadowed

// The stack pointer moves by an amount that nobody knows; only x29 leads to the frame.
        .globl dynamic
        .type dynamic, %function
dynamic:
        .cfi_startproc
        stp     x29, x30, [sp, #-32]!
        .cfi_def_cfa_offset 32
        .cfi_offset w29, -32
        .cfi_offset w30, -24
        mov     x29, sp
        .cfi_def_cfa w29, 32
        sub     sp, sp, x0
1:      sub     x9, sp, #64
        and     sp, x9, #0xffffffffffffffc0
        cbnz    w1, 1b
        bl      callee
        mov     sp, x29
        .cfi_def_cfa wsp, 32
        ldp     x29, x30, [sp], #32
        .cfi_def_cfa_offset 0
        .cfi_restore w29
        .cfi_restore w30
        ret
        .cfi_endproc
        .size dynamic, . - dynamic

// A jump table of bytes, a frame too large for one instruction, and a tail call out of a cold part.
        .globl switching
        .type switching, %function
switching:
        .cfi_startproc
        mov     x16, #8240
        sub     sp, sp, x16
        .cfi_def_cfa_offset 8240
        stp     x29, x30, [sp]
        .cfi_offset w29, -8240
        .cfi_offset w30, -8232
        mov     x29, sp
        cmp     w0, #2
        b.hi    switching.cold
        adrp    x1, table
        add     x1, x1, :lo12:table
        ldrb    w1, [x1, w0, uxtw]
        adr     x2, 0f
        add     x1, x2, w1, sxtb #2
        br      x1
0:      mov     w0, #1
        b       3f
1:      bl      callee
2:      mov     w0, #2
3:      ldp     x29, x30, [sp]
        mov     x16, #8240
        add     sp, sp, x16
        .cfi_def_cfa_offset 0
        .cfi_restore w29
        .cfi_restore w30
        ret
        .cfi_endproc
        .size switching, . - switching

        .section .rodata, "a"
table:  .byte   0
        .byte   (1b - 0b) / 4
        .byte   (2b - 0b) / 4

        .section .text.unlikely, "ax", %progbits
        .p2align 2
        .type switching.cold, %function
switching.cold:
        .cfi_startproc
        .cfi_def_cfa_offset 8240
        .cfi_offset w29, -8240
        .cfi_offset w30, -8232
        ldp     x29, x30, [sp]
        mov     x16, #8240
        add     sp, sp, x16
        .cfi_def_cfa_offset 0
        .cfi_restore w29
        .cfi_restore w30
        b       callee
        .cfi_endproc
        .size switching.cold, . - switching.cold

        .text
// A call that does not return, before code with another frame; data in the function; a tail call.
        .globl dead_end
        .type dead_end, %function
dead_end:
        .cfi_startproc
        cbz     x0, 1f
        stp     x29, x30, [sp, #-16]!
        .cfi_def_cfa_offset 16
        .cfi_offset w29, -16
        .cfi_offset w30, -8
        mov     x29, sp
        bl      stops
        .cfi_def_cfa_offset 0
        .cfi_restore w29
        .cfi_restore w30
1:      ldr     x0, 2f
        b       callee
        .p2align 3
2:      .xword  0xd65f03c0d65f03c0
        .cfi_endproc
        .size dead_end, . - dead_end
