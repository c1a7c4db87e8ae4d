// SPDX-License-Identifier: GPL-2.0-only

//! Building small relocatable objects of either class and byte order.

/// Word size, byte order and machine of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Target {
    /// 64-bit, else 32-bit.
    pub is_64: bool,
    /// Big endian, else little.
    pub is_big: bool,
    /// `e_machine`.
    pub machine: u16,
    /// `e_type`.
    pub kind: u16,
}

impl Target {
    /// x86-64.
    pub const X86_64: Self = Self { is_64: true, is_big: false, machine: 62, kind: 1 };
}

/// One section.
#[derive(Debug, Clone, Default)]
pub struct Section {
    pub name: String,
    pub kind: u32,
    pub flags: u64,
    pub link: u32,
    pub info: u32,
    pub entsize: u64,
    pub data: Vec<u8>,
    /// `sh_size` of a section without contents.
    pub nobits_size: u64,
}

/// One symbol.
#[derive(Debug, Clone, Default)]
pub struct Symbol {
    pub name: String,
    pub value: u64,
    pub size: u64,
    pub info: u8,
    pub shndx: u16,
}

/// A relocation of `section`.
#[derive(Debug, Clone)]
pub struct Reloc {
    pub section: usize,
    pub offset: u64,
    pub symbol: u32,
    pub kind: u32,
    /// `None` makes an entry of `SHT_REL`.
    pub addend: Option<i64>,
}

/// An object under construction.
#[derive(Debug, Clone)]
pub struct Object {
    pub target: Target,
    pub sections: Vec<Section>,
    pub symbols: Vec<Symbol>,
    pub relocs: Vec<Reloc>,
    /// Leave the symbol table out.
    pub no_symtab: bool,
}

/// Appends numbers in an object's byte order.
pub struct Out {
    pub target: Target,
    pub bytes: Vec<u8>,
}

impl Out {
    pub fn new(target: Target) -> Self {
        Self { target, bytes: Vec::new() }
    }

    pub fn number(&mut self, value: u64, width: usize) {
        let bytes = value.to_le_bytes();
        let low = &bytes[..width];
        if self.target.is_big {
            self.bytes.extend(low.iter().rev());
        } else {
            self.bytes.extend(low);
        }
    }

    pub fn half(&mut self, value: u16) {
        self.number(value.into(), 2);
    }

    pub fn word(&mut self, value: u32) {
        self.number(value.into(), 4);
    }

    /// A number as wide as an address.
    pub fn address(&mut self, value: u64) {
        self.number(value, if self.target.is_64 { 8 } else { 4 });
    }
}

impl Object {
    pub fn new(target: Target) -> Self {
        let null = Section::default();
        Self { target, sections: vec![null], symbols: vec![Symbol::default()], relocs: Vec::new(), no_symtab: false }
    }

    /// Index of the section called `name`, added if there is none.
    pub fn section(&mut self, name: &str) -> usize {
        if let Some(index) = self.sections.iter().position(|section| section.name == name && section.kind != 0) {
            return index;
        }
        let flags = match name {
            ".modinfo" | ".export_symbol" => 2,
            _ if name.contains("text") => 6,
            _ => 3,
        };
        self.sections.push(Section { name: name.to_owned(), kind: 1, flags, ..Section::default() });
        self.sections.len() - 1
    }

    /// Index of the symbol called `name`.
    pub fn symbol(&self, name: &str) -> u32 {
        let index = self.symbols.iter().position(|symbol| symbol.name == name);
        index.unwrap_or_else(|| panic!("no symbol {name}")) as u32
    }

    /// The object file.
    pub fn bytes(&self) -> Vec<u8> {
        let mut sections = self.sections.clone();
        let symtab = self.add_relocs(&mut sections);
        if !self.no_symtab {
            self.add_symtab(&mut sections, symtab);
        }
        let mut names = vec![0];
        sections.push(Section { name: ".shstrtab".to_owned(), kind: 3, ..Section::default() });
        let offsets: Vec<u32> = sections.iter().map(|section| add_string(&mut names, &section.name)).collect();
        sections.last_mut().expect("sections").data = names;
        self.lay_out(&sections, &offsets)
    }

