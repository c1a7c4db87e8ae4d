// SPDX-License-Identifier: GPL-2.0-only

//! Where a relocation points: the symbol's value plus an addend, which for `SHT_REL` is in the relocated bytes.

use object::elf;

use super::names::ReferenceTarget;
use super::object::ModuleObject;
use super::symtab::ModuleSymbol;
use crate::elf::Reloc;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// `R_LARCH_*` and `R_RISCV_*` numbers that the `object` crate may not name.
const R_LARCH_SUB32: u32 = 55;
const R_LARCH_RELAX: u32 = 100;
const R_LARCH_ALIGN: u32 = 102;
const R_RISCV_SUB32: u32 = 39;

/// The relocated bytes: at least four, fewer only at the end of the file.
#[derive(Debug, Clone, Copy)]
pub struct Location([u8; 4], object::Endianness);

impl Location {
    /// The four bytes at a relocation's place.
    pub fn new(bytes: [u8; 4], endian: object::Endianness) -> Self {
        Self(bytes, endian)
    }

    fn word(self) -> u32 {
        match self.1 {
            object::Endianness::Little => u32::from_le_bytes(self.0),
            object::Endianness::Big => u32::from_be_bytes(self.0),
        }
    }

    /// The two halves of a Thumb instruction, in memory order.
    fn halves(self) -> (u32, u32) {
        let [a, b, c, d] = self.0;
        match self.1 {
            object::Endianness::Little => (u16::from_le_bytes([a, b]).into(), u16::from_le_bytes([c, d]).into()),
            object::Endianness::Big => (u16::from_be_bytes([a, b]).into(), u16::from_be_bytes([c, d]).into()),
        }
    }
}

/// Whether `SHT_REL` relocations of this machine are understood.
pub fn has_rel_addends(machine: u16) -> bool {
    matches!(machine, elf::EM_386 | elf::EM_ARM | elf::EM_MIPS)
}

/// Whether a relocation with an addend says nothing about the section it points to.
///
/// Upstream: the machine switch of `section_rela()`, as of 6.6.
pub fn is_skipped_rela(machine: u16, kind: u32, in_extable: bool, profile: &ModpostProfile) -> bool {
    match (machine, kind) {
        (elf::EM_RISCV, R_RISCV_SUB32) => in_extable && profile.has(Behaviour::RelocSkipRiscv),
        (elf::EM_LOONGARCH, R_LARCH_SUB32) => in_extable && profile.has(Behaviour::RelocSkipLoongarch),
        (elf::EM_LOONGARCH, R_LARCH_RELAX | R_LARCH_ALIGN) => profile.has(Behaviour::RelocSkipLoongarchRelax),
        _ => false,
    }
}

/// The target address of a relocation with an addend; the 4 bytes that PC-relative x86 relocations are off are not
/// compensated.
pub fn rela_target(object: &ModuleObject, symbol: &ModuleSymbol, addend: i64) -> u64 {
    object.address(symbol.value.wrapping_add_signed(addend))
}

/// The target address of a relocation without one, as of 6.6; all ones if the type has none.
pub fn rel_target(object: &ModuleObject, symbol: &ModuleSymbol, kind: u32, at: Location) -> u64 {
    const UNKNOWN: u64 = u64::MAX;
    let target = match object.machine {
        elf::EM_386 => match kind {
            elf::R_386_32 => at.word().into(),
            elf::R_386_PC32 => at.word().wrapping_add(4).into(),
            _ => UNKNOWN,
        },
        elf::EM_ARM => arm_offset(kind, at).map_or(UNKNOWN, |offset| symbol.value.wrapping_add_signed(offset)),
        elf::EM_MIPS => match kind {
            elf::R_MIPS_LO16 => (at.word() & 0xffff).into(),
            elf::R_MIPS_26 => ((at.word() & 0x03ff_ffff) << 2).into(),
            elf::R_MIPS_32 => at.word().into(),
            _ => UNKNOWN,
        },
        _ => UNKNOWN,
    };
    object.address(target)
}

/// Whether series up to 6.1 skip relocations of this type without an addend.
pub fn is_skipped_old_rel(machine: u16, kind: u32) -> bool {
    const THUMB_BRANCHES: [u32; 3] = [elf::R_ARM_THM_PC22, elf::R_ARM_THM_JUMP24, elf::R_ARM_THM_JUMP19];
    const ARM: [u32; 4] = [elf::R_ARM_ABS32, elf::R_ARM_PC24, elf::R_ARM_CALL, elf::R_ARM_JUMP24];
    match machine {
        elf::EM_ARM => !ARM.contains(&kind) && !THUMB_BRANCHES.contains(&kind),
        elf::EM_MIPS => kind == elf::R_MIPS_HI16,
        _ => false,
    }
}

