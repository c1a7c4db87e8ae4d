// SPDX-License-Identifier: GPL-2.0-only

//! `--stats`: counters on standard output, of the file and of its code.

use std::fmt::Write as _;

use crate::elf::ElfFile;
use crate::kernel::Behaviour;
use crate::kernel::Profile;
use crate::objtool::code::Code;

/// Binary logarithm of the size that the original gives a hash table of `n` entries.
fn table_bits(n: usize) -> u32 {
    n.checked_ilog2().unwrap_or(0).max(10)
}

/// Counters of the file's sections and symbols. Writing to memory does not fail.
pub(super) fn of_file(elf: &ElfFile<'_>, profile: &Profile) -> String {
    let (n_sections, n_symbols) = (elf.sections.len(), elf.symbols.len());
    let mut text = String::new();
    if !profile.has(Behaviour::TableSizesVary) {
        let symbols = if elf.symbols.is_empty() { String::new() } else { format!("nr_symbols: {n_symbols}\n") };
        let _ = write!(text, "nr_sections: {n_sections}\n{symbols}");
        return text;
    }
    let _ = writeln!(text, "nr_sections: {n_sections}\nsection_bits: {}", table_bits(n_sections));
    let _ = writeln!(text, "nr_symbols: {n_symbols}\nsymbol_bits: {}", table_bits(n_symbols));
    text
}

/// Counters of its relocations, which are read once the symbols make sense.
pub(super) fn of_relocs(elf: &ElfFile<'_>, profile: &Profile) -> String {
    let mut text = String::new();
    let n_relocs = |id| elf.relocs_in(id).map_or(0, |relocs| relocs.len());
    let counts: Vec<usize> = elf.section_ids().map(n_relocs).collect();
    let (total, most) = (counts.iter().sum(), counts.iter().max().copied().unwrap_or(0));
    if profile.has(Behaviour::RelocsCountedFirst) {
        let _ = writeln!(text, "max_reloc: {most}\nnum_relocs: {total}\nreloc_bits: {}", table_bits(total));
        return text;
    }
    let _ = writeln!(text, "max_reloc: {most}\ntot_reloc: {total}");
    if profile.has(Behaviour::TableSizesVary) {
        // The original counts bytes of code in 32 bits.
        let code =
            elf.sections.iter().filter(|sec| sec.is_exec()).fold(0_u32, |sum, sec| sum.wrapping_add(sec.size as u32));
        let _ = writeln!(text, "reloc_bits: {}", table_bits(code as usize / 16));
    }
    text
}

/// Counters of the code as far as it was built.
pub(super) fn of_code(code: &Code<'_>) -> String {
    let mut text = String::new();
    let cfi_bits = match code.profile.has(Behaviour::TableSizesVary) {
        true => table_bits(code.elf.symbols.len()).saturating_sub(3).max(10),
        false if code.opts.vmlinux => 17,
        false => 13,
    };
    let _ = writeln!(text, "cfi_bits: {cfi_bits}");
    if code.progress.is_decoded {
        let _ = writeln!(text, "nr_insns: {}", code.insns.len());
    }
    if code.progress.has_alternatives && code.profile.has(Behaviour::JumpLabelKeys) {
        let labels = &code.jump_labels;
        let _ = writeln!(text, "jl\\\tNOP\tJMP");
        let _ = writeln!(text, "short:\t{}\t{}", labels.nop_short, labels.short);
        let _ = writeln!(text, "long:\t{}\t{}", labels.nop_long, labels.long);
    }
    text
}