    /// Adds relocation sections; the result is the number the symbol table will have.
    fn add_relocs(&self, sections: &mut Vec<Section>) -> u32 {
        let mut of: Vec<(usize, bool)> =
            self.relocs.iter().map(|reloc| (reloc.section, reloc.addend.is_some())).collect();
        of.sort_unstable();
        of.dedup();
        let symtab = (sections.len() + of.len()) as u32;
        for (section, is_rela) in of {
            let mut out = Out::new(self.target);
            let here = self.relocs.iter().filter(|reloc| reloc.section == section && reloc.addend.is_some() == is_rela);
            for reloc in here {
                out.address(reloc.offset);
                out.reloc_info(reloc);
                if let Some(addend) = reloc.addend {
                    out.address(addend.cast_unsigned());
                }
            }
            let (prefix, kind) = if is_rela { (".rela", 4) } else { (".rel", 9) };
            let name = format!("{prefix}{}", sections.get(section).map_or("", |section| &section.name));
            let info = section as u32;
            sections.push(Section { name, kind, link: symtab, info, data: out.bytes, ..Section::default() });
        }
        symtab
    }

    fn add_symtab(&self, sections: &mut Vec<Section>, index: u32) {
        let mut strings = vec![0];
        let mut out = Out::new(self.target);
        for symbol in &self.symbols {
            out.word(add_string(&mut strings, &symbol.name));
            if self.target.is_64 {
                out.bytes.extend([symbol.info, 0]);
                out.half(symbol.shndx);
                out.address(symbol.value);
                out.address(symbol.size);
            } else {
                out.address(symbol.value);
                out.address(symbol.size);
                out.bytes.extend([symbol.info, 0]);
                out.half(symbol.shndx);
            }
        }
        let entsize = if self.target.is_64 { 24 } else { 16 };
        sections.push(Section {
            name: ".symtab".to_owned(),
            kind: 2,
            link: index + 1,
            entsize,
            data: out.bytes,
            ..Section::default()
        });
        sections.push(Section { name: ".strtab".to_owned(), kind: 3, data: strings, ..Section::default() });
    }

    fn lay_out(&self, sections: &[Section], names: &[u32]) -> Vec<u8> {
        let (header, entry) = if self.target.is_64 { (64, 64) } else { (52, 40) };
        let mut offsets = Vec::new();
        let mut end: usize = header;
        for section in sections {
            end = end.next_multiple_of(8);
            offsets.push(if section.kind == 0 { 0 } else { end });
            end += section.data.len();
        }
        let table = end.next_multiple_of(8);
        let mut out = Out::new(self.target);
        let data = if self.target.is_big { 2 } else { 1 };
        out.bytes.extend([0x7f, b'E', b'L', b'F', if self.target.is_64 { 2 } else { 1 }, data, 1]);
        out.bytes.resize(16, 0);
        out.half(self.target.kind);
        out.half(self.target.machine);
        out.word(1);
        out.address(0);
        out.address(0);
        out.address(table as u64);
        out.word(0);
        for value in [header, 0, 0, entry, sections.len(), sections.len() - 1] {
            out.half(value as u16);
        }
        for (section, offset) in sections.iter().zip(&offsets) {
            out.bytes.resize((*offset).max(out.bytes.len()), 0);
            out.bytes.extend(&section.data);
        }
        out.bytes.resize(table, 0);
        for ((section, name), offset) in sections.iter().zip(names).zip(&offsets) {
            out.section_header(section, *name, *offset);
        }
        out.bytes
    }
}

impl Out {
    fn reloc_info(&mut self, reloc: &Reloc) {
        const EM_MIPS: u16 = 8;
        match (self.target.is_64, self.target.machine) {
            (true, EM_MIPS) => {
                self.word(reloc.symbol);
                self.bytes.extend(reloc.kind.to_be_bytes());
            }
            (true, _) => self.address(u64::from(reloc.symbol) << 32 | u64::from(reloc.kind)),
            (false, _) => self.word(reloc.symbol << 8 | reloc.kind & 0xff),
        }
    }

    fn section_header(&mut self, section: &Section, name: u32, offset: usize) {
        self.word(name);
        self.word(section.kind);
        self.address(section.flags);
        self.address(0);
        self.address(offset as u64);
        self.address(section.nobits_size.max(section.data.len() as u64));
        self.word(section.link);
        self.word(section.info);
        self.address(1);
        self.address(section.entsize);
    }
}

fn add_string(table: &mut Vec<u8>, text: &str) -> u32 {
    if text.is_empty() {
        return 0;
    }
    let at = table.len();
    table.extend(text.as_bytes());
    table.push(0);
    at as u32
}
