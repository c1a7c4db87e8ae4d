// SPDX-License-Identifier: GPL-2.0-only

//! Mapping symbols: where data stands among code.

use crate::elf::ElfFile;
use crate::elf::SectionId;

/// Where mapping symbols say that code or data begins.
#[derive(Debug, Default)]
pub struct Mapping {
    /// By section, in order of place.
    by_section: Vec<Vec<Mark>>,
}

/// One mapping symbol.
#[derive(Debug, Clone, Copy)]
struct Mark {
    offset: u64,
    is_data: bool,
}

impl Mapping {
    /// Reads the mapping symbols of a file.
    pub fn read(elf: &ElfFile<'_>) -> Self {
        let mut by_section: Vec<Vec<Mark>> = vec![Vec::new(); elf.sections.len()];
        for symbol in elf.symbols.iter().filter(|symbol| symbol.section != SectionId::UNDEF && !symbol.is_func()) {
            if let Some(is_data) = mapping_kind(elf.symbol_name(symbol))
                && let Some(list) = by_section.get_mut(symbol.section.index())
            {
                list.push(Mark { offset: symbol.value, is_data });
            }
        }
        // Of several at one place the last one counts, so their order must stay.
        by_section.iter_mut().for_each(|list| list.sort_by_key(|mark| mark.offset));
        Self { by_section }
    }

    /// Whether there is data at a place.
    pub fn is_data(&self, section: SectionId, offset: u64) -> bool {
        let list = self.of(section);
        let after = list.partition_point(|mark| mark.offset <= offset);
        after.checked_sub(1).and_then(|last| list.get(last)).is_some_and(|mark| mark.is_data)
    }

    /// Whether there is any data in a section.
    pub fn has_data(&self, section: SectionId) -> bool {
        self.of(section).iter().any(|mark| mark.is_data)
    }

    fn of(&self, section: SectionId) -> &[Mark] {
        self.by_section.get(section.index()).map_or(&[][..], Vec::as_slice)
    }
}

/// Whether this is the name of a mapping symbol, and if so, whether of data: `$x` and `$d`, also with `.` and more.
///
/// The build prefixes every symbol of early code and of the hypervisor, mapping symbols too.
pub fn mapping_kind(name: &[u8]) -> Option<bool> {
    let bare = [&b"__pi_"[..], b"__kvm_nvhe_"].iter().find_map(|prefix| name.strip_prefix(*prefix)).unwrap_or(name);
    match bare {
        [b'$', b'x'] | [b'$', b'x', b'.', ..] => Some(false),
        [b'$', b'd'] | [b'$', b'd', b'.', ..] => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mapping_symbols_may_have_a_prefix() {
        assert_eq!(mapping_kind(b"$x"), Some(false));
        assert_eq!(mapping_kind(b"$d.12"), Some(true));
        assert_eq!(mapping_kind(b"__pi_$x"), Some(false));
        assert_eq!(mapping_kind(b"__kvm_nvhe_$d"), Some(true));
        assert_eq!(mapping_kind(b"$dx"), None);
        assert_eq!(mapping_kind(b"x$d"), None);
    }
}
