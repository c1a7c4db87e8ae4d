// SPDX-License-Identifier: GPL-2.0-only

//! `--disas`: functions as listings, and the text of single instructions with names for the addresses they mention.
//!
//! The columns are those of the listings for x86-64, but for places, which get as many as each function needs. Data in text
//! is shown as data.

use std::io::Write;

use crate::objtool::disas;
use arch::InsnText;
use arch::Mention;
use arch::arm64::INSN_SIZE;
use arch::arm64::text;

use super::object::Arm64Object;
use super::object::Function;
use super::object::Place;

/// Columns that an offset takes in the place's column.
const OFFSET_COLUMNS: usize = 10;
/// How a remark begins.
const REMARK: &str = "        // ";

/// Lists the functions whose names fit a shell pattern, section by section.
pub fn write(out: &mut Vec<u8>, object: &Arm64Object<'_>, pattern: &str) {
    for (place, function) in object.all_functions().filter(|(place, _)| object.is_text(*place)) {
        let Some(symbol) = object.elf.symbol(function.symbol) else { continue };
        let name = object.elf.symbol_name(symbol);
        if disas::matches(pattern.as_bytes(), name) {
            out.extend_from_slice(name);
            out.extend_from_slice(b":\n");
            list(out, object, place, function);
            out.push(b'\n');
        }
    }
}

/// Lists one function.
fn list(out: &mut Vec<u8>, object: &Arm64Object<'_>, start: Place, function: &Function) {
    let name = object.symbol_name(function.symbol);
    let width = name.len().saturating_add(OFFSET_COLUMNS);
    let size = object.elf.section(start.section).data.len() as u64;
    let mut place = start;
    while place.offset < function.end.min(size) {
        let at = format!("{name}+{:#x}", place.offset - start.offset);
        // Writing to memory does not fail.
        let _ = writeln!(out, "{:6x}:  {at:<width$}  {}", place.offset, insn_text(object, place).trim_end());
        place.offset += n_bytes(object, place);
    }
}

/// How many bytes a line shows: an instruction, or data up to the next one's place.
fn n_bytes(object: &Arm64Object<'_>, place: Place) -> u64 {
    let size = u64::from(INSN_SIZE);
    if object.is_code(place) { size } else { size - place.offset % size }
}

/// The instruction at a place, or the data there.
pub fn insn_text(object: &Arm64Object<'_>, place: Place) -> String {
    let data = object.elf.sections.get(place.section.index()).map_or(&[][..], |section| section.data);
    let start = usize::try_from(place.offset).unwrap_or(usize::MAX);
    let rest = data.get(start..).unwrap_or_default();
    let len = usize::try_from(n_bytes(object, place)).unwrap_or(0).min(rest.len());
    let bytes = rest.get(..len).unwrap_or_default();
    let reloc = object.relocs.at(place.section, place.offset).map(|found| found.reloc);
    let is_code = object.is_code(place);
    let shown = match is_code {
        true => text::disassemble(bytes, place.offset),
        false => InsnText { text: text::data(bytes), mention: Mention::Nothing },
    };
    let mut text = shown.text;
    // The field of a relocated instruction is empty, so what it mentions is no place.
    match (shown.mention, reloc) {
        (Mention::Operand(_), Some(reloc)) => text.push_str(&format!("<{}>", object.target_name(&reloc))),
        (Mention::Operand(address), None) => {
            let target = Place { offset: address, ..place };
            text.push_str(&format!("{address:#x}"));
            if object.is_text(target) {
                text.push_str(&format!(" <{}>", object.describe_start(target)));
            }
        }
        (Mention::Aside(_) | Mention::Nothing, Some(reloc)) => {
            text.push_str(REMARK);
            text.push_str(&object.target_name(&reloc));
        }
        (Mention::Aside(_) | Mention::Nothing, None) => {}
    }
    text
}
