//! An object that is damaged on purpose: single fields are overwritten in place.

use postlink::elf::ElfFile;
use postlink::elf::SectionId;

/// The bytes of a 64-bit little-endian object.
pub struct Object(pub Vec<u8>);

/// Fields of a section header: offset and width.
pub const SH_FLAGS: (usize, usize) = (8, 8);
pub const SH_SIZE: (usize, usize) = (32, 8);
pub const SH_LINK: (usize, usize) = (40, 4);

/// Fields of a relocation with addend.
pub const R_OFFSET: (usize, usize) = (0, 8);
pub const R_TYPE: (usize, usize) = (8, 4);
pub const R_SYM: (usize, usize) = (12, 4);
pub const R_ADDEND: (usize, usize) = (16, 8);

/// Fields of a symbol.
pub const ST_INFO: (usize, usize) = (4, 1);
pub const ST_VALUE: (usize, usize) = (8, 8);

impl Object {
    fn with<T>(&self, look: impl FnOnce(&ElfFile<'_>) -> T) -> T {
        look(&ElfFile::parse(&self.0).expect("the object is whole before it is damaged"))
    }

    /// Number of the last section of this name.
    pub fn section(&self, name: &str) -> usize {
        let found = self.with(|elf| elf.section_ids().rev().find(|id| elf.section(*id).name == name.as_bytes()));
        found.unwrap_or_else(|| panic!("no section {name}")).index()
    }

    /// Number of the symbol of this name.
    pub fn symbol(&self, name: &str) -> usize {
        let found = self.with(|elf| elf.symbols.iter().position(|sym| elf.symbol_name(sym) == name.as_bytes()));
        found.unwrap_or_else(|| panic!("no symbol {name}"))
    }

    /// Place of a section's contents in the file.
    pub fn contents(&self, name: &str) -> usize {
        let id = SectionId(self.section(name) as u32);
        self.with(|elf| elf.section(id).offset as usize)
    }

    fn table(&self, of: impl FnOnce(&ElfFile<'_>) -> usize) -> usize {
        self.with(of)
    }

    /// Place of a field of a section header.
    pub fn header(&self, name: &str, field: (usize, usize)) -> (usize, usize) {
        let start = self.table(|elf| elf.section_headers_offset as usize) + self.section(name) * 64;
        (start + field.0, field.1)
    }

    /// Place of a field of the `nth` relocation of a section.
    pub fn reloc(&self, section: &str, nth: usize, field: (usize, usize)) -> (usize, usize) {
        (self.contents(&format!(".rela{section}")) + nth * 24 + field.0, field.1)
    }

    /// Number of the first relocation of a section that refers to a symbol.
    pub fn reloc_to(&self, section: &str, symbol: &str) -> usize {
        let wanted = self.symbol(symbol);
        let id = SectionId(self.section(&format!(".rela{section}")) as u32);
        let relocs =
            |elf: &ElfFile<'_>| elf.relocs_in(id).expect("relocations").iter().position(|r| r.symbol.index() == wanted);
        self.with(relocs).unwrap_or_else(|| panic!("{section} does not refer to {symbol}"))
    }

    /// Place of a field of a symbol.
    pub fn symbol_field(&self, name: &str, field: (usize, usize)) -> (usize, usize) {
        let start = self.table(|elf| elf.section(elf.symtab).offset as usize) + self.symbol(name) * 24;
        (start + field.0, field.1)
    }

    /// Reads a number.
    pub fn get(&self, (at, width): (usize, usize)) -> u64 {
        let mut raw = [0; 8];
        raw[..width].copy_from_slice(&self.0[at..at + width]);
        u64::from_le_bytes(raw)
    }

    /// Overwrites a number.
    pub fn set(&mut self, (at, width): (usize, usize), value: u64) {
        self.0[at..at + width].copy_from_slice(&value.to_le_bytes()[..width]);
    }

    /// Overwrites bytes of a section.
    pub fn put(&mut self, section: &str, offset: usize, bytes: &[u8]) {
        let at = self.contents(section) + offset;
        self.0[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// Replaces the first string `old` of the whole file that stands between NULs.
    pub fn rename(&mut self, old: &str, new: &str) {
        assert_eq!(old.len(), new.len(), "names are overwritten in place");
        let needle = [b"\0", old.as_bytes(), b"\0"].concat();
        let at = self.0.windows(needle.len()).rposition(|window| window == needle);
        let at = at.unwrap_or_else(|| panic!("no string {old}")) + 1;
        self.0[at..at + new.len()].copy_from_slice(new.as_bytes());
    }

    /// Replaces bytes wherever they are.
    pub fn replace(&mut self, old: &[u8], new: &[u8]) {
        assert_eq!(old.len(), new.len(), "bytes are overwritten in place");
        let at = self.0.windows(old.len()).position(|window| window == old).expect("the bytes are there");
        self.0[at..at + new.len()].copy_from_slice(new);
    }

    /// Takes the last records from a table: its contents, and its relocations.
    pub fn shorten(&mut self, section: &str, bytes: u64, relocs: u64) {
        let size = self.header(section, SH_SIZE);
        self.set(size, self.get(size) - bytes);
        if relocs > 0 {
            let size = self.header(&format!(".rela{section}"), SH_SIZE);
            self.set(size, self.get(size) - relocs * 24);
        }
    }

    /// Leaves nothing of a table.
    pub fn empty(&mut self, section: &str) {
        self.set(self.header(section, SH_SIZE), 0);
        let relocs = format!(".rela{section}");
        let has_relocs = self.with(|elf| elf.sections.iter().any(|sec| sec.name == relocs.as_bytes()));
        if has_relocs {
            self.set(self.header(&relocs, SH_SIZE), 0);
        }
    }
}

impl Object {
    /// Number of the first relocation in the code of a function.
    pub fn with_code_reloc(&self, section: &str, function: &str) -> usize {
        let start = self.get(self.symbol_field(function, ST_VALUE));
        let mut inside = (0..).filter(|nth| self.get(self.reloc(section, *nth, R_OFFSET)) > start);
        inside.next().expect("the code refers to something")
    }

    /// Place of the first byte of this value in a section, at or after an offset.
    pub fn find(&self, section: &str, from: usize, byte: u8) -> usize {
        let start = self.contents(section);
        let found = self.0[start + from..].iter().position(|other| *other == byte);
        from + found.expect("the byte is there")
    }

    /// Name of the first symbol that starts so.
    pub fn name_starting(&self, start: &str) -> String {
        let names = |elf: &ElfFile<'_>| {
            let mut names = elf.symbols.iter().map(|sym| String::from_utf8_lossy(elf.symbol_name(sym)).into_owned());
            names.find(|name| name.starts_with(start))
        };
        self.with(names).unwrap_or_else(|| panic!("no symbol {start}…"))
    }
}
