// SPDX-License-Identifier: GPL-2.0-only

//! Comparing the bytes of sections: as instructions, strings, words, or plainly.

use super::Differences;
use super::Pair;
use super::place::Places;
use super::section_name;
use crate::elf::ElfFile;
use crate::elf::Section;
use crate::elf::SectionId;

/// How many bytes to show of a difference.
const SHOWN: usize = 16;

/// Compares sections without a structure of their own. Differences that touch are one.
pub(super) fn compare_bytes(pair: &Pair<'_>, in_a: SectionId, in_b: SectionId, out: &mut Differences) {
    let (a, b) = (pair.a.section(in_a), pair.b.section(in_b));
    if a.data.len() != b.data.len() {
        out.add(format!("{}: A has {:#x} bytes, B {:#x}", section_name(a), a.data.len(), b.data.len()));
    }
    let mut end = 0;
    while let Some(start) = next_difference(a.data, b.data, end) {
        let common = a.data.iter().zip(b.data).skip(start);
        end = start + common.take_while(|(a, b)| a != b).count();
        let place = pair.places_a.name(in_a, start as u64);
        if a.is_exec() {
            let (insn, text_a) = instruction(pair.a, &pair.places_a, in_a, start);
            let (_, text_b) = instruction(pair.b, &pair.places_b, in_b, start);
            let place = pair.places_a.name(in_a, insn as u64);
            out.add(format!("instruction at {place}:\n  A {text_a}\n  B {text_b}"));
            end = end.max(insn + 1);
        } else {
            let (hex_a, hex_b) = (hex(a.data, start, end), hex(b.data, start, end));
            out.add(format!("bytes at {place} (offset {start:#x}):\n  A {hex_a}\n  B {hex_b}"));
        }
    }
}

fn next_difference(a: &[u8], b: &[u8], from: usize) -> Option<usize> {
    let (a, b) = (a.get(from..)?, b.get(from..)?);
    Some(from + a.iter().zip(b).position(|(a, b)| a != b)?)
}

fn hex(data: &[u8], start: usize, end: usize) -> String {
    let bytes = data.get(start..end.min(start + SHOWN)).unwrap_or_default();
    let text: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    if end - start > SHOWN { format!("{} …", text.join(" ")) } else { text.join(" ") }
}

/// Start and text of the instruction that covers `offset`.
fn instruction(file: &ElfFile<'_>, places: &Places<'_>, section: SectionId, offset: usize) -> (usize, String) {
    let data = file.section(section).data;
    let Some(machine) = arch::text_of(file.machine) else {
        return (offset, hex(data, offset, data.len().min(offset + SHOWN)) + "   ");
    };
    let known = usize::try_from(places.start(section, offset as u64)).unwrap_or(offset);
    let begin = machine.insn_start(data, known, offset);
    let end = data.len().min(begin + machine.max_insn_len());
    let bytes = data.get(begin..end).unwrap_or_default();
    let text = match places.is_data(section, begin as u64) {
        true => arch::arm64::text::data(bytes),
        false => machine.disassemble(bytes, begin as u64).to_string(),
    };
    (begin, format!("{}   {text}", hex(data, begin, end)))
}

/// Compares string tables: the first string that differs.
pub(super) fn compare_strings(a: &Section<'_>, b: &Section<'_>, out: &mut Differences) {
    let at = next_difference(a.data, b.data, 0).unwrap_or(a.data.len().min(b.data.len()));
    let start = a.data.iter().take(at).rposition(|byte| *byte == 0).map_or(0, |nul| nul + 1);
    let string = |data: &[u8]| {
        let rest = data.get(start..).unwrap_or_default();
        let string = rest.split(|byte| *byte == 0).next().unwrap_or_default();
        if rest.is_empty() { "(end)".to_string() } else { String::from_utf8_lossy(string).into_owned() }
    };
    let (in_a, in_b) = (string(a.data), string(b.data));
    out.add(format!("{}: string at {start:#x}:\n  A {in_a}\n  B {in_b}", section_name(a)));
}

/// Compares `.symtab_shndx`.
pub(super) fn compare_words(a: &Section<'_>, b: &Section<'_>, out: &mut Differences) {
    let words =
        |data: &'_ [u8]| -> Vec<u32> { data.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word)).collect() };
    let (words_a, words_b) = (words(a.data), words(b.data));
    if words_a.len() != words_b.len() {
        out.add(format!("{}: A has {} words, B {}", section_name(a), words_a.len(), words_b.len()));
    }
    for (nth, (in_a, in_b)) in words_a.iter().zip(&words_b).enumerate() {
        out.field(&format!("{}: section of symbol {nth}", section_name(a)), *in_a, *in_b);
    }
}

/// The first differing byte of two files, for when nothing with a name differs.
pub(super) fn first_byte(what: &str, a: &[u8], b: &[u8]) -> String {
    match next_difference(a, b, 0) {
        Some(at) => {
            let (hex_a, hex_b) = (hex(a, at, at + SHOWN), hex(b, at, at + SHOWN));
            format!("{what} differ at offset {at:#x}, outside of all sections and headers:\n  A {hex_a}\n  B {hex_b}")
        }
        None => format!("{what} differ in size: A {} bytes, B {}", a.len(), b.len()),
    }
}
