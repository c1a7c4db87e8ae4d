// SPDX-License-Identifier: GPL-2.0-only

//! Which of several symbols of one name is meant, as the kernel counts them when it loads a livepatch.
//!
//! Modules keep the order of their symbol table. The link of the kernel itself does not, so `.klp.symid` numbers the namesakes
//! of `vmlinux.o`, and their addresses in `vmlinux` beside it tell the order.
//!
//! Upstream: klp-sympos.c.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use object::elf;
use object::endian::Endian as _;
use rustc_hash::FxHashMap;

use super::super::content;
use super::super::say::Refusal;
use super::side::Side;
use crate::elf::ElfFile;
use crate::elf::SymbolId;
use crate::elf::output;

/// The section of numbers, and bytes of a record `{u64 number, u64 address}`.
const SECTION: &str = ".klp.symid";
const RECORD: u64 = 16;

/// What is known about positions.
#[derive(Debug, Default)]
pub(super) struct Positions {
    /// Of `vmlinux.o`: the number of each namesake.
    numbers: FxHashMap<SymbolId, u64>,
    vmlinux: Option<Vmlinux>,
    /// Code and data that is dropped after boot is refused.
    refuses_init: bool,
}

/// The linked kernel.
#[derive(Debug, Default)]
struct Vmlinux {
    /// Addresses of what the kernel can look up, by name.
    symbols: FxHashMap<Vec<u8>, Vec<u64>>,
    /// Addresses by the numbers of `.klp.symid`.
    addresses: FxHashMap<u64, u64>,
}

impl Positions {
    /// Reads what is needed for the original object with this name (`klp_sympos_init()`).
    pub fn read(orig: &Side<'_>, file: &Path, refuses_init: bool) -> Result<Self, Refusal> {
        let mut positions = Self { refuses_init, ..Self::default() };
        let name = file.as_os_str().as_encoded_bytes();
        if name.ends_with(b"vmlinux.o") {
            positions.read_numbers(orig, name)?;
            let linked = PathBuf::from(file).with_extension("");
            positions.vmlinux = Some(Vmlinux::read(&linked)?);
        }
        Ok(positions)
    }

    /// Upstream: `read_vmlinux_o_symids()`.
    fn read_numbers(&mut self, orig: &Side<'_>, file: &[u8]) -> Result<(), Refusal> {
        let elf = orig.code.elf;
        for id in elf.section_ids().filter(|id| elf.section(*id).name == SECTION.as_bytes()) {
            let size = elf.section(id).size;
            check_size(size, file)?;
            for record in (0..size / RECORD).map(|nth| nth * RECORD) {
                let number = number_at(elf, content::range(elf, id, record, RECORD)?, 0);
                let found = orig
                    .code
                    .relocs
                    .at(id, record + 8)
                    .ok_or_else(|| Refusal::of(&[file, b": missing reloc for ", SECTION.as_bytes(), b" entry"]))?;
                self.numbers.insert(found.reloc.symbol, number);
            }
        }
        Ok(())
    }

    /// The position of a symbol of the original object, 0 for one without namesakes (`klp_find_sympos()`).
    pub fn of(&self, orig: &Side<'_>, id: SymbolId) -> Result<u64, Refusal> {
        let name = orig.name(id);
        if self.refuses_init && orig.section_of(id).name.starts_with(b".init") {
            return Err(Refusal::of(&[name, b": can't patch or reference init code/data"]));
        }
        if orig.sym(id).binding != elf::STB_LOCAL {
            return Ok(0);
        }
        if let Some(vmlinux) = &self.vmlinux {
            return self.in_vmlinux(vmlinux, name, id);
        }
        let namesakes = orig.code.symbol_names().all(name);
        let (mut before, mut has_other) = (0, false);
        for other in namesakes {
            before += u64::from(other <= id);
            has_other |= other != id;
        }
        Ok(if has_other { before } else { 0 })
    }

