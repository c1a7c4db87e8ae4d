// SPDX-License-Identifier: GPL-2.0-only

//! What the relocation types of arm64 mean.

use object::elf;

/// Whether relocations of type `kind` make an absolute address: of 64-bit words and of the parts of an address that `movz`
/// and `movk` put together. No narrower word can hold an address of the kernel.
///
/// What completes an `adrp` is no part of it: the lower bits of an address, whatever the upper ones are.
pub fn is_absolute_reloc(kind: u32) -> bool {
    kind == elf::R_AARCH64_ABS64 || (elf::R_AARCH64_MOVW_UABS_G0..=elf::R_AARCH64_MOVW_UABS_G3).contains(&kind)
}

#[cfg(test)]
mod tests {
    use super::is_absolute_reloc;
    use object::elf;

    #[test]
    fn tells_relative_from_absolute() {
        assert!(is_absolute_reloc(elf::R_AARCH64_ABS64) && is_absolute_reloc(elf::R_AARCH64_MOVW_UABS_G3));
        assert!(!is_absolute_reloc(elf::R_AARCH64_CALL26) && !is_absolute_reloc(elf::R_AARCH64_PREL64));
        assert!(!is_absolute_reloc(elf::R_AARCH64_ADD_ABS_LO12_NC));
    }
}
