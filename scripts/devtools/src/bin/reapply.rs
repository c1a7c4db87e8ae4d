// SPDX-License-Identifier: GPL-2.0-only

//! Checks the file writer against the original tool: reads off what the original changed, makes the same changes to the
//! input, and compares every byte.
//!
//! usage: `reapply SERIES INPUT OUTPUT [INPUT OUTPUT]…`, where SERIES is `7.3`, `6.12` or older

#![expect(clippy::print_stdout, reason = "what it says is its result")]

use std::collections::HashMap;
use std::process::ExitCode;

use postlink::elf::Edit;
use postlink::elf::ElfFile;
use postlink::elf::Image;
use postlink::elf::NewReloc;
use postlink::elf::NewSection;
use postlink::elf::NewSymbol;
use postlink::elf::RelocTarget;
use postlink::elf::SectionId;
use postlink::elf::Symbol;
use postlink::elf::SymbolId;
use postlink::elf::WriteRules;

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let is_newest = args.next().is_some_and(|series| series == "7.3");
    let paths: Vec<String> = args.collect();
    let mut n_bad = 0;
    for pair in paths.chunks_exact(2) {
        let [input, output] = [&pair[0], &pair[1]].map(|path| std::fs::read(path).expect("readable file"));
        if let Err(why) = reapply(&input, &output, is_newest) {
            println!("{}: {why}", pair[0]);
            n_bad += 1;
        }
    }
    println!("{} of {} identical", paths.len() / 2 - n_bad, paths.len() / 2);
    if n_bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Makes the original's changes to `input` and compares with `output`, which the original made.
pub fn reapply(input: &[u8], output: &[u8], is_newest: bool) -> Result<(), String> {
    let old = ElfFile::parse(input).map_err(|error| format!("input: {error}"))?;
    let new = ElfFile::parse(output).map_err(|error| format!("output: {error}"))?;
    if input == output {
        return Ok(());
    }
    let rules = WriteRules {
        group_follows_signature: is_newest,
        strings_are_aligned: is_newest,
        section_names_are_unique: is_newest,
        debug_is_unread: true,
    };
    let edits = Derivation::new(&old, &new).edits(is_newest);
    let image = Image::build(&old, edits, rules).map_err(|error| error.to_string())?;
    let bytes = image.to_vec();
    if bytes.len() as u64 != image.size() {
        return Err(format!("the image says {} bytes but has {}", image.size(), bytes.len()));
    }
    match bytes.iter().zip(output).position(|(a, b)| a != b) {
        Some(at) => Err(format!("first difference at {at:#x}, {} / {} bytes", bytes.len(), output.len())),
        None if bytes.len() != output.len() => Err(format!("{} instead of {} bytes", bytes.len(), output.len())),
        None => Ok(()),
    }
}

/// Which symbol of the input, or which new one, a symbol of the output is.
#[derive(Clone, Copy)]
enum Origin {
    Input(SymbolId),
    SectionSymbol(SectionId),
    Named(u32),
}

struct Derivation<'a> {
    old: &'a ElfFile<'a>,
    new: &'a ElfFile<'a>,
    origins: Vec<Origin>,
    named: Vec<u32>,
}

impl<'a> Derivation<'a> {
    fn new(old: &'a ElfFile<'a>, new: &'a ElfFile<'a>) -> Self {
        let strings_end = old.section(SectionId(old.section(old.symtab).link)).size as u32;
        let first_global = old.section(old.symtab).info;
        let first_global_now = new.section(new.symtab).info;
        let count = old.symbols.len() as u32;
        let is_named = |sym: &Symbol| !sym.is_section() && sym.name_offset >= strings_end;
        let mut named: Vec<u32> =
            (0..new.symbols.len() as u32).filter(|n| is_named(&new.symbols[*n as usize])).collect();
        named.sort_by_key(|n| new.symbols[*n as usize].name_offset);
        let nth: HashMap<u32, u32> = named.iter().zip(0..).map(|(n, nth)| (*n, nth)).collect();
        // A symbol can move more than once, so the moved ones are known by their fields, not by their order.
        let key = |sym: &Symbol| (sym.name_offset, sym.section, sym.value, sym.info);
        let moved: HashMap<_, _> = (0..).zip(&old.symbols).map(|(n, sym)| (key(sym), SymbolId(n))).collect();
        let mut origins = Vec::new();
        for (index, sym) in (0..).zip(&new.symbols) {
            let in_place = index < first_global || (index >= first_global_now && index < count);
            origins.push(if let Some(nth) = nth.get(&index) {
                Origin::Named(*nth)
            } else if in_place {
                Origin::Input(SymbolId(index))
            } else if sym.is_section() {
                Origin::SectionSymbol(sym.section)
            } else {
                Origin::Input(moved[&key(sym)])
            });
        }
        Self { old, new, origins, named }
    }

