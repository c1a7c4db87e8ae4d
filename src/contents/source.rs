// SPDX-License-Identifier: GPL-2.0-only

//! Where in the source a place of an object is.
//!
//! Under LTO every place is in `vmlinux.o`, which tells nobody where to look. Two things in the object do: `STT_FILE` symbols
//! name the translation unit of each local symbol ([`Units`]), and debug information has file and line ([`DebugInfo`] and
//! [`Lines`]). Both serve any class, byte order and machine; what makes no sense is treated as not being there.

mod debug_info;
pub mod labels;
mod lines;
mod relocate;
mod units;
mod variables;

pub use debug_info::DebugInfo;
pub use lines::Frame;
pub use lines::Lines;
pub use units::Units;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::elf::ElfFile;
    use crate::elf::SectionId;

    const UNITS: &[u8] = include_bytes!("../../testdata/extras/units.o");
    const STRIPPED: &[u8] = include_bytes!("../../testdata/extras/units-stripped.o");

    /// `.text` of the fixture.
    const TEXT: SectionId = SectionId(1);

    #[test]
    fn lines_name_inlined_calls() {
        let elf = ElfFile::parse(UNITS).expect("it is sound");
        let info = DebugInfo::read(&elf).expect("it has some");
        let lines = Lines::of(&info).expect("it makes sense");
        let at = |offset| -> Vec<String> {
            let frames = lines.at(TEXT, offset).into_iter();
            frames
                .map(|frame| format!("{}:{} {}", frame.file, frame.line, frame.function.unwrap_or_default()))
                .collect()
        };
        assert_eq!(at(0x13), ["units-one.c:19 fine"]);
        assert_eq!(at(5), ["units-one.c:6 push_on", "units-one.c:12 unbalanced"]);
        assert_eq!(at(0x22), ["units-two.c:5 local"]);
        assert_eq!(at(0x1000), Vec::<String>::new());
        assert_eq!(lines.at(SectionId(900), 0), []);
    }

    #[test]
    fn an_object_without_debug_information_has_units_only() {
        let elf = ElfFile::parse(STRIPPED).expect("it is sound");
        assert!(DebugInfo::read(&elf).is_none());
        let units = Units::read(&elf);
        let unit = |offset| units.describe(TEXT, offset);
        // One is local, one after all local ones, one before them.
        assert_eq!(unit(0x22).as_deref(), Some("units-two.c"));
        assert_eq!(unit(0x30).as_deref(), Some("units-two.c, going by the symbols around"));
        assert_eq!(unit(0x10).as_deref(), Some("units-one.c or units-two.c, going by the symbols around"));
    }

    #[test]
    fn damaged_debug_information_is_no_information() {
        for at in (0..UNITS.len()).step_by(7) {
            let mut data = UNITS.to_vec();
            data.get_mut(at).into_iter().for_each(|byte| *byte ^= 0xff);
            let Ok(elf) = ElfFile::parse(&data) else { continue };
            let Some(info) = DebugInfo::read(&elf) else { continue };
            let Some(lines) = Lines::of(&info) else { continue };
            (0..0x40).for_each(|offset| drop(lines.at(TEXT, offset)));
            (0..0x40).for_each(|offset| drop(Units::read(&elf).describe(TEXT, offset)));
        }
    }
}
