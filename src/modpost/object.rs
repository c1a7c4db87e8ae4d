// SPDX-License-Identifier: GPL-2.0-only

//! One input object, opened: headers are decoded, contents are read when somebody asks for them.
//!
//! An LTO `vmlinux.o` has hundreds of megabytes, of which `modpost` needs the symbols and some relocations. The tables
//! are decoded as [`crate::elf::ElfFile`] does, but checked less strictly: what the original does not look at may be broken.
//!
//! Upstream: `parse_elf()`.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use object::Endianness;
use object::elf;
use object::read::elf::FileHeader;

use super::finding::ModpostFinding;
use super::text::c_string;
use super::text::c_string_at;
use crate::elf::Class;
use crate::elf::SectionHeader;
use crate::elf::names_index;
use crate::elf::section_count;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// Why an object is not read.
#[derive(Debug)]
pub enum OpenError {
    /// It cannot be opened or mapped.
    Io(io::Error),
    /// It is too short or has no ELF magic; such files are skipped without a word (bitcode, empty objects).
    NotElf,
    /// It is broken, which stops the run.
    Fatal(ModpostFinding),
}

impl From<ModpostFinding> for OpenError {
    fn from(finding: ModpostFinding) -> Self {
        Self::Fatal(finding)
    }
}

/// Where the bytes of an object are.
#[derive(Debug, Clone)]
pub enum Bytes {
    /// On disk; what is needed of them is read when it is.
    File(Arc<File>),
    /// In memory, since somebody has read all of it already.
    Memory(Arc<Vec<u8>>),
}

impl Bytes {
    /// Opens a file.
    pub fn of_file(path: &Path) -> io::Result<Self> {
        Ok(Self::File(Arc::new(File::open(path)?)))
    }

    /// Number of bytes.
    fn size(&self) -> io::Result<u64> {
        match self {
            Self::File(file) => mappable_size(file),
            Self::Memory(bytes) => Ok(bytes.len() as u64),
        }
    }

    /// Fills `part` with the bytes from `offset` on.
    fn read_exact_at(&self, part: &mut [u8], offset: u64) -> io::Result<()> {
        let bytes = match self {
            Self::File(file) => return file.read_exact_at(part, offset),
            Self::Memory(bytes) => bytes,
        };
        let from = usize::try_from(offset).ok().and_then(|offset| bytes.get(offset..));
        let found = from.and_then(|bytes| bytes.get(..part.len())).ok_or(io::ErrorKind::UnexpectedEof)?;
        part.copy_from_slice(found);
        Ok(())
    }
}

/// An open object.
#[derive(Debug)]
pub struct ModuleObject {
    bytes: Bytes,
    /// Size of the file in bytes.
    pub size: u64,
    /// Word size.
    pub class: Class,
    /// Byte order.
    pub endian: Endianness,
    /// `e_type`.
    pub kind: u16,
    /// `e_machine`.
    pub machine: u16,
    /// All section headers; number 0 is the null section.
    pub sections: Vec<SectionHeader>,
    /// The section names' string table.
    pub names: Vec<u8>,
    /// The last section `.modinfo`.
    pub modinfo: Option<usize>,
    /// The last section `.export_symbol`, or 0.
    pub export_symbol: usize,
    /// The last section `.no_trim_symbol`.
    pub no_trim_symbol: Option<usize>,
    /// The last symbol table.
    pub symtab: usize,
    /// The last table of extended section indices.
    pub symtab_shndx: Option<usize>,
}

impl ModuleObject {
    /// Opens the object called `name` (for messages) at `path`.
    pub fn open(path: &Path, name: &[u8], profile: &ModpostProfile) -> Result<Self, OpenError> {
        Self::of_bytes(Bytes::of_file(path).map_err(OpenError::Io)?, name, profile)
    }

    /// Opens the object called `name` (for messages) that has these bytes.
    pub fn of_bytes(bytes: Bytes, name: &[u8], profile: &ModpostProfile) -> Result<Self, OpenError> {
        let size = bytes.size().map_err(OpenError::Io)?;
        let mut start = [0; 64];
        let known = usize::try_from(size).map_or(start.len(), |size| size.min(start.len()));
        let Some(ident) = start.get_mut(..known) else { return Err(OpenError::NotElf) };
        bytes.read_exact_at(ident, 0).map_err(OpenError::Io)?;
        let is_32 = start.get(4) == Some(&elf::ELFCLASS32);
        if known < if is_32 { 52 } else { 64 } || !start.starts_with(&elf::ELFMAG) {
            return Err(OpenError::NotElf);
        }
        let endian = match start.get(5) {
            Some(&1) => Endianness::Little,
            Some(&2) => Endianness::Big,
            _ if profile.has(Behaviour::EndianChecked) => return Err(ModpostFinding::UnknownEndian.into()),
            // Older series are built for one byte order and do not look.
            _ => Endianness::Little,
        };
        let opening = Opening { bytes, size, endian, name, profile };
        if is_32 {
            opening.decode::<elf::FileHeader32<Endianness>>(&start, Class::Elf32)
        } else {
            opening.decode::<elf::FileHeader64<Endianness>>(&start, Class::Elf64)
        }
    }

