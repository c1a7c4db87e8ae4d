// SPDX-License-Identifier: GPL-2.0-only

//! `.altinstructions`: code that is replaced at boot on processors with some feature.
//!
//! A record has twelve bytes: s32 original and s32 replacement, relative to themselves, u16 feature, u8 length of the original,
//! u8 of the replacement. With the highest bit of the feature there is no replacement but a function that makes one.
//!
//! Replacements run at the original's place. The kernel adjusts branches that leave the replacement and `adrp`; it stops
//! with `BUG()` at `adr` and loads of literals, and truncates a distance that does not fit (`get_alt_insn()`).

use object::elf;

use super::Record;
use super::records;
use crate::arm64::finding::Arm64Finding;
use crate::arm64::finding::Kind;
use crate::arm64::object::Arm64Object;
use crate::arm64::object::Place;
use crate::arm64::words;

const RECORD: u64 = 12;
/// `ARM64_CB_BIT`.
const CALLBACK: u16 = 1 << 15;

/// One record, read.
struct Alternative {
    original: Place,
    /// `None` for one made by a callback.
    replacement: Option<Place>,
    len: u8,
}

/// Checks every record; those of the EFI stub are in a section of their own.
pub fn check(object: &Arm64Object<'_>) -> Vec<Arm64Finding> {
    let mut findings = Vec::new();
    let mut replacements = Vec::new();
    let mut n_stray = 0_usize;
    for name in [".altinstructions", ".init.altinstructions"] {
        for section in object.sections_named(name) {
            let (all, cut) = records(object, section, RECORD);
            findings.extend(cut);
            for record in all {
                match read(object, record) {
                    Err(finding) => {
                        findings.extend(finding);
                        n_stray += 1;
                    }
                    Ok(alternative) => {
                        findings.extend(misplaced(object, &alternative));
                        replacements.extend(alternative.replacement.map(|place| (place, alternative)));
                    }
                }
            }
        }
    }
    replacements.sort_unstable_by_key(|(place, _)| *place);
    // A replacement whose record is wrong is not known as one, and ends where the next one begins: its finding tells of both.
    let entered = entered(object, &replacements);
    if entered.len() > n_stray {
        findings.extend(entered);
    }
    findings
}

/// Reads a record, or says what is wrong with it.
fn read(object: &Arm64Object<'_>, record: Record) -> Result<Alternative, Option<Arm64Finding>> {
    let no_code = |what: &str| Some(Arm64Finding::at(record.place, Kind::AltNoCode).with(what));
    let tail = record.place.plus(8).and_then(|at| object.word(at)).ok_or(None)?;
    let (feature, len, new_len) = (tail as u16, (tail >> 16) as u8, (tail >> 24) as u8);
    let original = record.field(object, 0, elf::R_AARCH64_PREL32).and_then(|reloc| object.target(&reloc));
    let original = original.filter(|place| covers_code(object, *place, len)).ok_or_else(|| no_code("original"))?;
    let by_callback = feature & CALLBACK != 0;
    let wanted = if by_callback { 0 } else { len };
    // A sequence that the configuration left empty replaces nothing by nothing.
    if !len.is_multiple_of(4) || new_len != wanted {
        let finding = Arm64Finding::at(original, Kind::AltLength).with(len.to_string()).with(new_len.to_string());
        return Err(Some(finding.with(if by_callback { "a callback" } else { "other code" })));
    }
    let reloc = record.field(object, 4, elf::R_AARCH64_PREL32).ok_or_else(|| no_code("replacement"))?;
    let place = object.target(&reloc);
    if by_callback {
        // A module's callback is a function of the kernel.
        let is_code = place.is_none_or(|place| object.is_code(place));
        let alternative = Alternative { original, replacement: None, len };
        return if is_code { Ok(alternative) } else { Err(no_code("callback")) };
    }
    let place = place.filter(|place| covers_text(object, *place, len)).ok_or_else(|| no_code("replacement"))?;
    Ok(Alternative { original, replacement: Some(place), len })
}

fn covers_code(object: &Arm64Object<'_>, place: Place, len: u8) -> bool {
    covers_text(object, place, len) && (object.is_code(place) || len == 0)
}

