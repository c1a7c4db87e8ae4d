// SPDX-License-Identifier: GPL-2.0-only

//! An object of `testdata/arm64` that a test damages.

use postlink::arm64::tables;
use postlink::arm64::tables::TableOptions;
use postlink::elf::ElfFile;
use postlink::elf::Symbol;

use crate::common;
use crate::common::damaged;
use crate::common::damaged::Field;
use crate::common::damaged::R_ADDEND;
use crate::common::damaged::R_SYM;
use crate::common::damaged::R_TYPE;

/// The object. Every change makes another one.
#[derive(Clone)]
pub struct Object(pub damaged::Object);

/// What relocations become: `R_AARCH64_NONE` stands for one that was lost.
pub const NONE: u32 = 0;

impl Object {
    /// An object as it was built.
    pub fn whole(name: &str) -> Self {
        Self::of(common::read(&format!("arm64/{name}")))
    }

    /// An object of these bytes.
    pub fn of(bytes: Vec<u8>) -> Self {
        Self(damaged::Object(bytes))
    }

    /// The bytes of the file.
    pub fn bytes(self) -> Vec<u8> {
        self.0.0
    }

    /// Offset of a symbol in its section.
    pub fn symbol(&self, name: &str) -> u64 {
        self.0.get(self.0.symbol_field(name, damaged::ST_VALUE))
    }

    /// Overwrites bytes of a section.
    pub fn patch(mut self, section: &str, offset: u64, bytes: &[u8]) -> Self {
        self.0.put(section, offset as usize, bytes);
        self
    }

    /// Overwrites an instruction of a section.
    pub fn insn(self, section: &str, offset: u64, word: u32) -> Self {
        self.patch(section, offset, &word.to_le_bytes())
    }

    /// Overwrites an instruction of `.text`, counted from a symbol.
    pub fn insn_of(self, symbol: &str, distance: i64, word: u32) -> Self {
        let offset = self.symbol(symbol).wrapping_add_signed(distance);
        self.insn(".text", offset, word)
    }

    /// Changes a field of a section header.
    pub fn header(mut self, section: &str, field: Field, change: impl FnOnce(u64) -> u64) -> Self {
        let field = self.0.header(section, field);
        self.0.set(field, change(self.0.get(field)));
        self
    }

    /// Replaces a name by one of the same length.
    pub fn rename(mut self, from: &str, to: &str) -> Self {
        // Other names may end in this one and share its bytes.
        let from = [from.as_bytes(), b"\0"].concat();
        let at = memchr::memmem::find(&self.0.0, &from).expect("the name");
        self.0.0[at..at + to.len()].copy_from_slice(to.as_bytes());
        self
    }

    /// Changes type and addend of the relocation at `offset` of a section.
    pub fn reloc(mut self, section: &str, offset: u64, change: impl FnOnce(&mut u32, &mut i64)) -> Self {
        let [kind_at, addend_at] =
            [R_TYPE, R_ADDEND].map(|field| self.0.reloc(section, self.record(section, offset), field));
        let (mut kind, mut addend) = (self.0.get(kind_at) as u32, self.0.get(addend_at).cast_signed());
        change(&mut kind, &mut addend);
        self.0.set(kind_at, kind.into());
        self.0.set(addend_at, addend.cast_unsigned());
        self
    }

    /// Moves what the relocation at `offset` refers to.
    pub fn shift(self, section: &str, offset: u64, by: i64) -> Self {
        self.reloc(section, offset, |_, addend| *addend += by)
    }

    /// Takes the relocation at `offset` away.
    pub fn lose(self, section: &str, offset: u64) -> Self {
        self.reloc(section, offset, |kind, _| *kind = NONE)
    }

    /// Lets the relocation at `offset` refer to a symbol, or to the section of that name.
    pub fn retarget(mut self, section: &str, offset: u64, symbol: &str) -> Self {
        let is_it = |elf: &ElfFile<'_>, sym: &Symbol| match sym.is_section() {
            true => elf.section(sym.section).name == symbol.as_bytes(),
            false => elf.symbol_name(sym) == symbol.as_bytes(),
        };
        let number = self.0.with(|elf| elf.symbols.iter().position(|sym| is_it(elf, sym)));
        let number = number.unwrap_or_else(|| panic!("no symbol {symbol}"));
        let nth = self.record(section, offset);
        self.0.set(self.0.reloc(section, nth, R_SYM), number as u64);
        self.0.set(self.0.reloc(section, nth, R_ADDEND), 0);
        self
    }

    /// Number of the relocation at `offset` of a section.
    fn record(&self, section: &str, offset: u64) -> usize {
        let target = self.0.section(section);
        let find = |elf: &ElfFile<'_>| {
            let mut tables = elf.section_ids().filter_map(|id| elf.relocs_in(id));
            let relocs = tables.find(|relocs| relocs.target.index() == target);
            let relocs = relocs.unwrap_or_else(|| panic!("{section} has no relocations"));
            relocs.iter().position(|reloc| reloc.offset == offset)
        };
        self.0.with(find).unwrap_or_else(|| panic!("{section}+{offset:#x} has no relocation"))
    }

    /// Identifiers and sentences of everything that is found, noinstr code included.
    pub fn findings(&self) -> Vec<(&'static str, String)> {
        let options = TableOptions { noinstr: true, ..TableOptions::default() };
        let found = self.0.with(|elf| tables::check(elf, &options));
        found.iter().map(|finding| (finding.kind.id(), finding.text())).collect()
    }

    /// Expects exactly one finding.
    #[track_caller]
    pub fn expect(self, id: &str) {
        self.expect_all(&[id]);
    }

    /// Expects these findings, in this order.
    #[track_caller]
    pub fn expect_all(self, ids: &[&str]) {
        let found = self.findings();
        let found_ids: Vec<&str> = found.iter().map(|(id, _)| *id).collect();
        assert_eq!(found_ids, ids, "{found:#?}");
    }
}
