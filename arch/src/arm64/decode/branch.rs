// SPDX-License-Identifier: GPL-2.0-only

//! Direct branches and other addresses relative to the instruction: how far they point, and how far they could.

use crate::arm64::bits;
use crate::arm64::signed;
use object::elf;

/// A direct branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Branch {
    /// Distance of the target from the branch itself, in bytes. Zero before relocation.
    pub disp: i32,
    /// What its field can hold.
    pub range: BranchRange,
    /// What it does.
    pub kind: BranchKind,
}

/// What a direct branch does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BranchKind {
    /// `b`.
    Jump,
    /// `bl`.
    Call,
    /// `b.cond`, `bc.cond`, `cbz`, `cbnz`, `tbz`, `tbnz`. For conditions `al` and `nv`, which are always true, too.
    Cond,
}

/// The classes of distance, named after the relocation that fills the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BranchRange {
    /// `bl`: 26 bits, ±128 MiB.
    Call26,
    /// `b`: 26 bits, ±128 MiB.
    Jump26,
    /// `b.cond`, `cbz`: 19 bits, ±1 MiB.
    Condbr19,
    /// `tbz`: 14 bits, ±32 KiB.
    Tstbr14,
}

impl BranchRange {
    /// The class that relocation type `kind` fills, or `None` for one that fills no branch.
    pub const fn of_reloc(kind: u32) -> Option<Self> {
        match kind {
            elf::R_AARCH64_CALL26 => Some(Self::Call26),
            elf::R_AARCH64_JUMP26 => Some(Self::Jump26),
            elf::R_AARCH64_CONDBR19 => Some(Self::Condbr19),
            elf::R_AARCH64_TSTBR14 => Some(Self::Tstbr14),
            _ => None,
        }
    }

    /// The type of its relocation.
    pub const fn reloc(self) -> u32 {
        match self {
            Self::Call26 => elf::R_AARCH64_CALL26,
            Self::Jump26 => elf::R_AARCH64_JUMP26,
            Self::Condbr19 => elf::R_AARCH64_CONDBR19,
            Self::Tstbr14 => elf::R_AARCH64_TSTBR14,
        }
    }

    /// The name of its relocation without `R_AARCH64_`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Call26 => "CALL26",
            Self::Jump26 => "JUMP26",
            Self::Condbr19 => "CONDBR19",
            Self::Tstbr14 => "TSTBR14",
        }
    }

    /// Bits of the field, which counts words.
    pub const fn field_bits(self) -> u32 {
        match self {
            Self::Call26 | Self::Jump26 => 26,
            Self::Condbr19 => 19,
            Self::Tstbr14 => 14,
        }
    }

    /// The farthest reach backwards in bytes: targets from `-reach` to `reach - 4` can be had.
    pub const fn reach(self) -> i64 {
        1 << (self.field_bits() + 1)
    }
}

/// The direct branch that `word` is, or `None` for anything else.
pub const fn branch(word: u32) -> Option<Branch> {
    if bits(word, 26, 3) != 0b101 {
        return None;
    }
    let (range, kind) = match word >> 26 {
        0b000101 => (BranchRange::Jump26, BranchKind::Jump),
        0b100101 => (BranchRange::Call26, BranchKind::Call),
        _ => match bits(word, 24, 7) {
            // Bit 4 tells `bc.cond` from `b.cond`.
            0b1010100 if word >> 31 == 0 => (BranchRange::Condbr19, BranchKind::Cond),
            0b0110100 | 0b0110101 => (BranchRange::Condbr19, BranchKind::Cond),
            0b0110110 | 0b0110111 => (BranchRange::Tstbr14, BranchKind::Cond),
            _ => return None,
        },
    };
    let field = match range {
        BranchRange::Call26 | BranchRange::Jump26 => signed(word, 26),
        BranchRange::Condbr19 => signed(bits(word, 5, 19), 19),
        BranchRange::Tstbr14 => signed(bits(word, 5, 14), 14),
    };
    Some(Branch { disp: field * 4, range, kind })
}

/// The distance in bytes from an `adr` to what it names; for `adrp` between the two pages of 4 KiB.
pub const fn adr_disp(word: u32) -> i64 {
    let field = signed(bits(word, 5, 19) << 2 | bits(word, 29, 2), 21) as i64;
    if word >> 31 == 0 { field } else { field << 12 }
}

/// The address that an `adr` or `adrp` at `address` makes.
pub const fn adr_target(word: u32, address: u64) -> u64 {
    let base = if word >> 31 == 0 { address } else { address & !0xfff };
    base.wrapping_add_signed(adr_disp(word))
}

/// The distance in bytes from a literal load to its literal.
pub const fn literal_disp(word: u32) -> i32 {
    signed(bits(word, 5, 19), 19) * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(word: u32) -> Option<(i32, BranchRange, BranchKind)> {
        branch(word).map(|b| (b.disp, b.range, b.kind))
    }

    #[test]
    fn branches_point_both_ways() {
        assert_eq!(of(0x1400_0001), Some((4, BranchRange::Jump26, BranchKind::Jump)));
        assert_eq!(of(0x97ff_ffff), Some((-4, BranchRange::Call26, BranchKind::Call)));
        assert_eq!(of(0x9600_0000), Some((-(128 << 20), BranchRange::Call26, BranchKind::Call)));
        assert_eq!(of(0x5400_0041), Some((8, BranchRange::Condbr19, BranchKind::Cond)), "b.ne");
        assert_eq!(of(0x5480_0010), Some((-(1 << 20), BranchRange::Condbr19, BranchKind::Cond)), "bc.eq");
        assert_eq!(of(0xb4ff_ffe0), Some((-4, BranchRange::Condbr19, BranchKind::Cond)), "cbz x0");
        assert_eq!(of(0x37f8_0041), Some((8, BranchRange::Tstbr14, BranchKind::Cond)), "tbnz w1, #31");
        assert_eq!(of(0xb604_0000), Some((-(32 << 10), BranchRange::Tstbr14, BranchKind::Cond)), "tbz x0, #32");
        assert_eq!(of(0xd503_201f), None);
        assert_eq!(of(0xd65f_03c0), None, "ret");
        assert_eq!(of(0xd400_0001), None, "svc");
        assert_eq!(of(0x5500_001f), None, "retaasppc");
        assert_eq!(of(0x7400_0000), None, "cbgt: newer than the disassembler that is the reference");
    }

    #[test]
    fn reach_is_what_the_field_holds() {
        assert_eq!(BranchRange::Call26.reach(), 128 << 20);
        assert_eq!(BranchRange::Condbr19.reach(), 1 << 20);
        assert_eq!(BranchRange::Tstbr14.reach(), 32 << 10);
    }

    #[test]
    fn addresses_count_bytes_or_pages() {
        assert_eq!(adr_disp(0x1000_0020), 4, "adr x0, #4");
        assert_eq!(adr_disp(0x70ff_ffe0), -1, "adr x0, #-1");
        assert_eq!(adr_target(0xb000_0000, 0x1ffc), 0x2000, "adrp x0, #4096");
        assert_eq!(adr_target(0xf0ff_ffe0, 0x1ffc), 0, "adrp x0, #-4096");
        assert_eq!(literal_disp(0x58ff_ffe0), -4, "ldr x0, #-4");
    }
}
