// SPDX-License-Identifier: GPL-2.0-only

//! Copies of symbols in the object that is made, with their contents and everything that these refer to.
//!
//! What a copy refers to is copied inside of it, and so on; the original calls itself. Here what remains to be done is on a
//! stack. Whether a reference becomes an ordinary one, or one that the kernel resolves when it loads the livepatch, is
//! decided reference by reference.
//!
//! Upstream: `clone_symbol()`, `clone_sym_relocs()`, `clone_reloc()`.

use object::elf;

use super::super::content;
use super::super::say::Refusal;
use super::Diff;
use super::classes;
use super::exports::Export;
use super::output::Header;
use super::output::OutSection;
use super::output::OutSymbol;
use super::output::OutputSymbol;
use super::refs::Converted;
use super::side::Marks;
use crate::elf::Reloc;
use crate::elf::SymbolId;

/// What remains to be done.
enum Task {
    /// To copy a symbol, with its contents or without, if there is no copy yet.
    Copy { id: SymbolId, with_data: bool },
    /// The same, now that the padding before it is there.
    CopyItself { id: SymbolId, with_data: bool },
    /// To go on with the relocations of a symbol: those that are left, last one first.
    Relocs { id: SymbolId, copy: OutSymbol, numbers: Vec<u32> },
    /// To refer to a symbol that has a copy now.
    Refer { from: OutSection, offset: u64, reloc: Reloc },
    /// A copy is complete.
    Done,
}