    /// Upstream: `find_vmlinux_sympos()`.
    fn in_vmlinux(&self, vmlinux: &Vmlinux, name: &[u8], id: SymbolId) -> Result<u64, Refusal> {
        let Some(addresses) = vmlinux.symbols.get(name) else {
            return Err(Refusal::of(&[b"can't find symbol ", name, b" in orig vmlinux"]));
        };
        if addresses.len() == 1 {
            return Ok(0);
        }
        let none =
            |wher: &[u8]| Refusal::of(&[b"no ", SECTION.as_bytes(), b" entry for symbol ", name, b" in orig ", wher]);
        let number = self.numbers.get(&id).ok_or_else(|| none(b"vmlinux.o"))?;
        let address = vmlinux.addresses.get(number).ok_or_else(|| none(b"vmlinux"))?;
        if !addresses.contains(address) {
            let (mismatch, stale) = (b" address mismatch for symbol ", b", stale orig vmlinux?");
            return Err(Refusal::of(&[SECTION.as_bytes(), mismatch, name, stale]));
        }
        Ok(1 + addresses.iter().filter(|other| *other < address).count() as u64)
    }
}

impl Vmlinux {
    /// Upstream: `read_orig_vmlinux()`.
    fn read(path: &Path) -> Result<Self, Refusal> {
        let name = path.as_os_str().as_encoded_bytes();
        let data = fs::read(path).map_err(|error| {
            let why = format!("' failed: {}", output::reason(&error));
            Refusal::of(&[b"read_orig_vmlinux: can't open '", name, why.as_bytes()]).at("klp-sympos.c:84")
        })?;
        let elf = ElfFile::parse(&data).map_err(|error| Refusal::of(&[name, format!(": {error}").as_bytes()]))?;
        let mut vmlinux = Self::default();
        let mut has_numbers = false;
        for id in elf.section_ids().filter(|id| elf.section(*id).name == SECTION.as_bytes()) {
            let size = elf.section(id).size;
            check_size(size, name)?;
            has_numbers = true;
            vmlinux.addresses.clear();
            for record in (0..size / RECORD).map(|nth| nth * RECORD) {
                let record = content::range(&elf, id, record, RECORD)?;
                vmlinux.addresses.insert(number_at(&elf, record, 0), number_at(&elf, record, 8));
            }
        }
        if elf.symbols.is_empty() {
            return Err(Refusal::of(&[name, b": missing symbol table"]));
        }
        if !has_numbers {
            let why = b" section, kernel not built with CONFIG_KLP_BUILD?";
            return Err(Refusal::of(&[name, b": missing ", SECTION.as_bytes(), why]));
        }
        for symbol in elf.symbols.iter().filter(|symbol| is_in_kallsyms(&elf, symbol)) {
            vmlinux.symbols.entry(elf.symbol_name(symbol).to_vec()).or_default().push(symbol.value);
        }
        Ok(vmlinux)
    }
}

/// Whether the running kernel can look the symbol up (`vmlinux_sym_in_kallsyms()`).
fn is_in_kallsyms(elf: &ElfFile<'_>, symbol: &crate::elf::Symbol) -> bool {
    let has_place = symbol.shndx != elf::SHN_UNDEF && symbol.shndx < elf::SHN_LORESERVE;
    has_place && !matches!(symbol.kind(), elf::STT_SECTION | elf::STT_FILE) && elf.section(symbol.section).is_alloc()
}

fn check_size(size: u64, file: &[u8]) -> Result<(), Refusal> {
    match size.is_multiple_of(RECORD) {
        true => Ok(()),
        false => Err(Refusal::of(&[file, b": ", SECTION.as_bytes(), b": struct klp_symid size mismatch"])),
    }
}

fn number_at(elf: &ElfFile<'_>, record: &[u8], offset: usize) -> u64 {
    let raw = record.get(offset..).and_then(<[u8]>::first_chunk);
    raw.map_or(0, |raw| elf.endian.read_u64_bytes(*raw))
}
