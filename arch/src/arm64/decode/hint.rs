// SPDX-License-Identifier: GPL-2.0-only

//! The hint space: instructions that older processors take for `nop`.

use crate::arm64::bits;

/// What a hint does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// `nop`.
    Nop,
    /// `bti` in its four forms.
    Bti(Bti),
    /// Signs the return address in `x30`: `paciasp`, `pacibsp` (modifier `sp`), `paciaz`, `pacibz` (modifier zero).
    SignLr(Signing),
    /// Authenticates the return address in `x30`: `autiasp`, `autibsp`, `autiaz`, `autibz`.
    AuthLr(Signing),
    /// Signs `x17` with modifier `x16`: `pacia1716`, `pacib1716`.
    SignX17,
    /// Authenticates `x17` with modifier `x16`: `autia1716`, `autib1716`.
    AuthX17,
    /// `xpaclri`: takes the signature off `x30` without looking at it.
    StripLr,
    /// `pacm`: the signature that comes next takes the address of the instruction for a second modifier.
    PacModifier,
    /// `chkfeat x16`: writes `x16`.
    CheckFeature,
    /// Barriers, events and waits with a meaning, and all that is not assigned. The number is `CRm:op2`.
    Other(u8),
}

/// What kind of indirect branch a landing pad takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bti {
    /// `bti`: none.
    None,
    /// `bti c`: calls, and jumps through `x16` and `x17`.
    Call,
    /// `bti j`: jumps.
    Jump,
    /// `bti jc`: both.
    Both,
}

impl Bti {
    /// Whether an indirect call may land here.
    pub const fn takes_calls(self) -> bool {
        matches!(self, Self::Call | Self::Both)
    }

    /// Whether an indirect jump through any register may land here.
    pub const fn takes_jumps(self) -> bool {
        matches!(self, Self::Jump | Self::Both)
    }
}

/// How a return address is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signing {
    /// Key B rather than key A.
    pub is_key_b: bool,
    /// The modifier is `sp`, else zero.
    pub with_sp: bool,
}

/// The hint that `word` is, or `None` if it lies outside the hint space.
pub const fn hint(word: u32) -> Option<Hint> {
    if word & 0xffff_f01f != 0xd503_201f {
        return None;
    }
    let number = bits(word, 5, 7) as u8;
    let signing = Signing { is_key_b: number & 2 != 0, with_sp: number & 1 != 0 };
    Some(match number {
        0 => Hint::Nop,
        7 => Hint::StripLr,
        8 | 10 => Hint::SignX17,
        12 | 14 => Hint::AuthX17,
        24..=27 => Hint::SignLr(signing),
        28..=31 => Hint::AuthLr(signing),
        32 => Hint::Bti(Bti::None),
        34 => Hint::Bti(Bti::Call),
        36 => Hint::Bti(Bti::Jump),
        38 => Hint::Bti(Bti::Both),
        39 => Hint::PacModifier,
        40 => Hint::CheckFeature,
        _ => Hint::Other(number),
    })
}

/// The kind of `bti` that `word` is.
pub const fn bti(word: u32) -> Option<Bti> {
    match hint(word) {
        Some(Hint::Bti(kind)) => Some(kind),
        _ => None,
    }
}

/// Whether an indirect call may land on `word`: `bti c`, `bti jc`, or a signing `paciasp`/`pacibsp`, which implies one.
///
/// `brk` and `hlt` do not fault for their landing either, but nothing is meant to land there.
pub const fn is_call_pad(word: u32) -> bool {
    match hint(word) {
        Some(Hint::Bti(kind)) => kind.takes_calls(),
        Some(Hint::SignLr(signing)) => signing.with_sp,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_hints_that_matter() {
        assert_eq!(hint(0xd503_201f), Some(Hint::Nop));
        assert_eq!(hint(0xd503_233f), Some(Hint::SignLr(Signing { is_key_b: false, with_sp: true })), "paciasp");
        assert_eq!(hint(0xd503_237f), Some(Hint::SignLr(Signing { is_key_b: true, with_sp: true })), "pacibsp");
        assert_eq!(hint(0xd503_231f), Some(Hint::SignLr(Signing { is_key_b: false, with_sp: false })), "paciaz");
        assert_eq!(hint(0xd503_23bf), Some(Hint::AuthLr(Signing { is_key_b: false, with_sp: true })), "autiasp");
        assert_eq!(hint(0xd503_23df), Some(Hint::AuthLr(Signing { is_key_b: true, with_sp: false })), "autibz");
        assert_eq!(hint(0xd503_20ff), Some(Hint::StripLr), "xpaclri");
        assert_eq!(hint(0xd503_229f), Some(Hint::Other(20)), "csdb");
        assert_eq!(hint(0xd503_3f9f), None, "dsb sy");
    }

    #[test]
    fn landing_pads_say_what_lands() {
        assert_eq!(bti(0xd503_241f), Some(Bti::None));
        assert_eq!(bti(0xd503_245f), Some(Bti::Call));
        assert_eq!(bti(0xd503_249f), Some(Bti::Jump));
        assert_eq!(bti(0xd503_24df), Some(Bti::Both));
        let pads = [0xd503_241f, 0xd503_245f, 0xd503_249f, 0xd503_24df, 0xd503_233f, 0xd503_231f, 0xd503_201f];
        assert_eq!(pads.map(is_call_pad), [false, true, false, true, true, false, false]);
    }
}
