// SPDX-License-Identifier: GPL-2.0-only

//! Relocations of debug information: absolute ones, and the sums and differences of machines whose linker shortens code.

use object::Endianness;
use object::elf;
use object::endian::Endian;

use crate::elf::ElfFile;
use crate::elf::Relocs;

/// What a relocation does to its field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Action {
    /// field = value.
    Set,
    /// field = field + value.
    Add,
    /// field = field - value.
    Subtract,
}

/// Applies `relocs` of `elf` to `data`, the contents of their target. Relocations of other kinds, and those that lie outside,
/// change nothing.
pub(super) fn apply(relocs: &Relocs<'_>, elf: &ElfFile<'_>, bases: &[u64], data: &mut [u8]) {
    for reloc in relocs.iter() {
        let Some((action, size)) = action(elf.machine, reloc.kind) else { continue };
        let Some(symbol) = elf.symbol(reloc.symbol) else { continue };
        let field = usize::try_from(reloc.offset).ok().and_then(|at| data.get_mut(at..at.checked_add(size)?));
        let Some(field) = field else { continue };
        let base = bases.get(symbol.section.index()).copied().unwrap_or(0);
        let target = base.wrapping_add(symbol.value).wrapping_add(reloc.addend.cast_unsigned());
        let old = read(elf.endian, field);
        let new = match action {
            Action::Set if !relocs.has_addend() => target.wrapping_add(old),
            Action::Set => target,
            Action::Add => old.wrapping_add(target),
            Action::Subtract => old.wrapping_sub(target),
        };
        write(elf.endian, field, new);
    }
}

/// What a relocation type does, and the size of its field in bytes.
fn action(machine: u16, kind: u32) -> Option<(Action, usize)> {
    use Action::Add;
    use Action::Set;
    use Action::Subtract;
    Some(match (machine, kind) {
        (elf::EM_X86_64, elf::R_X86_64_64) => (Set, 8),
        (elf::EM_X86_64, elf::R_X86_64_32 | elf::R_X86_64_32S) => (Set, 4),
        (elf::EM_386, elf::R_386_32) => (Set, 4),
        (elf::EM_ARM, elf::R_ARM_ABS32) => (Set, 4),
        (elf::EM_AARCH64, elf::R_AARCH64_ABS64) => (Set, 8),
        (elf::EM_AARCH64, elf::R_AARCH64_ABS32) => (Set, 4),
        // 64-bit objects have up to three types in one record; the first one is in the low byte.
        (elf::EM_MIPS, _) if kind & 0xff == elf::R_MIPS_32 => (Set, 4),
        (elf::EM_MIPS, _) if kind & 0xff == elf::R_MIPS_64 => (Set, 8),
        (elf::EM_RISCV, elf::R_RISCV_32 | elf::R_RISCV_SET32) => (Set, 4),
        (elf::EM_RISCV, elf::R_RISCV_64) => (Set, 8),
        (elf::EM_RISCV, elf::R_RISCV_SET8) => (Set, 1),
        (elf::EM_RISCV, elf::R_RISCV_SET16) => (Set, 2),
        (elf::EM_RISCV, elf::R_RISCV_ADD8) => (Add, 1),
        (elf::EM_RISCV, elf::R_RISCV_ADD16) => (Add, 2),
        (elf::EM_RISCV, elf::R_RISCV_ADD32) => (Add, 4),
        (elf::EM_RISCV, elf::R_RISCV_ADD64) => (Add, 8),
        (elf::EM_RISCV, elf::R_RISCV_SUB8) => (Subtract, 1),
        (elf::EM_RISCV, elf::R_RISCV_SUB16) => (Subtract, 2),
        (elf::EM_RISCV, elf::R_RISCV_SUB32) => (Subtract, 4),
        (elf::EM_RISCV, elf::R_RISCV_SUB64) => (Subtract, 8),
        (elf::EM_LOONGARCH, elf::R_LARCH_32) => (Set, 4),
        (elf::EM_LOONGARCH, elf::R_LARCH_64) => (Set, 8),
        (elf::EM_LOONGARCH, elf::R_LARCH_ADD8) => (Add, 1),
        (elf::EM_LOONGARCH, elf::R_LARCH_ADD16) => (Add, 2),
        (elf::EM_LOONGARCH, elf::R_LARCH_ADD32) => (Add, 4),
        (elf::EM_LOONGARCH, elf::R_LARCH_ADD64) => (Add, 8),
        (elf::EM_LOONGARCH, elf::R_LARCH_SUB8) => (Subtract, 1),
        (elf::EM_LOONGARCH, elf::R_LARCH_SUB16) => (Subtract, 2),
        (elf::EM_LOONGARCH, elf::R_LARCH_SUB32) => (Subtract, 4),
        (elf::EM_LOONGARCH, elf::R_LARCH_SUB64) => (Subtract, 8),
        (elf::EM_PPC | elf::EM_PPC64, elf::R_PPC_ADDR32) => (Set, 4),
        (elf::EM_PPC64, elf::R_PPC64_ADDR64) => (Set, 8),
        (elf::EM_S390, elf::R_390_32) => (Set, 4),
        (elf::EM_S390, elf::R_390_64) => (Set, 8),
        _ => return None,
    })
}

/// A field of 1, 2, 4 or 8 bytes.
fn read(endian: Endianness, field: &[u8]) -> u64 {
    let mut wide = [0; 8];
    let n = field.len().min(8);
    let place = if endian.is_big_endian() { wide.get_mut(8 - n..) } else { wide.get_mut(..n) };
    if let (Some(place), Some(field)) = (place, field.get(..n)) {
        place.copy_from_slice(field);
    }
    endian.read_u64_bytes(wide)
}

/// Writes the low bytes of `value`.
fn write(endian: Endianness, field: &mut [u8], value: u64) {
    let wide = endian.write_u64_bytes(value);
    let n = field.len().min(8);
    let low = if endian.is_big_endian() { wide.get(8 - n..) } else { wide.get(..n) };
    if let (Some(low), Some(field)) = (low, field.get_mut(..n)) {
        field.copy_from_slice(low);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_of_any_size_and_order() {
        for endian in [Endianness::Little, Endianness::Big] {
            for size in [1, 2, 4, 8] {
                let mut field = [0xff; 8];
                write(endian, &mut field[..size], 0x12);
                assert_eq!(read(endian, &field[..size]), 0x12, "{endian:?} {size}");
                assert!(field[size..].iter().all(|byte| *byte == 0xff));
            }
        }
    }

    #[test]
    fn machines_have_their_own_types() {
        assert_eq!(action(elf::EM_X86_64, elf::R_X86_64_64), Some((Action::Set, 8)));
        assert_eq!(action(elf::EM_X86_64, elf::R_X86_64_PC32), None);
        assert_eq!(action(elf::EM_RISCV, elf::R_RISCV_SUB16), Some((Action::Subtract, 2)));
        assert_eq!(action(elf::EM_MIPS, 0x12), Some((Action::Set, 8)));
    }
}
