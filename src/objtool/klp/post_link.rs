// SPDX-License-Identifier: GPL-2.0-only

//! `klp post-link`: relocations and symbols of a linked livepatch module as the kernel wants them.
//!
//! For each section `__klp_relocs.OBJECT`, of 24-byte records `{u64 place, u64 symbol, u32 type}` with relocations at the
//! first two fields, there will be a section `.klp.rela.OBJECT.SECTION` with these relocations for each section that they
//! are to change. Their symbols, and those that stood in for them, get the section number `SHN_LIVEPATCH`, and the
//! relocations that stood in for these become `R_*_NONE`. No linker keeps any of that, so it is done last.
//!
//! Upstream: `cmd_klp_post_link()`, which says nothing about the file in its messages.

use std::path::Path;

use arch::Arch;
use object::elf;
use object::endian::Endian as _;
use rustc_hash::FxHashMap;
use rustc_hash::FxHashSet;

use super::content;
use super::say;
use super::say::Refusal;
use crate::elf::Edit;
use crate::elf::ElfFile;
use crate::elf::Image;
use crate::elf::NewReloc;
use crate::elf::PlainSection;
use crate::elf::RelocTarget;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::elf::output;
use crate::kernel::Profile;
use crate::objtool::Outcome;
use crate::objtool::code;
use crate::objtool::code::Code;
use crate::objtool::opts::Opts;
use crate::objtool::request;
use crate::objtool::wording;
use crate::objtool::write_rules;

/// The start of the names of sections that `klp diff` has made.
pub(super) const RELOCS: &[u8] = b"__klp_relocs.";

/// Bytes of a record of such a section.
pub(super) const RECORD: u64 = 24;

/// Place of the symbol in a record.
pub(super) const RECORD_SYMBOL: u64 = 8;

/// Place of the type in a record.
pub(super) const RECORD_KIND: u64 = 16;

/// The longest name of a section, with the NUL that ends it.
pub(super) const SECTION_NAME_LEN: usize = 1024;

/// `SHF_RELA_LIVEPATCH`.
const LIVEPATCH: u64 = 0x0010_0000;

/// `SHN_LIVEPATCH` as the file stores it.
const SHN_LIVEPATCH: &[u8] = &0xff20_u16.to_le_bytes();

/// Bytes of a symbol, and where the section's number is in it.
const SYMBOL: u64 = 24;
const SYMBOL_SECTION: u64 = 6;

/// Finishes one module.
pub(super) fn run(file: &Path, profile: &Profile) -> Outcome {
    let mut out = Outcome::default();
    let Ok(data) = request::read(file, &mut out) else { return out.with_code(255) };
    match finish(file, profile, &data) {
        Ok(()) => out,
        Err(line) => {
            out.stderr.extend(line);
            out.with_code(255)
        }
    }
}

/// Reads, changes and writes the file; the error is the line to print.
fn finish(file: &Path, profile: &Profile, data: &[u8]) -> Result<(), Vec<u8>> {
    let anonymous = |text: String| Refusal::from(text).line(None);
    let elf = crate::objtool::open(data).map_err(anonymous)?;
    if elf.symbols.is_empty() {
        return Err(anonymous("no .symtab".to_owned()));
    }
    let opts = Opts::default();
    let edits = edits(&opts, profile, &elf)?;
    let image = Image::build(&elf, edits, write_rules(profile)).map_err(|error| anonymous(error.to_string()))?;
    output::replace(file, &image).map_err(|error| anonymous(error.to_string()))
}

fn edits(opts: &Opts, profile: &Profile, elf: &ElfFile<'_>) -> Result<Vec<Edit>, Vec<u8>> {
    let refuse = |refusal: Refusal| refusal.line(None);
    let arch = request::machine(elf).map_err(|text| refuse(text.into()))?;
    let code = symbols(opts, profile, arch, elf).map_err(refuse)?;
    let mut made = Made {
        code: &code,
        sections: Vec::new(),
        by_name: FxHashMap::default(),
        places: FxHashSet::default(),
        edits: Vec::new(),
    };
    for id in elf.section_ids().filter(|id| elf.section(*id).name.starts_with(RELOCS)) {
        made.add_all(id).map_err(refuse)?;
    }
    let Made { mut edits, sections, .. } = made;
    edits.extend(sections.into_iter().map(|section| Edit::AddPlainSection(Box::new(section))));
    Ok(edits)
}

