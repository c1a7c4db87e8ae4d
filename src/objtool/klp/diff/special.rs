// SPDX-License-Identifier: GPL-2.0-only

//! Tables whose entries belong to functions: alternatives, bugs, static branches, annotations and so on.
//!
//! An entry is a part of the livepatch if it refers to a function that is. For that, each entry gets a symbol of its own.
//!
//! Upstream: `create_fake_symbols()`, `clone_special_sections()`.

use object::elf;
use object::endian::Endian as _;
use rustc_hash::FxHashMap;
use rustc_hash::FxHashSet;

use super::super::content;
use super::super::say;
use super::super::say::Refusal;
use super::Diff;
use super::classes;
use super::correlate::SYMBOL_NAME_LEN;
use super::output::OutSection;
use super::refs::Converted;
use super::refs::References;
use super::side::Side;
use crate::elf::SectionId;
use crate::elf::SymbolId;

/// Entries of all tables of a file. A kernel has a few hundred thousand.
const MOST_ENTRIES: usize = 1 << 23;

/// `ANNOTYPE_DATA_SPECIAL`: an entry of a table begins here.
const ENTRY_BEGINS: u32 = 1;

/// Bytes of an annotation, and where its type is in it.
const ANNOTATION: u64 = 8;
const ANNOTATION_KIND: u64 = 4;

/// Name, section, type, offset and length of a symbol to make.
type Fake = (Vec<u8>, SectionId, u8, u64, u64);

/// Gives each entry of the tables of `side` a symbol.
pub(super) fn add_symbols(side: &mut Side<'_>, smp_locks: bool) -> Result<(), Refusal> {
    let mut fakes = Fakes { side, made: Vec::new() };
    fakes.by_annotation()?;
    let annotated: FxHashSet<SectionId> = fakes.made.iter().map(|(_, section, ..)| *section).collect();
    for section in fakes.side.code.elf.section_ids() {
        let is_special = classes::is_special(fakes.side.code.elf.section(section), smp_locks);
        if is_special && !annotated.contains(&section) {
            fakes.by_entry_size(section)?;
        }
    }
    let made = fakes.made;
    side.add_fakes(made);
    Ok(())
}

struct Fakes<'a, 'd> {
    side: &'a Side<'d>,
    made: Vec<Fake>,
}

impl Fakes<'_, '_> {
    /// Entries whose start was marked when they were written (`ANNOTATE_DATA_SPECIAL`).
    fn by_annotation(&mut self) -> Result<(), Refusal> {
        let code = &self.side.code;
        let Some(section) = code.section_names.get(".discard.annotate_data") else { return Ok(()) };
        let Some(relocs) = code.relocs.of(section) else { return Ok(()) };
        let mut starts = Vec::new();
        for (number, reloc) in (0_u64..).zip(relocs.relocs.iter()) {
            let raw = content::range(code.elf, section, number * ANNOTATION + ANNOTATION_KIND, 4)?;
            if raw.first_chunk().map_or(0, |raw| code.elf.endian.read_u32_bytes(*raw)) == ENTRY_BEGINS {
                starts.push((self.side.sym(reloc.symbol).section, reloc.addend.cast_unsigned()));
            }
        }
        // An entry ends where the next one begins, the last one with its section.
        let mut ends: FxHashMap<SectionId, u64> = FxHashMap::default();
        let mut entries = Vec::with_capacity(starts.len());
        for (section, start) in starts.into_iter().rev() {
            let end = ends.insert(section, start).unwrap_or(code.elf.section(section).size);
            entries.push((section, start, end.wrapping_sub(start)));
        }
        entries.into_iter().rev().try_for_each(|(section, start, len)| self.add(section, start, len))
    }

    /// Entries of one length, or single pointers.
    fn by_entry_size(&mut self, id: SectionId) -> Result<(), Refusal> {
        let code = &self.side.code;
        let section = code.elf.section(id);
        let Some(relocs) = code.relocs.of(id) else {
            return Err(Refusal::of(&[section.name, b": missing special section relocations"]));
        };
        let mut len = u64::from(section.entsize as u32);
        if len == 0 {
            let first = relocs.relocs.get(0);
            let first = first.ok_or_else(|| Refusal::broken(code.elf, id, 0, "there is no relocation"))?;
            len = code.arch.classify_reloc(first.kind).size.into();
            if section.size != len.wrapping_mul(relocs.len() as u64) {
                return Err(Refusal::of(&[section.name, b": missing special section entsize or annotations"]));
            }
        }
        let mut offset = 0;
        while offset < section.size {
            self.add(id, offset, len)?;
            offset = offset.saturating_add(len.max(1));
        }
        Ok(())
    }

    /// Upstream: `create_fake_symbol()`.
    fn add(&mut self, id: SectionId, offset: u64, len: u64) -> Result<(), Refusal> {
        let section = self.side.code.elf.section(id);
        let number = format!("_{}", self.made.len());
        let mut name = say::bounded(&[section.name, number.as_bytes()], SYMBOL_NAME_LEN)?;
        name.iter_mut().filter(|byte| **byte == b'.').for_each(|byte| *byte = b'_');
        // No function: nobody checks the code of replacements on its own.
        let kind = if section.is_exec() { elf::STT_NOTYPE } else { elf::STT_OBJECT };
        if self.made.len() >= MOST_ENTRIES {
            return Err(Refusal::of(&[section.name, b": there are too many entries"]));
        }
        self.made.push((name, id, kind, offset, len));
        Ok(())
    }
}

