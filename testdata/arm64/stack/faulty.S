// Functions with one fault each, in the order of the findings that tests/arm64_stack.rs expects.
// clang --target=aarch64-linux-gnu -c faulty.S -o faulty.o
        .text
        .p2align 2
        .macro function name
        .globl \name
        .type \name, %function
\name:
        .endm
        .macro finish name
        .size \name, . - \name
        .endm

        function ways_disagree
        cbz     x0, 1f
        sub     sp, sp, #16
1:      ret
        finish ways_disagree

        function frame_is_lost
        mov     sp, x0
        ret
        finish frame_is_lost

        function falls_through
        cbz     x0, 1f
        ret
1:      nop
        finish falls_through

        function tail_call_with_frame
        stp     x29, x30, [sp, #-16]!
        b       callee
        finish tail_call_with_frame

        function return_with_frame
        sub     sp, sp, #32
        ret
        finish return_with_frame

        function return_address_overwritten
        bl      callee
        ret
        finish return_address_overwritten

        function return_address_signed
        paciasp
        ret
        finish return_address_signed

        function jump_cannot_be_followed
        stp     x29, x30, [sp, #-16]!
        ldr     x1, [x0]
        add     x1, x1, x2
        br      x1
        finish jump_cannot_be_followed
