// SPDX-License-Identifier: GPL-2.0-only

//! What the relocation types of x86-64 mean.

use crate::RelocClass;
use object::elf;

/// Upstream: `arch_pc_relative_reloc()`, `arch_absolute_reloc()` and `arch_reloc_size()`.
pub(super) fn classify(kind: u32) -> RelocClass {
    RelocClass {
        is_pc_relative: matches!(
            kind,
            elf::R_X86_64_PC8
                | elf::R_X86_64_PC16
                | elf::R_X86_64_PC32
                | elf::R_X86_64_PC64
                | elf::R_X86_64_PLT32
                | elf::R_X86_64_GOTPC32
                | elf::R_X86_64_GOTPCREL
        ),
        is_absolute: matches!(kind, elf::R_X86_64_32 | elf::R_X86_64_32S | elf::R_X86_64_64),
        size: match kind {
            elf::R_X86_64_32 | elf::R_X86_64_32S | elf::R_X86_64_PC32 | elf::R_X86_64_PLT32 => 4,
            _ => 8,
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
        assert_eq!(classify(elf::R_X86_64_PLT32), class(true, false, 4));
        assert_eq!(classify(elf::R_X86_64_PC64), class(true, false, 8));
        assert_eq!(classify(elf::R_X86_64_32S), class(false, true, 4));
        assert_eq!(classify(elf::R_X86_64_64), class(false, true, 8));
        // The relaxable forms are none of both in the original.
        assert_eq!(classify(elf::R_X86_64_GOTPCRELX), class(false, false, 8));
    }
}
