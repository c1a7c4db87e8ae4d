// SPDX-License-Identifier: GPL-2.0-only

//! Where in the source section mismatches are, for `postlink modpost`.
//!
//! Under LTO an object is a whole module or the whole kernel, and a function's name may be that of a copy. Objects with a
//! mismatch are read once more for the names of their translation units and, if there is any, their debug information.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;

use super::text::Name;
use crate::contents::source::DebugInfo;
use crate::contents::source::Frame;
use crate::contents::source::Lines;
use crate::contents::source::Units;
use crate::elf::ElfFile;
use crate::elf::SectionId;

/// A mismatch that was told.
#[derive(Debug)]
pub struct MismatchPlace {
    /// Where its text ends in the report's.
    pub end: usize,
    /// The object.
    pub file: Name,
    /// The section that refers.
    pub section: u32,
    /// The place of the reference in it.
    pub offset: u64,
}

/// The text with notes about `places` inserted, which are in the text's order.
pub fn with_source(text: Vec<u8>, places: &[MismatchPlace]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut done = 0;
    for places in places.chunk_by(|a, b| a.file == b.file) {
        let notes = places.first().map(|place| notes(&place.file, places)).unwrap_or_default();
        for (place, note) in places.iter().zip(notes) {
            out.extend_from_slice(text.get(done..place.end).unwrap_or_default());
            done = place.end;
            out.extend_from_slice(note.as_bytes());
        }
    }
    out.extend_from_slice(text.get(done..).unwrap_or_default());
    out
}

/// The notes about places in `file`; empty where nothing is known.
fn notes(file: &[u8], places: &[MismatchPlace]) -> Vec<String> {
    let nothing = || vec![String::new(); places.len()];
    let Ok(data) = fs::read(OsStr::from_bytes(file)) else { return nothing() };
    let Ok(elf) = ElfFile::parse(&data) else { return nothing() };
    let debug_info = DebugInfo::read(&elf);
    let lines = debug_info.as_ref().and_then(Lines::of);
    let units = Units::read(&elf);
    let note = |place: &MismatchPlace| {
        let section = SectionId(place.section);
        let frames = lines.as_ref().map(|lines| lines.at(section, place.offset)).unwrap_or_default();
        note(&frames, units.describe(section, place.offset))
    };
    places.iter().map(note).collect()
}

/// The lines about one place: where it is, and where what is inlined there is called. Without lines, the unit.
fn note(frames: &[Frame], unit: Option<String>) -> String {
    let Some((first, callers)) = frames.split_first() else {
        return unit.map(|unit| format!("note:   in {unit}\n")).unwrap_or_default();
    };
    let inlined = first.function.as_ref().filter(|_| !callers.is_empty());
    let inlined = inlined.map(|name| format!(" in {name}(), inlined")).unwrap_or_default();
    let mut note = format!("note:   at {}:{}{inlined}\n", first.file, first.line);
    note.extend(callers.iter().map(|caller| format!("note:   called at {}:{}\n", caller.file, caller.line)));
    note
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(file: &str, line: u32, function: &str) -> Frame {
        Frame { file: file.to_owned(), line, function: Some(function.to_owned()) }
    }

    #[test]
    fn lines_count_more_than_units() {
        let frames = [frame("a.h", 3, "f"), frame("a.c", 9, "g")];
        assert_eq!(
            note(&frames, Some("a.c".to_owned())),
            "note:   at a.h:3 in f(), inlined\nnote:   called at a.c:9\n"
        );
        assert_eq!(note(&frames[1..], None), "note:   at a.c:9\n");
        assert_eq!(note(&[], Some("a.c".to_owned())), "note:   in a.c\n");
        assert_eq!(note(&[], None), "");
    }

    #[test]
    fn a_file_that_cannot_be_read_adds_nothing() {
        let place = |end| MismatchPlace { end, file: (&b"/nonexistent"[..]).into(), section: 1, offset: 0 };
        assert_eq!(with_source(b"one\ntwo\n".to_vec(), &[place(4), place(8)]), b"one\ntwo\n");
    }
}
