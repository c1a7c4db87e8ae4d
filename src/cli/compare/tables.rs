// SPDX-License-Identifier: GPL-2.0-only

//! Comparing symbol tables and relocations.

use super::Differences;
use super::Pair;
use super::place::Places;
use crate::elf::ElfFile;
use crate::elf::Reloc;
use crate::elf::SectionId;
use crate::elf::Symbol;

/// Compares symbols number by number.
pub(super) fn compare_symbols(pair: &Pair<'_>, out: &mut Differences) {
    let (a, b) = (&pair.a.symbols, &pair.b.symbols);
    if a.len() != b.len() {
        out.add(format!("symbol table: A has {} symbols, B {}", a.len(), b.len()));
    }
    for (nth, (sym_a, sym_b)) in a.iter().zip(b).enumerate() {
        let [in_a, in_b] = [describe(pair.a, &pair.places_a, sym_a), describe(pair.b, &pair.places_b, sym_b)];
        if in_a != in_b {
            out.add(format!("symbol {nth}:\n  A {in_a}\n  B {in_b}"));
        } else if sym_a.name_offset != sym_b.name_offset {
            let (at_a, at_b) = (sym_a.name_offset, sym_b.name_offset);
            out.add(format!(
                "symbol {nth}, {in_a}: the name is at {at_a:#x} of the string table in A, at {at_b:#x} in B"
            ));
        }
    }
}

fn describe(file: &ElfFile<'_>, places: &Places<'_>, sym: &Symbol) -> String {
    let name = if sym.is_section() { "(section)".into() } else { String::from_utf8_lossy(file.symbol_name(sym)) };
    let home = match sym.section {
        SectionId::UNDEF => format!("st_shndx {:#x}", sym.shndx),
        section => format!("in {} ({})", places.section_name(section), section.0),
    };
    let (value, size, info, other) = (sym.value, sym.size, sym.info, sym.other);
    format!("{name} {home} value {value:#x} size {size:#x} st_info {info:#x} st_other {other:#x}")
}

/// Compares relocations number by number: first by what they mean, then by the numbers they use for it.
pub(super) fn compare_relocs(pair: &Pair<'_>, in_a: SectionId, in_b: SectionId, out: &mut Differences) {
    let (Some(a), Some(b)) = (pair.a.relocs_in(in_a), pair.b.relocs_in(in_b)) else { return };
    let name = pair.places_a.section_name(in_a);
    if a.len() != b.len() {
        out.add(format!("{name}: A has {} relocations, B {}", a.len(), b.len()));
    }
    let mut renumbered = None;
    let mut n_renumbered = 0;
    for (nth, (reloc_a, reloc_b)) in a.iter().zip(b.iter()).enumerate() {
        if reloc_a == reloc_b {
            continue;
        }
        let text_a = describe_reloc(&pair.places_a, a.target, &reloc_a);
        let text_b = describe_reloc(&pair.places_b, b.target, &reloc_b);
        if text_a != text_b {
            out.add(format!("{name}: relocation {nth}:\n  A {text_a}\n  B {text_b}"));
        } else {
            renumbered.get_or_insert((nth, reloc_a.symbol.0, reloc_b.symbol.0, text_a));
            n_renumbered += 1;
        }
    }
    if let Some((nth, symbol_a, symbol_b, text)) = renumbered {
        out.add(format!(
            "{name}: {n_renumbered} relocations name the same place by other symbol numbers, first relocation {nth} \
             ({text}): A symbol {symbol_a}, B symbol {symbol_b}"
        ));
    }
}

fn describe_reloc(places: &Places<'_>, base: SectionId, reloc: &Reloc) -> String {
    let place = places.name(base, reloc.offset);
    let target = places.target(reloc.symbol, reloc.addend);
    format!("at {place}: type {} against {target}", reloc.kind)
}