/// The file's symbols, which must make sense.
fn symbols<'d>(
    opts: &'d Opts,
    profile: &'d Profile,
    arch: &'static dyn Arch,
    elf: &'d ElfFile<'d>,
) -> Result<Code<'d>, Refusal> {
    let (code, result) = code::check_symbols(opts, profile, arch, elf);
    match result {
        Ok(()) => Ok(code),
        Err(stopped) => {
            let mut text = Vec::new();
            wording::write(&mut text, &code, &stopped.into_finding().message);
            Err(Refusal::of(&[&text]))
        }
    }
}

/// What becomes of the module.
struct Made<'a, 'd> {
    code: &'a Code<'d>,
    /// New sections in order.
    sections: Vec<PlainSection>,
    by_name: FxHashMap<Vec<u8>, usize>,
    /// Places that have a relocation in a new section: its number, and the offset.
    places: FxHashSet<(usize, u64)>,
    edits: Vec<Edit>,
}

impl Made<'_, '_> {
    /// Goes through one `__klp_relocs.OBJECT` (`fix_klp_reloc_sec()`).
    fn add_all(&mut self, id: SectionId) -> Result<(), Refusal> {
        let size = self.code.elf.section(id).size;
        (0..size / RECORD).try_for_each(|nth| self.add(id, nth * RECORD))
    }

    fn add(&mut self, id: SectionId, record: u64) -> Result<(), Refusal> {
        let (code, elf) = (self.code, self.code.elf);
        let field = |offset: u64| {
            let found = code.relocs.at(id, record.wrapping_add(offset)).map(|found| found.reloc);
            found.ok_or_else(|| Refusal::of(&[b"malformed ", elf.section(id).name, b" section"]))
        };
        let place = field(0)?;
        let symbol = field(RECORD_SYMBOL)?;
        let target = code.symbols.get(place.symbol).section;
        let offset = place.addend.cast_unsigned();
        let raw = content::range(elf, id, record.wrapping_add(RECORD_KIND), 4)?;
        let kind = raw.first_chunk().map_or(0, |raw| elf.endian.read_u32_bytes(*raw));
        let nth = self.section_for(id, target)?;
        if !self.places.insert((nth, offset)) {
            let mut text = Vec::new();
            wording::write_place(&mut text, code, target, offset);
            text.extend_from_slice(b": duplicate reloc");
            return Err(Refusal::of(&[&text]));
        }
        let reloc = NewReloc { offset, target: RelocTarget::Symbol(symbol.symbol), kind, addend: symbol.addend };
        if let Some(section) = self.sections.get_mut(nth) {
            section.relocs.push(reloc);
        }
        self.move_to_livepatch(symbol.symbol);
        self.drop_stand_in(target, offset)
    }

    /// The section of new relocations of `target`, which is made when it is first needed.
    fn section_for(&mut self, id: SectionId, target: SectionId) -> Result<usize, Refusal> {
        let elf = self.code.elf;
        let object = elf.section(id).name.get(RELOCS.len()..).unwrap_or_default();
        let base = elf.section(target).name;
        let name = say::bounded(&[b".klp.rela.", object, b".", base], SECTION_NAME_LEN)?;
        if let Some(nth) = self.by_name.get(&name) {
            return Ok(*nth);
        }
        if elf.sections.iter().any(|section| section.name == name) {
            return Err(Refusal::of(&[&name, b": the module has been through this before"]));
        }
        let nth = self.sections.len();
        self.sections.push(PlainSection {
            name: name.clone(),
            kind: elf::SHT_RELA,
            flags: u64::from(elf::SHF_ALLOC | elf::SHF_INFO_LINK) | LIVEPATCH,
            link: elf.symtab.0,
            info: target.0,
            align: 8,
            entsize: 24,
            data: Vec::new(),
            nobits_size: 0,
            relocs: Vec::new(),
        });
        self.by_name.insert(name, nth);
        Ok(nth)
    }

    /// Makes the relocation that stood in for the new one do nothing.
    fn drop_stand_in(&mut self, target: SectionId, offset: u64) -> Result<(), Refusal> {
        let code = self.code;
        let found =
            code.relocs.of(target).and_then(|relocs| Some((relocs.relocs.section, relocs.in_range(offset, 1)?)));
        let (section, found) =
            found.ok_or_else(|| Refusal::broken(code.elf, target, offset, "there is no relocation to replace"))?;
        self.move_to_livepatch(found.reloc.symbol);
        let kind = code.arch.facts().reloc_none;
        self.edits.push(Edit::SetRelocType { section, index: found.number, kind });
        Ok(())
    }

    fn move_to_livepatch(&mut self, symbol: SymbolId) {
        let offset = u64::from(symbol.0) * SYMBOL + SYMBOL_SECTION;
        self.edits.push(Edit::PatchBytes { section: self.code.elf.symtab, offset, bytes: SHN_LIVEPATCH });
    }
}
