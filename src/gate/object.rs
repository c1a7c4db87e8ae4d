//! One object in memory, with what checks look up in it.

use std::sync::OnceLock;

use super::Finding;
use super::facts::Scan;
use super::fresh::Fresh;
use super::inputs::Inputs;
use super::inputs::ObjectFile;
use super::inputs::Stage;
use crate::code::RelocIndex;
use crate::elf::ElfFile;
use crate::elf::SectionId;
use crate::elf::Symbol;
use crate::elf::SymbolId;
use crate::source::Units;

/// An object that is being checked.
pub struct ObjectCx<'a> {
    /// The folder.
    pub inputs: &'a Inputs,
    /// Which object of it this is.
    pub file: &'a ObjectFile,
    /// Its contents.
    pub elf: &'a ElfFile<'a>,
    /// Where symbols are.
    pub places: Places,
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
        match self.places.containing(section, offset) {
            Some((id, start)) => format!("{}+{:#x}", self.symbol_name(id), offset.saturating_sub(start)),
            None => format!("{}+{offset:#x}", self.section_name(section)),
        }
    }

    /// A finding about a place: symbol, section, offset and unit are filled in.
    pub fn finding_at(&self, finding: Finding, section: SectionId, offset: u64) -> Finding {
        let symbol = self.places.containing(section, offset).map(|(id, _)| id);
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
        matches!(self.file.stage, Stage::VmlinuxObject | Stage::Object | Stage::Lto | Stage::Prelink | Stage::Other)
    }

    /// Where a relocation leads: the symbol's place plus the addend.
    pub fn target(&self, symbol: SymbolId, addend: i64) -> Option<(SectionId, u64)> {
        let symbol = self.elf.symbol(symbol)?;
        (symbol.section != SectionId::UNDEF).then(|| (symbol.section, symbol.value.wrapping_add_signed(addend)))
    }
}

/// Symbols by place.
pub struct Places {
    /// Per section: (start, end, symbol) of everything but section and file symbols, by start.
    by_section: Vec<Vec<(u64, u64, SymbolId)>>,
}

impl Places {
    /// Sorts the symbols of a file.
    pub fn new(elf: &ElfFile<'_>) -> Self {
        let mut by_section = vec![Vec::new(); elf.sections.len()];
        for (index, symbol) in elf.symbols.iter().enumerate() {
            if is_place(symbol)
                && let Some(list) = by_section.get_mut(symbol.section.index())
            {
                list.push((symbol.value, symbol.value.saturating_add(symbol.size), SymbolId(index as u32)));
            }
        }
        for list in &mut by_section {
            list.sort_unstable();
        }
        Self { by_section }
    }

    /// The symbol that covers a place and starts last, and where it starts.
    pub fn containing(&self, section: SectionId, offset: u64) -> Option<(SymbolId, u64)> {
        /// Symbols that start later and end earlier are few; nested ones are fewer.
        const LOOK_BACK: usize = 64;
        let list = self.by_section.get(section.index())?;
        let end = list.partition_point(|(start, _, _)| *start <= offset);
        let candidates = list.get(end.saturating_sub(LOOK_BACK)..end)?;
        let found = candidates.iter().rev().find(|(_, end, _)| offset < *end);
        found.map(|(start, _, id)| (*id, *start))
    }

    /// Symbols that start at exactly this place.
    pub fn starting_at(&self, section: SectionId, offset: u64) -> impl Iterator<Item = SymbolId> + '_ {
        let list = self.by_section.get(section.index()).map_or(&[][..], Vec::as_slice);
        let start = list.partition_point(|(start, _, _)| *start < offset);
        let rest = list.get(start..).unwrap_or_default();
        rest.iter().take_while(move |(start, _, _)| *start == offset).map(|(_, _, id)| *id)
    }
}

fn is_place(symbol: &Symbol) -> bool {
    symbol.section != SectionId::UNDEF && !symbol.is_section() && symbol.kind() != object::elf::STT_FILE
}
