// SPDX-License-Identifier: GPL-2.0-only

//! The first thing that differs between a function or an object and what it was.

use crate::contents::source::Lines;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::objtool::code::Code;
use crate::objtool::disas::insn_text;
use crate::objtool::klp::checksum;
use crate::objtool::klp::checksum::At;
use crate::objtool::klp::checksum::Part;
use crate::objtool::klp::checksum::Step;
use crate::objtool::wording;

/// A place, before or after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceInCode {
    /// Symbol and distance, as objtool names places.
    pub place: String,
    /// The instruction there, if there is one.
    pub insn: Option<String>,
    /// File and line, where the object has debug information.
    pub source: Option<(String, u64)>,
}

/// The first difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What differs, in words.
    pub what: String,
    /// The place in the original object; `None` behind its end.
    pub before: Option<PlaceInCode>,
    /// The place in the patched object.
    pub after: Option<PlaceInCode>,
}

/// A symbol of an object whose lines may be known.
type Subject<'a, 'd> = (&'a Code<'d>, SymbolId, Option<&'a Lines<'a>>);

/// The first difference between the two; `None` if it cannot be said, as for what has no contents.
pub(super) fn difference(old: Subject<'_, '_>, new: Subject<'_, '_>) -> Option<Difference> {
    let (before, after) = (checksum::steps(old.0, old.1).ok()?, checksum::steps(new.0, new.1).ok()?);
    let same = |(a, b): &(&Step, &Step)| a.part == b.part && a.bytes == b.bytes;
    let n_same = before.iter().zip(&after).take_while(same).count();
    let (a, b) = (before.get(n_same), after.get(n_same));
    if a.is_none() && b.is_none() {
        return None;
    }
    Some(Difference {
        what: what(a, b),
        before: a.map(|step| place(old, step, b)),
        after: b.map(|step| place(new, step, a)),
    })
}

fn what(a: Option<&Step>, b: Option<&Step>) -> String {
    let (a, b) = match (a, b) {
        (Some(a), Some(b)) => (a, b),
        (Some(_), None) => return "it ends earlier".to_owned(),
        (None, _) => return "it goes on".to_owned(),
    };
    let text = |step: &Step| String::from_utf8_lossy(&step.bytes).into_owned();
    let number = |step: &Step| step.bytes.first_chunk().map_or(0, |raw| u64::from_le_bytes(*raw));
    if a.part != b.part {
        return "another instruction".to_owned();
    }
    match a.part {
        Part::Instruction => "another instruction".to_owned(),
        Part::Name => format!("refers to {}, not {}", text(b), text(a)),
        Part::Distance => format!("refers to offset {:#x}, not {:#x}", number(b), number(a)),
        Part::Text => format!("another text: {:?}, not {:?}", text(b), text(a)),
        Part::Constant => "another constant".to_owned(),
        Part::Alternative => "another sort of alternative".to_owned(),
        Part::Feature => "an alternative for another feature".to_owned(),
        Part::Length => "another length".to_owned(),
        Part::Data => "other bytes".to_owned(),
    }
}

fn place((code, id, lines): Subject<'_, '_>, step: &Step, other: Option<&Step>) -> PlaceInCode {
    let sym = code.symbols.get(id);
    let (section, offset, insn) = match step.at {
        At::Insn(insn) => {
            let text = insn_text(code, insn);
            (code.insns.section_of(insn), u64::from(code.insns.get(insn).offset), Some(text))
        }
        At::Offset(at) => (sym.section, sym.offset.wrapping_add(at).wrapping_add(first_byte(step, other)), None),
    };
    let insn = insn.map(|text| String::from_utf8_lossy(&text).split_whitespace().collect::<Vec<_>>().join(" "));
    PlaceInCode { place: name(code, section, offset), insn, source: line(lines, section, offset) }
}

/// In an object's bytes, the first that differs.
fn first_byte(step: &Step, other: Option<&Step>) -> u64 {
    let same = |other: &Step| step.bytes.iter().zip(&other.bytes).take_while(|(a, b)| a == b).count();
    other.filter(|_| step.part == Part::Data).map_or(0, |other| same(other) as u64)
}

fn name(code: &Code<'_>, section: SectionId, offset: u64) -> String {
    let mut name = Vec::new();
    wording::write_place(&mut name, code, section, offset);
    String::from_utf8_lossy(&name).into_owned()
}

fn line(lines: Option<&Lines<'_>>, section: SectionId, offset: u64) -> Option<(String, u64)> {
    let frame = lines?.at(section, offset).into_iter().next()?;
    Some((frame.file, u64::from(frame.line)))
}
