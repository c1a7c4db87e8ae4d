// SPDX-License-Identifier: GPL-2.0-only

//! The fixed instruction words that the tables are about; `arch::arm64` knows all others.

pub use arch::arm64::NOP;
pub use arch::arm64::hint::is_call_pad as is_landing_pad;

use arch::arm64::Class;
use arch::arm64::hint;

/// `bti c`, as static calls' trampolines begin.
pub const BTI_C: u32 = 0xd503_245f;
/// `br x16`.
pub const BR_X16: u32 = 0xd61f_0200;
/// `brk #0x800`, which `BUG()` and `WARN()` are made of.
pub const BRK_BUG: u32 = 0xd421_0000;

/// Whether the word is any `bti`.
pub fn is_bti(word: u32) -> bool {
    hint::bti(word).is_some()
}

/// Whether the word addresses memory or code by its own place, other than `adrp` and direct branches: `adr` and loads of
/// literals.
pub fn uses_own_place(word: u32) -> bool {
    matches!(arch::arm64::class(word), Class::Adr { is_page: false, .. } | Class::Literal)
}

/// Whether the word is `adrp` into register `rd`.
pub fn is_adrp_to(word: u32, rd: u32) -> bool {
    matches!(arch::arm64::class(word), Class::Adr { reg, is_page: true } if u32::from(reg) == rd)
}

/// Whether the word is `ldr xt, [xn, #imm]` with both registers `reg`.
pub fn is_ldr_over(word: u32, reg: u32) -> bool {
    word & 0xffc0_03ff == 0xf940_0000 | reg << 5 | reg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pads() {
        assert!(is_landing_pad(BTI_C) && is_landing_pad(0xd503_24df) && is_landing_pad(0xd503_233f));
        assert!(!is_landing_pad(NOP) && !is_landing_pad(0xd503_249f) && is_bti(0xd503_249f) && !is_bti(NOP));
        assert!(uses_own_place(0x1000_0000) && uses_own_place(0x5800_0000) && !uses_own_place(0x9000_0000));
        assert!(is_adrp_to(0xb000_0010, 16) && is_ldr_over(0xf940_0a10, 16));
    }
}