    fn edits(&self, is_newest: bool) -> Vec<Edit> {
        let mut edits = Vec::new();
        self.changes(&mut edits);
        let mut symbols = Some(self.new_symbols());
        let mut index = self.old.sections.len();
        while let Some(sec) = self.new.sections.get(index) {
            let after_symbols = matches!(sec.name, b".ibt_endbr_seal" | b".orc_unwind" | b".klp.symid");
            if after_symbols || (is_newest && sec.name == b".cfi_sites") {
                edits.extend(symbols.take().unwrap_or_default());
            }
            let rela =
                self.new.relocs_in(SectionId(index as u32 + 1).min(SectionId(self.new.sections.len() as u32 - 1)));
            let rela = rela.filter(|relocs| relocs.target.index() == index);
            let relocs = rela.map(|relocs| relocs.iter().map(|reloc| self.new_reloc(reloc)).collect());
            index += if relocs.is_some() { 2 } else { 1 };
            edits.push(Edit::AddSection(Box::new(NewSection {
                name: sec.name.to_vec(),
                kind: sec.kind,
                flags: sec.flags,
                align: sec.align,
                entsize: sec.entsize,
                data: sec.data.to_vec(),
                relocs,
            })));
        }
        edits.extend(symbols.take().unwrap_or_default());
        edits
    }

    fn new_reloc(&self, reloc: postlink::elf::Reloc) -> NewReloc {
        let target = match self.origins[reloc.symbol.index()] {
            Origin::Input(id) if self.old.symbols[id.index()].is_section() => {
                RelocTarget::Section(self.old.symbols[id.index()].section)
            }
            Origin::Input(id) => RelocTarget::Symbol(id),
            Origin::SectionSymbol(section) => RelocTarget::Section(section),
            Origin::Named(nth) => RelocTarget::NewSymbol(nth),
        };
        NewReloc { offset: reloc.offset, target, kind: reloc.kind, addend: reloc.addend }
    }

    fn new_symbols(&self) -> Vec<Edit> {
        let symbol = |index: &u32| {
            let sym = &self.new.symbols[*index as usize];
            Edit::AddSymbol(Box::new(NewSymbol {
                name: self.new.symbol_name(sym).to_vec(),
                section: sym.section,
                value: sym.value,
                size: sym.size,
                info: sym.info,
                other: sym.other,
            }))
        };
        self.named.iter().map(symbol).collect()
    }

    /// Changes within sections of the input.
    fn changes(&self, edits: &mut Vec<Edit>) {
        for id in self.old.section_ids() {
            let (old, new) = (self.old.section(id), self.new.section(id));
            if let (Some(before), Some(after)) = (self.old.relocs_in(id), self.new.relocs_in(id)) {
                for (index, (a, b)) in (0..).zip(before.iter().zip(after.iter())) {
                    if a.kind != b.kind {
                        edits.push(Edit::SetRelocType { section: id, index, kind: b.kind });
                    }
                }
            } else if id != self.old.symtab && id != self.old.symtab_shndx {
                patches(id, old.data, new.data, edits);
            }
        }
        for (sym, origin) in self.new.symbols.iter().zip(&self.origins) {
            if let Origin::Input(id) = origin
                && self.old.symbols[id.index()].size != sym.size
            {
                edits.push(Edit::ResizeSymbol { symbol: *id, size: sym.size });
            }
        }
    }
}

fn patches(section: SectionId, old: &[u8], new: &[u8], edits: &mut Vec<Edit>) {
    if new.starts_with(old) {
        return;
    }
    let mut at = 0;
    while at < old.len() {
        let len = old[at..].iter().zip(&new[at..]).take_while(|(a, b)| a != b).count();
        if len > 0 {
            let bytes: &'static [u8] = new[at..at + len].to_vec().leak();
            edits.push(Edit::PatchBytes { section, offset: at as u64, bytes });
        }
        at += len.max(1);
    }
}