    /// Name of section `index`; empty for an index that no section has.
    ///
    /// Upstream: `sec_name()`.
    pub fn section_name(&self, index: usize) -> &[u8] {
        self.sections.get(index).map_or(&[], |header| c_string_at(&self.names, header.name_offset as usize))
    }

    /// Reads `size` bytes at `offset` of the file; `what` names them in the error. The original maps the file, so it finds
    /// zeros between its end and the end of the last page.
    pub fn read(&self, offset: u64, size: u64, what: &str) -> Result<Vec<u8>, ModpostFinding> {
        let fits = offset.checked_add(size).is_some_and(|end| end <= self.mapped_size());
        let (true, Ok(size)) = (fits, usize::try_from(size)) else {
            let where_to = format!("{size} bytes at offset {offset} are past the end of the file");
            return Err(ModpostFinding::malformed(format!("{what}: {where_to}")));
        };
        let mut bytes = vec![0; size];
        let there = usize::try_from(self.size.saturating_sub(offset)).map_or(size, |there| there.min(size));
        let part = bytes.get_mut(..there).unwrap_or_default();
        self.bytes
            .read_exact_at(part, offset)
            .map_err(|error| ModpostFinding::malformed(format!("{what}: {error}")))?;
        Ok(bytes)
    }

    /// Reads `size` bytes at `offset`, or as many as there are.
    pub fn read_up_to(&self, offset: u64, size: u64, what: &str) -> Result<Vec<u8>, ModpostFinding> {
        self.read(offset, size.min(self.mapped_size().saturating_sub(offset)), what)
    }

    /// Where the mapping of the file ends.
    fn mapped_size(&self) -> u64 {
        const PAGE: u64 = 4096;
        self.size.checked_next_multiple_of(PAGE).unwrap_or(self.size)
    }

    /// Reads the contents of section `index`, and on to the next NUL if the section does not end with one: the original
    /// reads strings without regard to where their section ends. It takes the lower 32 bits of the size.
    pub fn read_strings(&self, index: usize) -> Result<Vec<u8>, ModpostFinding> {
        let Some(header) = self.sections.get(index) else { return Ok(Vec::new()) };
        let what = format!("section {index}");
        let size = header.size & u64::from(u32::MAX);
        let mut bytes = self.read(header.offset, size, &what)?;
        // Of an empty section the first string is looked at all the same.
        if bytes.last() != Some(&0) {
            let end = header.offset.saturating_add(size);
            bytes.extend(self.read_string(end, &what)?);
            bytes.push(0);
        }
        Ok(bytes)
    }

    /// Reads up to the first NUL after `offset`, or to the end of the file.
    pub fn read_string(&self, offset: u64, what: &str) -> Result<Vec<u8>, ModpostFinding> {
        const STEP: u64 = 256;
        let mut bytes = Vec::new();
        loop {
            let at = offset.saturating_add(bytes.len() as u64);
            let more = self.read_up_to(at, STEP, what)?;
            let string = c_string(&more);
            bytes.extend_from_slice(string);
            if string.len() < more.len() || more.is_empty() {
                return Ok(bytes);
            }
        }
    }

    /// Name of the section that the relocations in `section` belong to.
    pub fn source_name(&self, section: usize, profile: &ModpostProfile) -> &[u8] {
        let Some(header) = self.sections.get(section) else { return &[] };
        if !profile.has(Behaviour::SourceByRelocName) {
            return self.section_name(header.info as usize);
        }
        let prefix = if header.kind == elf::SHT_RELA { ".rela" } else { ".rel" };
        c_string_at(&self.names, (header.name_offset as usize).saturating_add(prefix.len()))
    }

    /// `value` reduced to the width of an address.
    pub fn address(&self, value: u64) -> u64 {
        match self.class {
            Class::Elf32 => value & u64::from(u32::MAX),
            Class::Elf64 => value,
        }
    }
}

/// The size of a file that the original could map; the errors are those of `mmap(2)`.
fn mappable_size(file: &File) -> io::Result<u64> {
    const ENODEV: i32 = 19;
    const EINVAL: i32 = 22;
    let meta = file.metadata()?;
    if meta.is_dir() {
        return Err(io::Error::from_raw_os_error(ENODEV));
    }
    if meta.len() == 0 {
        return Err(io::Error::from_raw_os_error(EINVAL));
    }
    Ok(meta.len())
}

