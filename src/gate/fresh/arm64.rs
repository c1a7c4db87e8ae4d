//! What the checks of arm64 objects find, in the form of the engine's findings.
//!
//! The kernel's build has no `objtool` there, so there are no tables of its own to compare, only what is wrong in itself.

use arch::Arch;
use arch::arm64::Arm64;
use arch::arm64::INSN_SIZE;

use super::EngineFinding;
use super::Fresh;
use super::SHOWN;
use crate::arm64::finding::Finding;
use crate::arm64::object::Object;
use crate::arm64::object::Place;
use crate::arm64::stack;
use crate::arm64::stack::StackTable;
use crate::arm64::stack::state::Content;
use crate::arm64::stack::state::State;
use crate::arm64::tables;
use crate::elf::ElfFile;

/// Checks the tables of an object, and where the frame is in every function if `with_stack`.
pub fn check(elf: &ElfFile<'_>, with_stack: bool) -> Fresh {
    let object = Object::new(elf);
    let found = tables::check_object(&object, &tables::Options::default());
    let mut findings: Vec<EngineFinding> = found.iter().map(|finding| convert(finding, Vec::new())).collect();
    if with_stack {
        let table = stack::analyse(&object);
        let found = stack::report::findings(&table);
        findings.extend(found.iter().map(|finding| {
            let path = finding.place.map(|place| path_to(&object, &table, place));
            convert(finding, path.unwrap_or_default())
        }));
    }
    let mut fresh = Fresh { findings, ..Fresh::default() };
    fresh.opts.stackval = with_stack;
    fresh
}

fn convert(finding: &Finding, path: Vec<String>) -> EngineFinding {
    EngineFinding {
        id: finding.kind.id(),
        text: finding.text(),
        place: finding.place.map(|place| (place.section, place.offset)),
        symbol: String::new(),
        callee: String::new(),
        path,
    }
}

/// The instructions of the function up to a place, each with the frame before it.
fn path_to(object: &Object<'_>, table: &StackTable, place: Place) -> Vec<String> {
    let Some(function) = table.function(place.section, place.offset) else { return Vec::new() };
    let size = u64::from(INSN_SIZE);
    let first = place.offset.saturating_sub((SHOWN as u64 - 1) * size).max(function.start);
    let line = |offset: u64| {
        let at = Place { section: place.section, offset };
        let mark = if offset == place.offset { ">" } else { " " };
        let frame = function.state(offset).map_or("-".to_owned(), frame);
        Some(format!("{mark} {offset:#06x}  {frame:<12} {}", insn_text(object, at)?))
    };
    (first..=place.offset).step_by(INSN_SIZE as usize).filter_map(line).collect()
}

/// An instruction, and the symbol that its relocation names.
fn insn_text(object: &Object<'_>, place: Place) -> Option<String> {
    let word = object.word(place)?.to_le_bytes();
    let text = Arm64.disassemble(&word, place.offset).to_string();
    Some(match object.relocs.at(place.section, place.offset) {
        Some(found) => format!("{text} <{}>", object.elf.symbol_text(found.reloc.symbol)),
        None => text,
    })
}

/// The frame as `cfa=sp+16`.
fn frame(state: &State) -> String {
    let (base, below) = match (state.sp, state.fp) {
        (Some(sp), _) => ("sp", sp),
        (None, Content::Cfa(fp)) => ("x29", fp),
        _ => return "cfa=?".to_owned(),
    };
    format!("cfa={base}{:+}", -i64::from(below))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_told_by_a_register() {
        let mut state = State::ENTRY;
        assert_eq!(frame(&state), "cfa=sp+0");
        state.sp = Some(-32);
        assert_eq!(frame(&state), "cfa=sp+32");
        (state.sp, state.fp) = (None, Content::Cfa(-16));
        assert_eq!(frame(&state), "cfa=x29+16");
        state.fp = Content::Unknown;
        assert_eq!(frame(&state), "cfa=?");
    }
}