impl Diff<'_, '_, '_> {
    /// Copies all that was found to be a part of the livepatch (`clone_included_functions()`).
    pub(super) fn copy_included(&mut self) -> Result<(), Refusal> {
        let ids: Vec<SymbolId> = self.patched.code.symbols.ids().collect();
        for id in ids {
            if self.patched.has(id, Marks::INCLUDED) {
                self.copy(id)?;
            }
        }
        Ok(())
    }

    /// Copies a symbol with its contents.
    pub(super) fn copy(&mut self, id: SymbolId) -> Result<(), Refusal> {
        let mut tasks = vec![Task::Copy { id, with_data: true }];
        while let Some(task) = tasks.pop() {
            match task {
                Task::Copy { id, with_data } => self.begin_copy(id, with_data, &mut tasks),
                Task::CopyItself { id, with_data } => {
                    let copy = self.copy_itself(id, with_data)?;
                    if with_data {
                        let mut numbers = self.numbers_to_copy(id);
                        numbers.reverse();
                        tasks.push(Task::Relocs { id, copy, numbers });
                    }
                }
                Task::Relocs { id, copy, numbers } => self.copy_relocs(id, copy, numbers, &mut tasks)?,
                Task::Refer { from, offset, reloc } => {
                    self.refer(from, offset, &reloc)?;
                    self.trace.depth = self.trace.depth.saturating_sub(1);
                }
                Task::Done => self.trace.depth = self.trace.depth.saturating_sub(1),
            }
        }
        Ok(())
    }

    fn begin_copy(&mut self, id: SymbolId, with_data: bool, tasks: &mut Vec<Task>) {
        if self.copy_of(id).is_some() {
            return;
        }
        let what: &[u8] = if with_data { b" [+DATA]" } else { b"" };
        self.trace.clone(&[self.patched.name(id), what]);
        self.trace.depth += 1;
        tasks.push(Task::Done);
        tasks.push(Task::CopyItself { id, with_data });
        // The padding comes first.
        if let Some(prefix) = self.patched.prefix_of(id).filter(|_| with_data) {
            tasks.push(Task::Copy { id: prefix, with_data: true });
        }
    }

    /// Upstream: `__clone_symbol()`.
    fn copy_itself(&mut self, id: SymbolId, with_data: bool) -> Result<OutSymbol, Refusal> {
        let sym = *self.patched.sym(id);
        let mut place = (OutSection::UNDEF, 0);
        if with_data && !classes::is_undefined(&self.patched, id) {
            let section = self.section_for(id)?;
            if content::is_string(self.patched.section_of(id)) {
                let copy = self.out.create_section_symbol(section, Some(id))?;
                self.set_copy(id, copy);
                return Ok(copy);
            }
            let offset = if sym.is_section() { 0 } else { self.out.next_offset(section)? };
            if sym.len != 0 || sym.is_section() {
                let elf = self.patched.code.elf;
                let size = if sym.is_section() { elf.section(sym.section).size } else { sym.len };
                // What is zero at the start has no contents.
                let data = match content::bytes(elf, sym.section) {
                    Some(_) => content::range(elf, sym.section, sym.offset, size)?,
                    None => &[],
                };
                self.out.add_data(section, data, size)?;
            }
            place = (section, offset);
        }
        let (section, offset) = place;
        let name = self.patched.name(id).to_vec();
        let (binding, kind, len) = (sym.binding, sym.kind, sym.len);
        let copy = self.out.create_symbol(OutputSymbol { name, section, binding, kind, offset, len, origin: Some(id) });
        self.set_copy(id, copy);
        Ok(copy)
    }

    /// The section of the object that a symbol's contents go to.
    fn section_for(&mut self, id: SymbolId) -> Result<OutSection, Refusal> {
        let section = self.patched.section_of(id);
        match self.out.section(section.name) {
            Some(known) => Ok(known),
            None => {
                let (kind, entsize) = (section.kind, section.entsize);
                let header = Header { kind, flags: section.flags as u32, align: section.align as u32, entsize };
                self.out.create_section(section.name, header)
            }
        }
    }

    /// Numbers of the relocations that the contents of a symbol need.
    fn numbers_to_copy(&self, id: SymbolId) -> Vec<u32> {
        let sym = self.patched.sym(id);
        let section = self.patched.section_of(id);
        let Some(relocs) = self.patched.code.relocs.of(sym.section) else { return Vec::new() };
        if content::is_string(section) {
            return Vec::new();
        }
        let (start, end) = match sym.is_section() {
            true => (0, section.size),
            false => (sym.offset, sym.offset.wrapping_add(sym.len)),
        };
        relocs.numbers_in(start, end).collect()
    }

    /// Goes on with a symbol's relocations up to one whose symbol has to be copied first.
    fn copy_relocs(
        &mut self,
        id: SymbolId,
        copy: OutSymbol,
        mut numbers: Vec<u32>,
        tasks: &mut Vec<Task>,
    ) -> Result<(), Refusal> {
        let sym = *self.patched.sym(id);
        let Some((from, base)) = self.out.symbol(copy).map(|copy| (copy.section, copy.offset)) else { return Ok(()) };
        while let Some(number) = numbers.pop() {
            let Some(found) = self.refs.get(&self.patched, sym.section, number) else { continue };
            if self.is_left_out(id, &found.reloc)? {
                continue;
            }
            let reloc = match self.refs.convert(&mut self.patched, sym.section, found)? {
                Converted::Yes(found) => found.reloc,
                Converted::Skip => continue,
                Converted::Failed => return Err(self.unconverted(sym.section, &found.reloc)),
            };
            let offset = base.wrapping_add(reloc.offset.wrapping_sub(sym.offset));
            let export = self.exports.of(&self.patched, reloc.symbol).cloned();
            let is_klp = self.needs_klp(reloc.symbol, export.as_ref());
            self.trace_reloc(from, offset, &reloc, export.as_ref(), is_klp);
            if is_klp {
                self.refer_by_klp(from, offset, &reloc, export.as_ref())?;
                continue;
            }
            // What nobody exports has to be a part of the livepatch.
            let with_data = self.patched.has(reloc.symbol, Marks::INCLUDED) || export.is_none();
            self.trace.depth += 1;
            tasks.push(Task::Relocs { id, copy, numbers });
            tasks.push(Task::Refer { from, offset, reloc });
            tasks.push(Task::Copy { id: reloc.symbol, with_data });
            return Ok(());
        }
        Ok(())
    }

    /// What alternatives do not need: code that is always replaced, and replacements without code
    /// (`arch_alt_ignore_new_reloc()`).
    fn is_left_out(&self, id: SymbolId, reloc: &Reloc) -> Result<bool, Refusal> {
        /// Bytes of an entry, and in it the place of the replacement and of its length.
        const ENTRY: u64 = 14;
        const REPLACEMENT: u64 = 4;
        const LENGTH: u64 = 13;
        if self.patched.section_of(reloc.symbol).name == b".altinstr_aux" {
            return Ok(true);
        }
        let section = self.patched.sym(id).section;
        if self.patched.section_of(id).name != b".altinstructions" || reloc.offset % ENTRY != REPLACEMENT {
            return Ok(false);
        }
        let entry = reloc.offset - REPLACEMENT;
        Ok(content::range(self.patched.code.elf, section, entry + LENGTH, 1)? == [0])
    }

    fn unconverted(&self, section: crate::elf::SectionId, reloc: &Reloc) -> Refusal {
        let mut text = Vec::new();
        self.patched.write_place(&mut text, section, reloc.offset);
        text.extend_from_slice(b": failed to convert reloc sym '");
        text.extend_from_slice(self.patched.name(reloc.symbol));
        text.extend_from_slice(b"' to its proper format");
        Refusal::of(&[&text])
    }

    /// Refers to a symbol by its copy.
    fn refer(&mut self, from: OutSection, offset: u64, reloc: &Reloc) -> Result<(), Refusal> {
        let Some(copy) = self.copy_of(reloc.symbol) else { return Ok(()) };
        let sym = *self.patched.sym(reloc.symbol);
        let mut addend = reloc.addend;
        if content::is_string(self.patched.section_of(reloc.symbol)) {
            let text = content::string(self.patched.code.elf, sym.section, addend.cast_unsigned())?;
            self.trace.clone(&[b"\"", &escaped(text), b"\""]);
            let section = self.out.symbol(copy).map_or(OutSection::UNDEF, |copy| copy.section);
            // The original keeps 32 bits of it.
            addend = i64::from(self.out.add_string(section, text)? as u32);
        }
        self.out.create_reloc(from, offset, copy, addend, reloc.kind)
    }

    fn trace_reloc(&mut self, from: OutSection, offset: u64, reloc: &Reloc, export: Option<&Export>, is_klp: bool) {
        let sym = self.patched.sym(reloc.symbol);
        let sign = if reloc.addend >= 0 { "+" } else { "-" };
        let mut about = format!("{sign}0x{:x} [{}", reloc.addend.unsigned_abs(), kind_name(sym.kind));
        if !sym.is_section() {
            about += " ";
            about += binding_name(sym.binding);
        }
        let notes = [(sym.is_undef(), " UNDEF"), (export.is_some(), " EXPORTED"), (is_klp, " KLP")];
        notes.iter().filter(|(holds, _)| *holds).for_each(|(_, note)| about += note);
        about += "]";
        let place = format!("+0x{offset:x}: ");
        let (section, name) = (self.out.section_name(from), self.patched.name(reloc.symbol));
        self.trace.clone(&[section, place.as_bytes(), name, about.as_bytes()]);
    }
}

/// `STT_*` (`sym_type()`).
fn kind_name(kind: u8) -> &'static str {
    match kind {
        elf::STT_NOTYPE => "NOTYPE",
        elf::STT_OBJECT => "OBJECT",
        elf::STT_FUNC => "FUNC",
        elf::STT_SECTION => "SECTION",
        elf::STT_FILE => "FILE",
        _ => "UNKNOWN",
    }
}

/// `STB_*` (`sym_bind()`).
fn binding_name(binding: u8) -> &'static str {
    match binding {
        elf::STB_LOCAL => "LOCAL",
        elf::STB_GLOBAL => "GLOBAL",
        elf::STB_WEAK => "WEAK",
        _ => "UNKNOWN",
    }
}

/// A string in one line (`escape_str()`).
fn escaped(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for byte in text {
        match byte {
            1 => out.extend_from_slice(b"<SOH>"),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => out.push(*byte),
        }
    }
    out
}
