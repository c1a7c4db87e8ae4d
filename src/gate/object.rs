// SPDX-License-Identifier: GPL-2.0-only

//! One object in memory, with what checks look up in it.

use std::sync::OnceLock;

use super::finding::GateFinding;
use super::fresh::Fresh;
use super::inputs::BuildFolder;
use super::inputs::ObjectFile;
use super::scan::Scan;
use crate::contents::source::Units;
use crate::elf::ByPlace;
use crate::elf::ElfFile;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::objtool::code::RelocIndex;

/// An object that is being checked.
pub struct ObjectCx<'a> {
    /// The folder.
    pub inputs: &'a BuildFolder,
    /// Which object of it this is.
    pub file: &'a ObjectFile,
    /// Its contents.
    pub elf: &'a ElfFile<'a>,
    /// Where symbols are.
    pub places: ByPlace,
    /// Translation units, once a finding is about a place.
    pub units: OnceLock<Units<'a>>,
    /// Relocations by place.
    pub relocs: RelocIndex<'a>,
    /// What a fresh analysis by `objtool`'s engine says, where it makes sense.
    pub fresh: Option<&'a Fresh>,
    /// What `modpost`'s engine reads of it, where it makes sense.
    pub scan: Option<&'a Scan>,
}

impl<'a> ObjectCx<'a> {
    /// The last section of this name.
    pub fn section(&self, name: &str) -> Option<SectionId> {
        self.elf.section_ids().rev().find(|id| self.elf.section(*id).name == name.as_bytes())
    }

    /// All sections of this name.
    pub fn sections(&self, name: &'a str) -> impl Iterator<Item = SectionId> + '_ {
        self.elf.section_ids().filter(move |id| self.elf.section(*id).name == name.as_bytes())
    }

    /// Name of a section, for people.
    pub fn section_name(&self, id: SectionId) -> String {
        self.elf.section_text(id)
    }

    /// Name of a symbol, for people; of its section for a section symbol.
    pub fn symbol_name(&self, id: SymbolId) -> String {
        self.elf.symbol_text(id)
    }

    /// A place as `function+0x12`, or as `section+0x12` outside of functions.
    pub fn place(&self, section: SectionId, offset: u64) -> String {
        match self.places.over(section, offset) {
            Some(span) => format!("{}+{:#x}", self.symbol_name(span.symbol), offset.saturating_sub(span.start)),
            None => format!("{}+{offset:#x}", self.section_name(section)),
        }
    }

    /// A finding about a place: symbol, section, offset and unit are filled in.
    pub fn finding_at(&self, finding: GateFinding, section: SectionId, offset: u64) -> GateFinding {
        let symbol = self.places.over(section, offset).map(|span| span.symbol);
        let mut finding = finding.section(self.section_name(section)).at(offset);
        finding.place = Some((section, offset));
        finding.unit = self.units.get_or_init(|| Units::read(self.elf)).describe(section, offset).unwrap_or_default();
        if let Some(id) = symbol {
            finding.symbol = self.symbol_name(id);
        }
        finding
    }

    /// Whether this is part of a module, not of the kernel.
    pub fn is_module(&self) -> bool {
        self.file.subject != "vmlinux"
    }

    /// Whether this is a linked object: the kernel, or a whole module before its last link.
    pub fn is_linked_object(&self) -> bool {
        self.file.stage.is_linked()
    }
}

/// The symbols that name places.
pub fn places(elf: &ElfFile<'_>) -> ByPlace {
    ByPlace::new(elf, |_, symbol| !symbol.is_section() && symbol.kind() != object::elf::STT_FILE)
}
