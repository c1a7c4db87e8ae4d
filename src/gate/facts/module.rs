// SPDX-License-Identifier: GPL-2.0-only

//! What the module loader reads of a finished module, and of the object with its `struct module`.

use crate::elf::ElfFile;
use crate::elf::SectionId;
use crate::elf::Symbol;

/// The section with `struct module`.
pub const THIS_MODULE: &[u8] = b".gnu.linkonce.this_module";

/// What the loader reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ModuleFacts {
    /// `sizeof(struct module)` when it was compiled; `None` without it.
    pub struct_size: Option<u64>,
    /// Names of what `struct module` refers to: the functions that begin and end the module.
    pub struct_refers: Vec<String>,
    /// `init_module` and `cleanup_module`, as far as they are there.
    pub entries: Vec<&'static str>,
    /// It has type information for BPF.
    pub has_btf: bool,
    /// Whether a signature follows at once and fills the file; `None` without one.
    pub signature: Option<bool>,
    /// Versions of its own exports, by `__crc_` symbols.
    pub crcs: Vec<(String, u32)>,
}

/// The functions that the loader calls by `struct module`.
pub const ENTRIES: [&str; 2] = ["init_module", "cleanup_module"];

impl ModuleFacts {
    /// Reads them.
    pub fn read(elf: &ElfFile<'_>) -> Self {
        let this = elf.section_ids().find(|id| elf.section(*id).name == THIS_MODULE);
        let struct_refers =
            elf.section_ids().filter_map(|id| elf.relocs_in(id)).filter(|relocs| Some(relocs.target) == this);
        let struct_refers = struct_refers.flat_map(|relocs| relocs.iter()).map(|reloc| elf.symbol_text(reloc.symbol));
        let defined = |name: &&str| elf.symbols.iter().any(|symbol| is_called(elf, symbol, name));
        Self {
            struct_size: this.map(|id| elf.section(id).size),
            struct_refers: struct_refers.collect(),
            entries: ENTRIES.into_iter().filter(defined).collect(),
            has_btf: elf.sections.iter().any(|section| section.name == b".BTF"),
            signature: signature(elf),
            crcs: crcs(elf),
        }
    }
}

fn is_called(elf: &ElfFile<'_>, symbol: &Symbol, name: &str) -> bool {
    symbol.section != SectionId::UNDEF && elf.symbol_name(symbol) == name.as_bytes()
}

/// What a signed module ends in.
const SIGNED: &[u8] = b"~Module signature appended~\n";
/// `struct module_signature`: eight bytes, and the length of the signature, most significant byte first.
const SIGNATURE: usize = 12;

/// The signature follows the last byte that the file's own headers know of.
fn signature(elf: &ElfFile<'_>) -> Option<bool> {
    let rest = elf.data.strip_suffix(SIGNED)?;
    let (rest, record) = rest.split_last_chunk::<SIGNATURE>()?;
    let len = record.last_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes) as usize)?;
    let Some(signed) = rest.len().checked_sub(len) else { return Some(false) };
    let header = if elf.class == crate::elf::Class::Elf64 { 64 } else { 40 };
    let table = elf.section_headers_offset + elf.sections.len() as u64 * header;
    let has_contents = elf.sections.iter().skip(1).filter(|section| section.has_contents());
    let end = has_contents.map(|section| section.offset.saturating_add(section.size)).fold(table, u64::max);
    Some(end == signed as u64)
}

/// Versions of exports: words in `__kcrctab`, or, in older kernels, values of absolute symbols.
fn crcs(elf: &ElfFile<'_>) -> Vec<(String, u32)> {
    let crc = |symbol: &Symbol| {
        let name = elf.symbol_name(symbol).strip_prefix(b"__crc_")?;
        let value = match symbol.shndx {
            object::elf::SHN_ABS => u32::try_from(symbol.value).ok()?,
            object::elf::SHN_UNDEF => return None,
            _ => {
                let section = elf.section(symbol.section);
                let start = usize::try_from(symbol.value).ok()?;
                let word =
                    section.data.get(start..)?.first_chunk::<4>().filter(|_| section.name.starts_with(b"__kcrctab"))?;
                if elf.endian == object::Endianness::Big {
                    u32::from_be_bytes(*word)
                } else {
                    u32::from_le_bytes(*word)
                }
            }
        };
        Some((String::from_utf8_lossy(name).into_owned(), value))
    };
    elf.symbols.iter().filter_map(crc).collect()
}
