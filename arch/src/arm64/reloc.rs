//! What the relocation types of arm64 mean.

use crate::RelocClass;
use object::elf;

/// The class of a type. Fields inside of instructions are relative to their place where the instruction is, and have the
/// size of one; pages count as relative too. Absolute are 64-bit words and the parts of an address that `movz` and `movk` put
/// together: no narrower word can hold an address of the kernel.
pub(super) fn classify(kind: u32) -> RelocClass {
    RelocClass {
        is_pc_relative: matches!(
            kind,
            elf::R_AARCH64_PREL64
                | elf::R_AARCH64_PREL32
                | elf::R_AARCH64_PREL16
                | elf::R_AARCH64_LD_PREL_LO19
                | elf::R_AARCH64_ADR_PREL_LO21
                | elf::R_AARCH64_ADR_PREL_PG_HI21
                | elf::R_AARCH64_ADR_PREL_PG_HI21_NC
                | elf::R_AARCH64_TSTBR14
                | elf::R_AARCH64_CONDBR19
                | elf::R_AARCH64_JUMP26
                | elf::R_AARCH64_CALL26
        ),
        is_absolute: kind == elf::R_AARCH64_ABS64
            || (elf::R_AARCH64_MOVW_UABS_G0..=elf::R_AARCH64_MOVW_UABS_G3).contains(&kind),
        size: match kind {
            elf::R_AARCH64_ABS64 | elf::R_AARCH64_PREL64 => 8,
            elf::R_AARCH64_ABS16 | elf::R_AARCH64_PREL16 => 2,
            _ => 4,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::classify;
    use crate::RelocClass;
    use object::elf;

    #[test]
    fn tells_relative_from_absolute() {
        let class = |is_pc_relative, is_absolute, size| RelocClass { is_pc_relative, is_absolute, size };
        assert_eq!(classify(elf::R_AARCH64_CALL26), class(true, false, 4));
        assert_eq!(classify(elf::R_AARCH64_PREL64), class(true, false, 8));
        assert_eq!(classify(elf::R_AARCH64_ABS64), class(false, true, 8));
        assert_eq!(classify(elf::R_AARCH64_MOVW_UABS_G3), class(false, true, 4));
        // What completes an `adrp` is the lower bits of an address, whatever the upper ones are.
        assert_eq!(classify(elf::R_AARCH64_ADD_ABS_LO12_NC), class(false, false, 4));
    }
}
