// SPDX-License-Identifier: GPL-2.0-only

//! What a word does to the flow of control, and the few other classes that table checks ask about.

pub(super) mod bitmask;
pub mod branch;
pub mod hint;

pub use branch::branch;
pub use hint::hint;

use super::bits;
use branch::Branch;
use branch::BranchKind;
use hint::Hint;

/// The class of a word.
///
/// Words that the architecture does not allocate are told apart by [`super::is_allocated`]; here they are
/// [`Class::Other`], but for those in the midst of branches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// Direct branch or call.
    Branch(Branch),
    /// `br`, `braa`, `brab` and their zero-modifier forms.
    JumpReg {
        /// Number of the register that holds the target; 31 is the zero register.
        reg: u8,
        /// Whether the target is authenticated.
        is_auth: bool,
    },
    /// `blr`, `blraa`, `blrab` and their zero-modifier forms.
    CallReg {
        /// As in [`Class::JumpReg`].
        reg: u8,
        /// As in [`Class::JumpReg`].
        is_auth: bool,
    },
    /// `ret`, `retaa`, `retab`, and the forms whose second modifier is an address.
    Return {
        /// Number of the register that holds the return address.
        reg: u8,
        /// Whether the address is authenticated.
        is_auth: bool,
    },
    /// `eret`, `eretaa`, `eretab`.
    ExceptionReturn,
    /// `drps`: leaves debug state.
    DebugReturn,
    /// `brk` with its immediate.
    Break(u16),
    /// `hlt` with its immediate.
    Halt(u16),
    /// `udf` with its immediate: permanently undefined, which is how zeros decode.
    Undefined(u16),
    /// `svc`, `hvc`, `smc`: calls a higher level and comes back.
    SystemCall,
    /// `dcps1` to `dcps3`, `tcancel`.
    OtherException,
    /// An instruction of the hint space.
    Hint(Hint),
    /// `adr`, `adrp`: see [`branch::adr_target`].
    Adr {
        /// Number of the register that gets the address.
        reg: u8,
        /// `adrp`.
        is_page: bool,
    },
    /// A load or prefetch of a literal: see [`branch::literal_disp`].
    Literal,
    /// Anything else.
    Other,
}

const _: () = assert!(size_of::<Class>() <= 12);

impl Class {
    /// Whether this is a call, direct or not.
    pub const fn is_call(self) -> bool {
        matches!(self, Self::Branch(Branch { kind: BranchKind::Call, .. }) | Self::CallReg { .. })
    }

    /// Whether control never goes on to the next instruction: jumps, returns, and `udf`.
    ///
    /// `brk` is not among them, for some of its handlers step over it (warnings, kCFI in its permissive mode).
    pub const fn ends_flow(self) -> bool {
        match self {
            Self::Branch(branch) => matches!(branch.kind, BranchKind::Jump),
            Self::JumpReg { .. }
            | Self::Return { .. }
            | Self::ExceptionReturn
            | Self::DebugReturn
            | Self::Undefined(_) => true,
            _ => false,
        }
    }
}

/// The class of `word`.
pub const fn class(word: u32) -> Class {
    match bits(word, 26, 3) {
        0b101 => branch_group(word),
        0b100 if bits(word, 24, 2) == 0 => Class::Adr { reg: (word & 31) as u8, is_page: word >> 31 != 0 },
        // The quarter of 128-bit literals whose top bits are 11 is not allocated.
        0b110 | 0b111 if word & 0x3b00_0000 == 0x1800_0000 && word & 0xfc00_0000 != 0xdc00_0000 => Class::Literal,
        0 if word >> 16 == 0 => Class::Undefined(word as u16),
        _ => Class::Other,
    }
}

/// Branches, exceptions and system instructions.
const fn branch_group(word: u32) -> Class {
    if let Some(branch) = branch(word) {
        return Class::Branch(branch);
    }
    match word >> 24 {
        0xd4 => exception(word),
        0xd5 => match hint(word) {
            Some(hint) => Class::Hint(hint),
            None => Class::Other,
        },
        0xd6 | 0xd7 => register_branch(word),
        // `retaasppc`, `retabsppc`.
        0x55 if word & 0x00c0_001f == 0x0000_001f => Class::Return { reg: super::LR, is_auth: true },
        _ => Class::Other,
    }
}

