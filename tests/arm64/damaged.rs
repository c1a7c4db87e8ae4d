//! An object of `testdata/arm64` that a test damages.

use std::fs;
use std::path::Path;

use postlink::arm64::tables;
use postlink::arm64::tables::Options;
use postlink::elf::ElfFile;
use postlink::elf::SectionId;

/// Sizes of a relocation record and of a section header, and fields of the header.
const RELA: usize = 24;
const HEADER: usize = 64;
pub const SH_FLAGS: usize = 8;
pub const SH_SIZE: usize = 32;
pub const SH_LINK: usize = 40;
pub const SH_ALIGN: usize = 48;

/// The object.
#[derive(Clone)]
pub struct Object {
    pub bytes: Vec<u8>,
}

/// What relocations become: `R_AARCH64_NONE` stands for one that was lost.
pub const NONE: u32 = 0;

impl Object {
    /// An object as it was built.
    pub fn whole(name: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/arm64").join(name);
        let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self { bytes }
    }

    fn elf(&self) -> ElfFile<'_> {
        ElfFile::parse(&self.bytes).expect("an object")
    }

    fn section(&self, name: &str) -> SectionId {
        let elf = self.elf();
        let mut ids = elf.section_ids().filter(|id| elf.section(*id).name == name.as_bytes());
        ids.next().unwrap_or_else(|| panic!("no section {name}"))
    }

    /// Offset of a symbol in its section.
    pub fn symbol(&self, name: &str) -> u64 {
        let elf = self.elf();
        let found = elf.symbols.iter().find(|symbol| elf.symbol_name(symbol) == name.as_bytes());
        found.unwrap_or_else(|| panic!("no symbol {name}")).value
    }

    /// Overwrites bytes of a section.
    pub fn patch(mut self, section: &str, offset: u64, bytes: &[u8]) -> Self {
        let start = self.elf().section(self.section(section)).offset + offset;
        self.bytes[start as usize..][..bytes.len()].copy_from_slice(bytes);
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
    pub fn header(mut self, section: &str, field: usize, change: impl FnOnce(u64) -> u64) -> Self {
        let start = self.elf().section_headers_offset as usize + HEADER * self.section(section).index() + field;
        let field = &mut self.bytes[start..start + 8];
        let value = u64::from_le_bytes(field.try_into().expect("8 bytes"));
        field.copy_from_slice(&change(value).to_le_bytes());
        self
    }

    /// Replaces a name by one of the same length.
    pub fn rename(mut self, from: &str, to: &str) -> Self {
        // Other names may end in this one and share its bytes.
        let from = [from.as_bytes(), b"\0"].concat();
        let at = self.bytes.windows(from.len()).position(|bytes| bytes == from).expect("the name");
        self.bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
        self
    }

    /// Changes type and addend of the relocation at `offset` of a section.
    pub fn reloc(mut self, section: &str, offset: u64, change: impl FnOnce(&mut u32, &mut i64)) -> Self {
        let start = self.record(section, offset);
        let record = &mut self.bytes[start..start + RELA];
        let mut kind = u32::from_le_bytes(record[8..12].try_into().expect("4 bytes"));
        let mut addend = i64::from_le_bytes(record[16..24].try_into().expect("8 bytes"));
        change(&mut kind, &mut addend);
        record[8..12].copy_from_slice(&kind.to_le_bytes());
        record[16..24].copy_from_slice(&addend.to_le_bytes());
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
        let elf = self.elf();
        let is_it = |symbol_: &postlink::elf::Symbol| match symbol_.is_section() {
            true => elf.section(symbol_.section).name == symbol.as_bytes(),
            false => elf.symbol_name(symbol_) == symbol.as_bytes(),
        };
        let number = elf.symbols.iter().position(is_it).unwrap_or_else(|| panic!("no symbol {symbol}"));
        let start = self.record(section, offset);
        self.bytes[start + 12..start + 16].copy_from_slice(&(number as u32).to_le_bytes());
        self.bytes[start + 16..start + 24].fill(0);
        self
    }

    /// Where in the file the relocation at `offset` of a section is.
    fn record(&self, section: &str, offset: u64) -> usize {
        let elf = self.elf();
        let target = self.section(section);
        let mut tables = elf.section_ids().filter_map(|id| elf.relocs_in(id)).filter(|relocs| relocs.target == target);
        let relocs = tables.next().unwrap_or_else(|| panic!("{section} has no relocations"));
        let index = relocs.iter().position(|reloc| reloc.offset == offset);
        let index = index.unwrap_or_else(|| panic!("{section}+{offset:#x} has no relocation"));
        elf.section(relocs.section).offset as usize + index * RELA
    }

    /// Identifiers and sentences of everything that is found, noinstr code included.
    pub fn findings(&self) -> Vec<(&'static str, String)> {
        let options = Options { noinstr: true, ..Options::default() };
        let found = tables::check(&self.elf(), &options);
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
