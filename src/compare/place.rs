//! Places in a file as people name them: a symbol and an offset.

use crate::arm64::object::mapping_kind;
use crate::elf::ElfFile;
use crate::elf::SectionId;
use crate::elf::SymbolId;

/// The symbols of a file by place.
pub(super) struct Places<'a> {
    file: &'a ElfFile<'a>,
    /// Named symbols, functions first among those at one place.
    symbols: Vec<(SectionId, u64, bool, SymbolId)>,
    /// Where data begins in code (true), and where code goes on.
    marks: Vec<(SectionId, u64, bool)>,
}

impl<'a> Places<'a> {
    pub fn new(file: &'a ElfFile<'a>) -> Self {
        let named = (0..).map(SymbolId).zip(&file.symbols);
        let named = named.filter(|(_, sym)| sym.section != SectionId::UNDEF && !sym.is_section() && sym.name_len > 0);
        // arm64 marks places by symbols, which are no names.
        let has_marks = file.machine == object::elf::EM_AARCH64;
        let (mut symbols, mut marks) = (Vec::new(), Vec::new());
        for (id, sym) in named {
            match mapping_kind(file.symbol_name(sym)).filter(|_| has_marks) {
                Some(is_data) => marks.push((sym.section, sym.value, is_data)),
                None => symbols.push((sym.section, sym.value, !sym.is_func(), id)),
            }
        }
        symbols.sort_unstable();
        // Of several at one place the last one counts, so their order must stay.
        marks.sort_by_key(|(section, offset, _)| (*section, *offset));
        Self { file, symbols, marks }
    }

    /// Whether there is data among the code at a place.
    pub fn is_data(&self, section: SectionId, offset: u64) -> bool {
        let after = self.marks.partition_point(|(sec, value, _)| (*sec, *value) <= (section, offset));
        let last = after.checked_sub(1).and_then(|last| self.marks.get(last));
        last.is_some_and(|(sec, _, is_data)| *sec == section && *is_data)
    }

    /// The place `offset` in `section`, such as `.text: do_exit+0x12`.
    pub fn name(&self, section: SectionId, offset: u64) -> String {
        let section_name = self.section_name(section);
        match self.symbol_before(section, offset) {
            Some((start, symbol)) => format!("{section_name}: {}+{:#x}", self.symbol_name(symbol), offset - start),
            None => format!("{section_name}+{offset:#x}"),
        }
    }

    /// Start of the function or other symbol that `offset` is in, or else of the section.
    pub fn start(&self, section: SectionId, offset: u64) -> u64 {
        self.symbol_before(section, offset).map_or(0, |(start, _)| start)
    }

    /// The last symbol that starts at or before `offset`.
    fn symbol_before(&self, section: SectionId, offset: u64) -> Option<(u64, SymbolId)> {
        let end = self.symbols.partition_point(|(sec, value, _, _)| (*sec, *value) <= (section, offset));
        let (sec, start, _, _) = *self.symbols.get(end.checked_sub(1)?)?;
        if sec != section {
            return None;
        }
        let first = self.symbols.partition_point(|(sec, value, _, _)| (*sec, *value) < (section, start));
        self.symbols.get(first).map(|(_, value, _, id)| (*value, *id))
    }

    pub fn section_name(&self, section: SectionId) -> String {
        let section = self.file.sections.get(section.index());
        section.map_or("?".into(), |section| String::from_utf8_lossy(section.name).into_owned())
    }

    /// The symbol's name; for a section symbol the section's.
    pub fn symbol_name(&self, id: SymbolId) -> String {
        match self.file.symbol(id) {
            Some(sym) if sym.is_section() => self.section_name(sym.section),
            Some(sym) => String::from_utf8_lossy(self.file.symbol_name(sym)).into_owned(),
            None => format!("symbol {}", id.0),
        }
    }

    /// What `symbol + addend` means, by name where it is a section symbol.
    pub fn target(&self, symbol: SymbolId, addend: i64) -> String {
        if let Some(sym) = self.file.symbol(symbol)
            && sym.is_section()
            && let Ok(offset) = u64::try_from(addend)
        {
            return self.name(sym.section, offset);
        }
        let sign = if addend < 0 { '-' } else { '+' };
        format!("{}{sign}{:#x}", self.symbol_name(symbol), addend.unsigned_abs())
    }
}
