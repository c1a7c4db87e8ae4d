//! Instruction words that the tables are about: fixed ones, and direct branches with their distances.

/// `nop`.
pub const NOP: u32 = 0xd503_201f;
/// `bti c`, as static calls' trampolines begin.
pub const BTI_C: u32 = 0xd503_245f;
/// `paciasp`.
pub const PACIASP: u32 = 0xd503_233f;
/// `pacibsp`.
pub const PACIBSP: u32 = 0xd503_237f;
/// `br x16`.
pub const BR_X16: u32 = 0xd61f_0200;
/// `brk #0x800`, which `BUG()` and `WARN()` are made of.
pub const BRK_BUG: u32 = 0xd421_0000;

/// A direct branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Branch {
    /// `bl`.
    Call,
    /// `b`.
    Jump,
    /// `b.cond`, `bc.cond`, `cbz`, `cbnz`.
    Conditional,
    /// `tbz`, `tbnz`.
    TestBit,
}

impl Branch {
    /// The branch that `word` is, and its distance from itself in bytes.
    pub fn of(word: u32) -> Option<(Self, i64)> {
        let (branch, shift) = if word & 0x7c00_0000 == 0x1400_0000 {
            (if word >> 31 == 1 { Self::Call } else { Self::Jump }, 0)
        } else if word & 0xff00_0000 == 0x5400_0000 || word & 0x7e00_0000 == 0x3400_0000 {
            (Self::Conditional, 5)
        } else if word & 0x7e00_0000 == 0x3600_0000 {
            (Self::TestBit, 5)
        } else {
            return None;
        };
        Some((branch, distance(word, shift, branch.bits())))
    }

    /// Bits of the distance, which counts words.
    pub const fn bits(self) -> u32 {
        match self {
            Self::Call | Self::Jump => 26,
            Self::Conditional => 19,
            Self::TestBit => 14,
        }
    }

    /// How far it reaches in bytes: `-reach..reach`.
    pub const fn reach(self) -> i64 {
        1 << (self.bits() + 1)
    }
}

/// Whether the word is any `bti`.
pub fn is_bti(word: u32) -> bool {
    word & 0xffff_ff3f == 0xd503_241f
}

/// Whether an indirect call may land on this word.
pub fn is_landing_pad(word: u32) -> bool {
    // bti c, bti jc
    word & 0xffff_ff7f == BTI_C || word == PACIASP || word == PACIBSP
}

/// Whether the word addresses memory or code by its own place, other than `adrp` and direct branches: `adr` and loads of
/// literals.
pub fn uses_own_place(word: u32) -> bool {
    word & 0x9f00_0000 == 0x1000_0000 || word & 0x3b00_0000 == 0x1800_0000
}

/// Whether the word is `adrp` into register `rd`.
pub fn is_adrp_to(word: u32, rd: u32) -> bool {
    word & 0x9f00_001f == 0x9000_0000 | rd
}

/// Whether the word is `ldr xt, [xn, #imm]` with both registers `reg`.
pub fn is_ldr_over(word: u32, reg: u32) -> bool {
    word & 0xffc0_03ff == 0xf940_0000 | reg << 5 | reg
}

/// The signed field of `bits` bits at `shift`, in bytes.
fn distance(word: u32, shift: u32, bits: u32) -> i64 {
    let field = (word >> shift) << (32 - bits);
    i64::from(field.cast_signed() >> (32 - bits)) * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        assert_eq!(Branch::of(0x9400_0001), Some((Branch::Call, 4)));
        assert_eq!(Branch::of(0x17ff_ffff), Some((Branch::Jump, -4)));
        assert_eq!(Branch::of(0x5400_0040), Some((Branch::Conditional, 8)));
        assert_eq!(Branch::of(0xb4ff_ffe1), Some((Branch::Conditional, -4)));
        assert_eq!(Branch::of(0x3604_0000), Some((Branch::TestBit, -0x8000)));
        assert_eq!(Branch::of(NOP), None);
        assert_eq!((Branch::Call.reach(), Branch::TestBit.reach()), (1 << 27, 1 << 15));
    }

    #[test]
    fn pads() {
        assert!(is_landing_pad(BTI_C) && is_landing_pad(0xd503_24df) && is_landing_pad(PACIASP));
        assert!(!is_landing_pad(NOP) && !is_landing_pad(0xd503_249f) && is_bti(0xd503_249f) && !is_bti(NOP));
        assert!(uses_own_place(0x1000_0000) && uses_own_place(0x5800_0000) && !uses_own_place(0x9000_0000));
        assert!(is_adrp_to(0xb000_0010, 16) && is_ldr_over(0xf940_0a10, 16));
    }
}