impl Diff<'_, '_, '_> {
    /// Copies the entries that belong to functions with a copy.
    pub(super) fn copy_special(&mut self) -> Result<(), Refusal> {
        let elf = self.patched.code.elf;
        let is_special = |id: &SectionId| classes::is_special(elf.section(*id), self.smp_locks);
        let is_annotation = |id: &SectionId| elf.section(*id).name == b".discard.annotate_insn";
        let (last, first): (Vec<SectionId>, Vec<SectionId>) =
            elf.section_ids().filter(is_special).partition(is_annotation);
        // Annotations may be about replacements, which have to be there.
        first.into_iter().chain(last.last().copied()).try_for_each(|section| self.copy_entries(section))
    }

    fn copy_entries(&mut self, section: SectionId) -> Result<(), Refusal> {
        for id in self.patched.code.symbols.in_section(section).to_vec() {
            let is_kept = self.patched.sym(id).kind == elf::STT_OBJECT && self.is_kept(id)?;
            if is_kept && self.is_allowed(id)? {
                self.copy(id)?;
            }
        }
        Ok(())
    }

    /// Whether an entry refers to a function with a copy (`should_keep_special_sym()`).
    fn is_kept(&mut self, id: SymbolId) -> Result<bool, Refusal> {
        let is_annotation = self.patched.section_of(id).name == b".discard.annotate_insn";
        for (symbol, _) in self.converted(id)? {
            let copy = self.copy_of(symbol).and_then(|copy| self.out.symbol(copy));
            let is_copied = copy.is_some_and(|copy| copy.section != OutSection::UNDEF);
            let kind = self.patched.sym(symbol).kind;
            if is_copied && (kind == elf::STT_FUNC || is_annotation && kind == elf::STT_NOTYPE) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Symbols and addends of the relocations of an entry, as far as they have the form that is needed.
    fn converted(&mut self, id: SymbolId) -> Result<Vec<(SymbolId, i64)>, Refusal> {
        let section = self.patched.sym(id).section;
        let mut found = Vec::new();
        for number in References::numbers_of(&self.patched, id) {
            let Some(reloc) = self.refs.get(&self.patched, section, number) else { continue };
            if let Converted::Yes(reloc) = self.refs.convert(&mut self.patched, section, reloc)? {
                found.push((reloc.reloc.symbol, reloc.reloc.addend));
            }
        }
        Ok(found)
    }

    /// Whether an entry may become a part of the livepatch.
    ///
    /// Static branches and calls of modules would be set up before the kernel knows the module's keys. Where they are
    /// harmless, such as tracepoints, they are left out.
    ///
    /// Upstream: `validate_special_section_klp_reloc()`.
    fn is_allowed(&mut self, id: SymbolId) -> Result<bool, Refusal> {
        let is_branch = match self.patched.section_of(id).name {
            b"__jump_table" => true,
            b".static_call_sites" => false,
            _ => return Ok(true),
        };
        let mut place: Option<(Vec<u8>, u64)> = None;
        let mut is_allowed = true;
        for (symbol, addend) in self.converted(id)? {
            let kind = self.patched.sym(symbol).kind;
            if kind != elf::STT_OBJECT {
                if kind == elf::STT_FUNC && place.is_none() {
                    place = Some((self.patched.name(symbol).to_vec(), addend.cast_unsigned()));
                }
                continue;
            }
            let export = self.exports.of(&self.patched, symbol).cloned();
            if !self.needs_klp(symbol, export.as_ref()) {
                continue;
            }
            let module = match export {
                Some(export) => export.module,
                None => self.module_name()?,
            };
            if module == b"vmlinux" {
                continue;
            }
            let (func, offset) = place.get_or_insert_with(|| (b"<unknown>".to_vec(), 0));
            let (func, offset) = (func.clone(), *offset);
            is_allowed = false;
            self.check_key(is_branch, symbol, &func, offset)?;
        }
        Ok(is_allowed)
    }

    /// Refuses a key of a module, unless it is one that may be left out.
    fn check_key(&mut self, is_branch: bool, key: SymbolId, func: &[u8], offset: u64) -> Result<(), Refusal> {
        let name = self.patched.name(key).to_vec();
        let place = format!("+0x{offset:x}: ");
        if !is_branch {
            if name.starts_with(b"__SCK__tp_func_") {
                return Ok(());
            }
            let (what, hint) = (b"unsupported static call key ", b".  Use KLP_STATIC_CALL() instead");
            return Err(Refusal::of(&[func, b"()", place.as_bytes(), what, &name, hint]));
        }
        if let Some(tracepoint) = name.strip_prefix(b"__tracepoint_") {
            let text = [func, b": disabling unsupported tracepoint ", tracepoint].concat();
            self.trace.stderr.extend(say::warning(self.trace.object, &text));
            return Ok(());
        }
        if memchr::memmem::find(&name, b"__UNIQUE_ID_ddebug_").is_some() {
            let text = [func, b": disabling unsupported pr_debug()"].concat();
            self.trace.stderr.extend(say::warning(self.trace.object, &text));
            return Ok(());
        }
        let (what, hint) = (b"unsupported static branch key ", b".  Use static_key_enabled() instead");
        Err(Refusal::of(&[func, place.as_bytes(), what, &name, hint]))
    }
}