/// An object whose header is known, before its class is.
struct Opening<'a> {
    bytes: Bytes,
    size: u64,
    endian: Endianness,
    name: &'a [u8],
    profile: &'a ModpostProfile,
}

impl Opening<'_> {
    fn decode<H: FileHeader<Endian = Endianness>>(self, start: &[u8], class: Class) -> Result<ModuleObject, OpenError> {
        let e = self.endian;
        let (header, _) = object::from_bytes::<H>(start).map_err(|()| OpenError::NotElf)?;
        if header.e_type(e) != elf::ET_REL && self.profile.has(Behaviour::RelocatableRequired) {
            return Err(ModpostFinding::NotRelocatable { file: self.name.into() }.into());
        }
        let offset: u64 = header.e_shoff(e).into();
        if offset > self.size {
            return Err(ModpostFinding::HeadersPastEnd { offset, file: self.name.into(), size: self.size }.into());
        }
        let (kind, machine) = (header.e_type(e), header.e_machine(e));
        let (shnum, shstrndx) = (header.e_shnum(e), header.e_shstrndx(e));
        let mut object = ModuleObject {
            bytes: self.bytes,
            size: self.size,
            class,
            endian: e,
            kind,
            machine,
            sections: Vec::new(),
            names: Vec::new(),
            modinfo: None,
            export_symbol: 0,
            no_trim_symbol: None,
            symtab: 0,
            symtab_shndx: None,
        };
        let needs_first = shnum == 0 || shstrndx == elf::SHN_XINDEX;
        let first = if needs_first { object.read_headers::<H>(offset, 1)?.first().copied() } else { None };
        let count = section_count(header, e, first.as_ref());
        let names = names_index(header, e, first.as_ref()) as usize;
        object.sections = object.read_headers::<H>(offset, count)?;
        object.find_sections(names, self.name, size_of::<H>())?;
        Ok(object)
    }
}

impl ModuleObject {
    /// Decodes `count` section headers at `offset`.
    fn read_headers<H: FileHeader<Endian = Endianness>>(
        &self,
        offset: u64,
        count: u64,
    ) -> Result<Vec<SectionHeader>, ModpostFinding> {
        let entry = size_of::<H::SectionHeader>();
        let bytes = self.read(offset, count.saturating_mul(entry as u64), "section headers")?;
        Ok(SectionHeader::decode_all::<H>(&bytes, self.endian))
    }

    /// Finds the sections that matter; `names` is the section with the names.
    fn find_sections(&mut self, names: usize, file: &[u8], header_size: usize) -> Result<(), ModpostFinding> {
        // Where the names end does not matter, only where they start.
        let last_name = self.sections.iter().map(|header| u64::from(header.name_offset)).max().unwrap_or_default();
        let names = match self.sections.get(names) {
            Some(header) if last_name >= header.size => {
                self.read_up_to(header.offset, last_name.saturating_add(256), "section names")
            }
            Some(header) => self.read_up_to(header.offset, header.size, "section names"),
            None => Ok(Vec::new()),
        };
        let unnamed = match names {
            Ok(names) => {
                self.names = names;
                None
            }
            Err(finding) => Some(finding),
        };
        let mut symtab = None;
        for index in 1..self.sections.len() {
            let Some(header) = self.sections.get(index).copied() else { break };
            let is_nobits = header.kind == elf::SHT_NOBITS;
            if !is_nobits && header.offset > self.size {
                return Err(ModpostFinding::TruncatedObject { file: file.into(), offset: header.offset, header_size });
            }
            if let Some(finding) = unnamed {
                return Err(finding);
            }
            match self.section_name(index) {
                b".modinfo" if is_nobits => return Err(ModpostFinding::NobitsModinfo { file: file.into() }),
                b".modinfo" => self.modinfo = Some(index),
                b".export_symbol" => self.export_symbol = index,
                b".no_trim_symbol" => self.no_trim_symbol = Some(index),
                _ => {}
            }
            if header.kind == elf::SHT_SYMTAB {
                symtab = Some(index);
            } else if header.kind == elf::SHT_SYMTAB_SHNDX {
                self.symtab_shndx = Some(index);
            }
        }
        self.symtab = symtab.ok_or_else(|| ModpostFinding::NoSymtab { file: file.into() })?;
        match self.symtab_shndx.and_then(|index| self.sections.get(index)) {
            Some(header) if header.link as usize != self.symtab => {
                Err(ModpostFinding::BadShndxLink { file: file.into(), link: header.link, symtab: self.symtab })
            }
            _ => Ok(()),
        }
    }
}
