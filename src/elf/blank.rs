// SPDX-License-Identifier: GPL-2.0-only

//! An object without contents, to which everything is added as edits.

use object::elf;
use object::endian::Endian as _;

use super::Class;
use super::ElfError;
use super::ElfFile;
use super::error::elf_err;

/// Names of the sections, and where they are in the table.
const SECTION_NAMES: &[u8] = b"\0.shstrtab\0.strtab\0.symtab\0";
const NAME_OF: [u32; 4] = [0, 1, 11, 19];

/// Sizes of the ELF header, a section header and a symbol.
const FILE_HEADER: usize = 64;
const SECTION_HEADER: u16 = 64;
const SYMBOL: u64 = 24;

/// An object of the same kind as `like`, with nothing but tables of section names (1), symbol names (2) and symbols (3), of
/// which it has the null symbol.
///
/// Upstream: `elf_create_file()`.
pub fn blank(like: &ElfFile<'_>) -> Result<Vec<u8>, ElfError> {
    if like.class != Class::Elf64 {
        return Err(elf_err!("e_ident[EI_CLASS] is not 64 bit, and only such files can be made"));
    }
    let e = like.endian;
    let mut file = like.data.get(..FILE_HEADER).ok_or_else(|| elf_err!("the ELF header is truncated"))?.to_vec();
    // What is in between is contents; the symbol is all zeros.
    file.extend_from_slice(SECTION_NAMES);
    file.push(0);
    file.resize(file.len().next_multiple_of(8), 0);
    let symbols = file.len() as u64;
    file.resize(file.len() + SYMBOL as usize, 0);
    let headers = file.len() as u64;
    let mut put = |at: usize, bytes: &[u8]| {
        if let Some(place) = file.get_mut(at..at + bytes.len()) {
            place.copy_from_slice(bytes);
        }
    };
    put(0x20, &[0; 8]);
    put(0x28, &e.write_u64_bytes(headers));
    put(0x38, &[0; 2]);
    put(0x3a, &e.write_u16_bytes(SECTION_HEADER));
    put(0x3c, &e.write_u16_bytes(4));
    put(0x3e, &e.write_u16_bytes(1));
    let names = FILE_HEADER as u64;
    let strings = names + SECTION_NAMES.len() as u64;
    let tables = [
        (elf::SHT_NULL, 0, 0, 0, 0, 0, 0),
        (elf::SHT_STRTAB, names, SECTION_NAMES.len() as u64, 0, 0, 1, 0),
        (elf::SHT_STRTAB, strings, 1, 0, 0, 1, 0),
        (elf::SHT_SYMTAB, symbols, SYMBOL, 2, 1, 8, SYMBOL),
    ];
    for (name, (kind, offset, size, link, info, align, entsize)) in NAME_OF.into_iter().zip(tables) {
        file.extend_from_slice(&e.write_u32_bytes(name));
        file.extend_from_slice(&e.write_u32_bytes(kind));
        for number in [0, 0, offset, size] {
            file.extend_from_slice(&e.write_u64_bytes(number));
        }
        file.extend_from_slice(&e.write_u32_bytes(link));
        file.extend_from_slice(&e.write_u32_bytes(info));
        file.extend_from_slice(&e.write_u64_bytes(align));
        file.extend_from_slice(&e.write_u64_bytes(entsize));
    }
    Ok(file)
}