/// What series up to 6.1 take for the addend of a relocation without one; `None` if they skip it. Machines that are not
/// known have addends of zero.
pub fn old_rel_target(
    object: &ModuleObject,
    symbol: &ModuleSymbol,
    reloc: &Reloc,
    kind: u32,
    at: Location,
    profile: &ModpostProfile,
) -> Option<ReferenceTarget> {
    if is_skipped_old_rel(object.machine, kind) {
        return None;
    }
    Some(ReferenceTarget::Address(match (object.machine, kind) {
        (elf::EM_386, elf::R_386_32) => at.word().into(),
        (elf::EM_386, elf::R_386_PC32) => {
            let base = if object.kind == elf::ET_EXEC { reloc.offset } else { 0 };
            u64::from(at.word()).wrapping_add(4).wrapping_add(base)
        }
        (elf::EM_ARM, elf::R_ARM_ABS32 | elf::R_ARM_PC24 | elf::R_ARM_CALL | elf::R_ARM_JUMP24)
            if profile.has(Behaviour::ArmAddendsRead) =>
        {
            symbol.value.wrapping_add_signed(arm_offset(kind, at).unwrap_or_default())
        }
        // The original adds up addresses of its own memory here, which no symbol is near to.
        (elf::EM_ARM, _) => return Some(ReferenceTarget::Unknown),
        (elf::EM_MIPS, elf::R_MIPS_LO16) => (at.word() & 0xffff).into(),
        (elf::EM_MIPS, elf::R_MIPS_26) => ((at.word() & 0x03ff_ffff) << 2).into(),
        (elf::EM_MIPS, elf::R_MIPS_32) => at.word().into(),
        _ => 0,
    }))
}

/// The distance from the symbol that an ARM instruction or word encodes.
fn arm_offset(kind: u32, at: Location) -> Option<i64> {
    let (upper, lower) = at.halves();
    let word = at.word();
    Some(match kind {
        elf::R_ARM_ABS32 | elf::R_ARM_REL32 => word.into(),
        elf::R_ARM_MOVW_ABS_NC | elf::R_ARM_MOVT_ABS => sign_extend((word & 0xf_0000) >> 4 | word & 0xfff, 16),
        elf::R_ARM_PC24 | elf::R_ARM_CALL | elf::R_ARM_JUMP24 => sign_extend((word & 0x00ff_ffff) << 2, 26) + 8,
        elf::R_ARM_THM_MOVW_ABS_NC | elf::R_ARM_THM_MOVT_ABS => {
            let value = (upper & 0xf) << 12 | (upper & 0x400) << 1 | (lower & 0x7000) >> 4 | lower & 0xff;
            sign_extend(value, 16)
        }
        elf::R_ARM_THM_JUMP19 => {
            let (sign, j1, j2) = (upper >> 10 & 1, lower >> 13 & 1, lower >> 11 & 1);
            let value = sign << 20 | j2 << 19 | j1 << 18 | (upper & 0x3f) << 12 | (lower & 0x7ff) << 1;
            sign_extend(value, 21) + 4
        }
        elf::R_ARM_THM_PC22 | elf::R_ARM_THM_JUMP24 => {
            let (sign, j1, j2) = (upper >> 10 & 1, lower >> 13 & 1, lower >> 11 & 1);
            let (i1, i2) = (!(j1 ^ sign) & 1, !(j2 ^ sign) & 1);
            let value = sign << 24 | i1 << 23 | i2 << 22 | (upper & 0x3ff) << 12 | (lower & 0x7ff) << 1;
            sign_extend(value, 25) + 4
        }
        _ => return None,
    })
}

/// `value` as a signed number of `bits` bits.
fn sign_extend(value: u32, bits: u32) -> i64 {
    let shift = u32::BITS.saturating_sub(bits);
    i64::from((value << shift).cast_signed() >> shift)
}

#[cfg(test)]
mod tests {
    use super::Location;
    use super::arm_offset;
    use super::sign_extend;
    use object::Endianness;
    use object::elf;

    #[test]
    fn signs() {
        assert_eq!(sign_extend(0xffff, 16), -1);
        assert_eq!(sign_extend(0x7fff, 16), 0x7fff);
        assert_eq!(sign_extend(0x3ff_fffc, 26), -4);
    }

    #[test]
    fn thumb_branch_to_itself() {
        // `bl .` is f7ff fffe: minus 4, and the pipeline's 4 added.
        let at = Location::new([0xff, 0xf7, 0xfe, 0xff], Endianness::Little);
        assert_eq!(arm_offset(elf::R_ARM_THM_PC22, at), Some(0));
        let at = Location::new([0xf7, 0xff, 0xff, 0xfe], Endianness::Big);
        assert_eq!(arm_offset(elf::R_ARM_THM_PC22, at), Some(0));
    }
}