const fn exception(word: u32) -> Class {
    let imm = bits(word, 5, 16) as u16;
    match (bits(word, 21, 3), word & 31) {
        (0, 1..=3) => Class::SystemCall,
        (1, 0) => Class::Break(imm),
        (2, 0) => Class::Halt(imm),
        (3, 0) | (5, 1..=3) => Class::OtherException,
        _ => Class::Other,
    }
}

const fn register_branch(word: u32) -> Class {
    if bits(word, 16, 5) != 31 {
        return Class::Other;
    }
    let reg = bits(word, 5, 5) as u8;
    let low = word & 31;
    // 2 and 3 authenticate with key A and B; then the low field is the modifier, 31 where the form has none.
    let is_auth = match bits(word, 10, 6) {
        0 if low == 0 => false,
        2 | 3 => true,
        _ => return Class::Other,
    };
    let no_modifier = !is_auth || low == 31;
    match bits(word, 21, 4) {
        0 if no_modifier => Class::JumpReg { reg, is_auth },
        1 if no_modifier => Class::CallReg { reg, is_auth },
        2 if !is_auth => Class::Return { reg, is_auth },
        // The low field is a second modifier, where it is not 31.
        2 if reg == 31 => Class::Return { reg: super::LR, is_auth },
        4 if reg == 31 && no_modifier => Class::ExceptionReturn,
        5 if reg == 31 && !is_auth => Class::DebugReturn,
        8 if is_auth => Class::JumpReg { reg, is_auth },
        9 if is_auth => Class::CallReg { reg, is_auth },
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn register_branches_with_and_without_authentication() {
        assert_eq!(class(0xd61f_0200), Class::JumpReg { reg: 16, is_auth: false }, "br x16");
        assert_eq!(class(0xd63f_0020), Class::CallReg { reg: 1, is_auth: false }, "blr x1");
        assert_eq!(class(0xd65f_03c0), Class::Return { reg: 30, is_auth: false }, "ret");
        assert_eq!(class(0xd65f_0bff), Class::Return { reg: 30, is_auth: true }, "retaa");
        assert_eq!(class(0xd65f_0fff), Class::Return { reg: 30, is_auth: true }, "retab");
        assert_eq!(class(0xd71f_0822), Class::JumpReg { reg: 1, is_auth: true }, "braa x1, x2");
        assert_eq!(class(0xd73f_0c22), Class::CallReg { reg: 1, is_auth: true }, "blrab x1, x2");
        assert_eq!(class(0xd61f_083f), Class::JumpReg { reg: 1, is_auth: true }, "braaz x1");
        assert_eq!(class(0xd61f_0820), Class::Other, "braaz with a modifier");
        assert_eq!(class(0xd69f_03e0), Class::ExceptionReturn, "eret");
        assert_eq!(class(0xd69f_0bff), Class::ExceptionReturn, "eretaa");
        assert_eq!(class(0xd6bf_03e0), Class::DebugReturn, "drps");
        assert_eq!(class(0xd61f_0201), Class::Other, "br with a low field");
    }

    #[test]
    fn exceptions_keep_their_immediate() {
        assert_eq!(class(0xd421_0000), Class::Break(0x800), "brk #0x800");
        assert_eq!(class(0xd440_0000), Class::Halt(0), "hlt #0");
        assert_eq!(class(0xd400_0001), Class::SystemCall, "svc #0");
        assert_eq!(class(0xd400_0003), Class::SystemCall, "smc #0");
        assert_eq!(class(0), Class::Undefined(0));
        assert_eq!(class(0xd400_0000), Class::Other);
    }

    #[test]
    fn addresses_and_literals() {
        assert_eq!(class(0x9000_0010), Class::Adr { reg: 16, is_page: true });
        assert_eq!(class(0x1000_0000), Class::Adr { reg: 0, is_page: false });
        assert_eq!(class(0x5800_0050), Class::Literal, "ldr x16, #8");
        assert_eq!(class(0x9c00_0000), Class::Literal, "ldr q0, #0");
        assert_eq!(class(0xdc00_0000), Class::Other);
        assert_eq!(class(0x3800_0000), Class::Other, "sturb");
    }
}