/// Mapping symbols do not count for replacements: after a literal pool LLVM's assembler gives them none, so that they look
/// like a part of it.
fn covers_text(object: &Arm64Object<'_>, place: Place, len: u8) -> bool {
    let last = place.plus(i64::from(len.saturating_sub(1)) & !3);
    let is_inside = object.is_text(place) && last.is_some_and(|last| object.is_text(last));
    place.offset.is_multiple_of(4) && (is_inside || len == 0)
}

/// Instructions of a replacement that do not do the same at the original's place.
fn misplaced(object: &Arm64Object<'_>, alternative: &Alternative) -> Vec<Arm64Finding> {
    let mut findings = Vec::new();
    let Some(replacement) = alternative.replacement else { return findings };
    for distance in (0..i64::from(alternative.len)).step_by(4) {
        let (Some(from), Some(to)) = (replacement.plus(distance), alternative.original.plus(distance)) else {
            continue;
        };
        let Some(word) = object.word(from) else { continue };
        if words::uses_own_place(word) {
            findings.push(Arm64Finding::at(from, Kind::AltOwnPlace).with(object.describe(to)));
        } else if let Some(target) = lost_target(object, alternative, from, to, word) {
            let finding = Arm64Finding::at(from, Kind::AltOutOfReach).with(object.describe(target));
            findings.push(finding.with(object.describe(to)));
        }
    }
    findings
}

/// Branches without relocation that go into a replacement from outside, by place.
fn entered(object: &Arm64Object<'_>, replacements: &[(Place, Alternative)]) -> Vec<Arm64Finding> {
    let mut findings = Vec::new();
    for section in object.code_sections() {
        let first = replacements.partition_point(|(place, _)| place.section < section);
        let own = replacements.get(first..).unwrap_or_default();
        let own = own.get(..own.partition_point(|(place, _)| place.section == section)).unwrap_or_default();
        if own.is_empty() {
            continue;
        }
        let words = object.elf.section(section).data.chunks_exact(4).filter_map(|word| word.first_chunk());
        for (index, word) in words.enumerate() {
            let Some(branch) = arch::arm64::branch(u32::from_le_bytes(*word)) else { continue };
            let from = Place { section, offset: index as u64 * 4 };
            let Some(target) = from.plus(branch.disp.into()) else { continue };
            let Some(to) = over(own, target) else { continue };
            // Before relocation a branch goes to itself, whatever it is to go to.
            let is_open = branch.disp == 0 || object.is_data(from);
            if !is_open && !may_enter(object, own, from, target) {
                findings.push(Arm64Finding::at(from, Kind::AltEntered).with(object.describe(to.original)));
            }
        }
    }
    findings
}

/// Whether a branch at `from` into a replacement is fine: it stays in its own, up to the end where the next one begins; or it
/// is a case of a switch that the compiler proved to be impossible, which goes to the end of the function.
fn may_enter(object: &Arm64Object<'_>, replacements: &[(Place, Alternative)], from: Place, target: Place) -> bool {
    let own = over(replacements, from).and_then(|own| Some((own.replacement?, own.len)));
    let is_own =
        own.is_some_and(|(start, len)| start <= target && start.plus(len.into()).is_some_and(|end| target <= end));
    is_own || object.function_over(from).is_some_and(|function| function.end == target.offset)
}

/// The replacement that covers a place.
fn over(replacements: &[(Place, Alternative)], place: Place) -> Option<&Alternative> {
    let after = replacements.partition_point(|(start, _)| *start <= place);
    let (start, found) = replacements.get(after.checked_sub(1)?)?;
    (place.offset - start.offset < found.len.into()).then_some(found)
}

/// The target of a branch at `from` that it cannot reach from `to`.
fn lost_target(
    object: &Arm64Object<'_>,
    alternative: &Alternative,
    from: Place,
    to: Place,
    word: u32,
) -> Option<Place> {
    let branch = arch::arm64::branch(word)?;
    let target = match object.field(from, branch.range.reloc()) {
        Some(reloc) => object.target(&reloc)?,
        None => from.plus(branch.disp.into())?,
    };
    let replacement = alternative.replacement?;
    let end = replacement.plus(alternative.len.into())?;
    if target.section != to.section || (replacement..=end).contains(&target) {
        return None;
    }
    let distance = target.offset.cast_signed().checked_sub(to.offset.cast_signed())?;
    let reach = branch.range.reach();
    (!(-reach..reach).contains(&distance)).then_some(target)
}
