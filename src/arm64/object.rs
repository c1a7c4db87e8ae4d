// SPDX-License-Identifier: GPL-2.0-only

//! An arm64 object with what the checks look up in it: functions by place, data in text, relocations, words.

use object::elf;

use super::mapping::Mapping;
use crate::elf::ByPlace;
use crate::elf::ElfFile;
use crate::elf::Reloc;
use crate::elf::Section;
use crate::elf::SectionId;
use crate::elf::Span;
use crate::elf::SymbolId;
use crate::objtool::code::RelocIndex;

/// A place in a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The section.
    pub section: SectionId,
    /// Offset in bytes.
    pub offset: u64,
}

/// A function symbol's extent.
pub type Function = Span;

/// An object that is being checked.
pub struct Arm64Object<'a> {
    /// Its contents.
    pub elf: &'a ElfFile<'a>,
    /// Relocations by place.
    pub relocs: RelocIndex<'a>,
    functions: ByPlace,
    /// Where data stands in text.
    mapping: Mapping,
}

impl Place {
    /// The place `distance` bytes further.
    pub fn plus(self, distance: i64) -> Option<Self> {
        self.offset.checked_add_signed(distance).map(|offset| Self { offset, ..self })
    }
}

impl<'a> Arm64Object<'a> {
    /// Sorts the symbols of a file.
    pub fn new(elf: &'a ElfFile<'a>) -> Self {
        Self {
            elf,
            relocs: RelocIndex::read(elf),
            functions: ByPlace::new(elf, |_, symbol| symbol.is_func()),
            mapping: Mapping::read(elf),
        }
    }

    /// All sections of this name, in file order.
    pub fn sections_named<'s>(&'s self, name: &'s str) -> impl Iterator<Item = SectionId> + 's {
        self.elf.section_ids().filter(move |id| self.elf.section(*id).name == name.as_bytes())
    }

    /// Sections of instructions, in file order.
    pub fn code_sections(&self) -> impl Iterator<Item = SectionId> + '_ {
        self.elf.section_ids().filter(|id| is_code_section(self.elf.section(*id)))
    }

    /// Whether a section holds instructions.
    pub fn is_code_section(&self, id: SectionId) -> bool {
        self.elf.sections.get(id.index()).is_some_and(is_code_section)
    }

    /// The instruction word at a place of an executable section, or any other's word.
    pub fn word(&self, place: Place) -> Option<u32> {
        let start = usize::try_from(place.offset).ok()?;
        let bytes = self.elf.sections.get(place.section.index())?.data.get(start..)?;
        bytes.first_chunk().map(|word| u32::from_le_bytes(*word))
    }

    /// Whether a place is in an executable section, at a multiple of 4, and not in data.
    pub fn is_code(&self, place: Place) -> bool {
        self.is_text(place) && place.offset.is_multiple_of(4) && !self.is_data(place)
    }

    /// Whether a place is inside of an executable section.
    pub fn is_text(&self, place: Place) -> bool {
        let section = self.elf.sections.get(place.section.index());
        section.is_some_and(|section| is_code_section(section) && place.offset < section.size)
    }

    /// Whether mapping symbols say that there is data at a place.
    pub fn is_data(&self, place: Place) -> bool {
        self.mapping.is_data(place.section, place.offset)
    }

    /// Whether there is any data in a section of code.
    pub fn has_data(&self, section: SectionId) -> bool {
        self.mapping.has_data(section)
    }

    /// The functions of a section, by (start, end).
    pub fn functions(&self, section: SectionId) -> &[Function] {
        self.functions.of(section)
    }

    /// All functions, section by section.
    pub fn all_functions(&self) -> impl Iterator<Item = (Place, &Function)> {
        let place = |section, function: &Function| Place { section, offset: function.start };
        self.functions.all().map(move |(section, function)| (place(section, function), function))
    }

    /// A function that starts at exactly this place.
    pub fn function_at(&self, place: Place) -> Option<&Function> {
        self.functions_at(place).next()
    }

    /// All functions that start at exactly this place, aliases among them.
    pub fn functions_at(&self, place: Place) -> impl Iterator<Item = &Function> {
        self.functions.starting_at(place.section, place.offset)
    }

    /// The function that covers a place and starts last.
    pub fn function_over(&self, place: Place) -> Option<&Function> {
        self.functions.over(place.section, place.offset)
    }

    /// Where a relocation leads, if this file defines its symbol.
    pub fn target(&self, reloc: &Reloc) -> Option<Place> {
        let symbol = self.elf.symbol(reloc.symbol)?;
        let offset = symbol.value.wrapping_add_signed(reloc.addend);
        (symbol.section != SectionId::UNDEF).then_some(Place { section: symbol.section, offset })
    }

    /// The relocation of the field at a place, if it is of type `kind`.
    pub fn field(&self, place: Place, kind: u32) -> Option<Reloc> {
        self.relocs.at(place.section, place.offset).map(|found| found.reloc).filter(|reloc| reloc.kind == kind)
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
    pub fn describe(&self, place: Place) -> String {
        match self.function_over(place) {
            Some(function) => {
                format!("{}+{:#x}", self.symbol_name(function.symbol), place.offset.saturating_sub(function.start))
            }
            None => self.describe_offset(place),
        }
    }

    /// A place as `section+0x12`.
    pub fn describe_offset(&self, place: Place) -> String {
        format!("{}+{:#x}", self.section_name(place.section), place.offset)
    }

    /// Name of the function that starts here, or the place.
    pub fn describe_start(&self, place: Place) -> String {
        self.function_at(place).map_or_else(|| self.describe(place), |function| self.symbol_name(function.symbol))
    }

    /// What a call goes to: the name of a function, or a place.
    pub fn describe_callee(&self, reloc: &Reloc) -> String {
        match self.target(reloc) {
            Some(place) if self.function_at(place).is_some() => format!("{}()", self.describe_start(place)),
            _ => self.describe_target(reloc),
        }
    }

    /// What a relocation refers to: the name of a function that starts there, or as [`Arm64Object::describe_target`].
    pub fn target_name(&self, reloc: &Reloc) -> String {
        match self.target(reloc) {
            Some(place) => self.describe_start(place),
            None => self.describe_target(reloc),
        }
    }

    /// What a relocation refers to, as a place or as a symbol and what is added to it.
    pub fn describe_target(&self, reloc: &Reloc) -> String {
        match self.target(reloc) {
            Some(place) => self.describe(place),
            None if reloc.addend == 0 => self.symbol_name(reloc.symbol),
            None => format!("{}{:+#x}", self.symbol_name(reloc.symbol), reloc.addend),
        }
    }
}

/// Whether a section holds instructions. `.idmap.text` and other code that never runs where it is linked is not executable.
fn is_code_section(section: &Section<'_>) -> bool {
    let is_read_only = section.is_alloc() && section.flags & u64::from(elf::SHF_WRITE) == 0;
    section.is_exec() || is_read_only && section.name.ends_with(b".text")
}

/// Whether the file is what the checks are for: 64 bit, little endian, arm64.
pub fn is_supported(elf: &ElfFile<'_>) -> bool {
    let is_little = matches!(elf.endian, object::Endianness::Little);
    elf.machine == elf::EM_AARCH64 && elf.class == crate::elf::Class::Elf64 && is_little
}
