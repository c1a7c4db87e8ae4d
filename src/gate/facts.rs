// SPDX-License-Identifier: GPL-2.0-only

//! What is kept of an object after it was read, for the checks that look at all objects together.

pub mod module;
pub mod print;

use std::collections::BTreeSet;

use module::ModuleFacts;
use print::Print;
use rustc_hash::FxHashSet;

use super::image::ImageFacts;
use super::inputs::BuildStage;
use super::inputs::ObjectFile;
use super::scan::DeclaredExport;
use super::scan::Scan;
use crate::contents::bitcode::BitcodeError;
use crate::contents::bitcode::Flags;
use crate::contents::bitcode::Symtab;
use crate::elf::Class;
use crate::elf::ElfFile;
use crate::elf::SectionId;
use crate::elf::Symbol;

/// How labels of initcalls begin.
const INITCALL: &[u8] = b"__initcall__";

/// What is kept of one object.
#[derive(Debug, Clone)]
pub struct FileFacts {
    /// Which object.
    pub file: ObjectFile,
    /// `e_machine`.
    pub machine: u16,
    /// Word size.
    pub class: Class,
    /// Byte order is big endian.
    pub is_big_endian: bool,
    /// The file is bitcode, or cannot be read; little else is known then.
    pub is_opaque: bool,
    /// What bitcode says of its symbols.
    pub bitcode: Option<BitcodeFacts>,
    /// The version of bitcode's table of symbols, if it is none that can be read.
    pub unknown_table: Option<u32>,
    /// Labels of initcalls (`__initcall__…`) that an input of the kernel's link brings, in its order.
    pub initcalls: Vec<String>,
    /// Initcalls by section of `vmlinux.o`, in the order in which they run: names of their functions.
    pub initcall_tables: Vec<(String, Vec<String>)>,
    /// `.modinfo`: tags and values.
    pub modinfo: Vec<(String, String)>,
    /// Symbols it needs.
    pub imports: Vec<Import>,
    /// Strong global definitions of inputs of links; all global ones of the kernel and of linked modules, sorted.
    pub definitions: Vec<String>,
    /// Names of local functions and objects, sorted; only of the kernel.
    pub locals: Vec<String>,
    /// What it exports.
    pub exports: Vec<DeclaredExport>,
    /// Whether `exports` is known.
    pub is_surveyed: bool,
    /// `__versions`, then the extended table; `None` for a table that is not there.
    pub versions: Option<Vec<(String, u32)>>,
    /// The extended version table.
    pub extended_versions: Option<Vec<(String, u32)>>,
    /// The module's name in `struct module`.
    pub this_module: Option<String>,
    /// What the loader reads of it, if it is a finished module or the object with its `struct module`.
    pub module: Option<ModuleFacts>,
    /// What its link carries on or has of one; only of modules that are there before and after their last link.
    pub print: Option<Print>,
    /// A number made of all bytes of a finished module that is there packed as well; else 0.
    pub digest: u64,
    /// Weak definitions of the kernel, sorted.
    pub weak: Vec<String>,
    /// Buses of the device tables of a linked module that are not empty.
    pub device_tables: Vec<String>,
    /// What the finished kernel is, seen from `vmlinux.o`.
    pub image: Option<ImageFacts>,
    /// `.orc_header`.
    pub orc_header: Option<Vec<u8>>,
    /// Number of records of each table that `objtool` makes.
    pub tables: Vec<(&'static str, u64)>,
    /// Checks for which the engine has analysed it.
    pub analysed: Vec<&'static str>,
    /// The engine's analysis gave up half way.
    pub gave_up: bool,
    /// Symbols the sections of `.ko` files export, by `__ksymtab`.
    pub ksymtab: BTreeSet<String>,
}

/// What is kept of the symbol table of bitcode.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BitcodeFacts {
    /// What others see of it, sorted; and whether it is code.
    pub globals: Vec<(String, bool)>,
    /// What it needs, sorted, without what it defines itself; and whether code does, not only file-level assembly.
    pub needs: Vec<(String, bool)>,
}

impl BitcodeFacts {
    fn of(symtab: &Symtab) -> Self {
        let globals = symtab.symbols().filter(|symbol| symbol.is_global_definition());
        let mut globals: Vec<(String, bool)> =
            globals.map(|symbol| (text(symbol.name), symbol.flags.contains(Flags::EXECUTABLE))).collect();
        globals.sort_unstable();
        globals.dedup_by(|a, b| a.0 == b.0);
        // File-level assembly lists what it uses of the same file as needed, too.
        let defined: FxHashSet<&[u8]> =
            symtab.symbols().filter(|symbol| symbol.is_defined()).map(|symbol| symbol.name).collect();
        let needs = symtab.symbols().filter(|symbol| {
            symbol.flags.contains(Flags::UNDEFINED)
                && !symbol.flags.contains(Flags::FORMAT_SPECIFIC)
                && !defined.contains(symbol.name)
        });
        let mut needs: Vec<(String, bool)> = needs.map(|symbol| (text(symbol.name), !symbol.is_assembly)).collect();
        // Of both kinds of use, that by code comes first.
        needs.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(b.1.cmp(&a.1)));
        needs.dedup_by(|a, b| a.0 == b.0);
        Self { globals, needs }
    }

    /// Whether it defines a symbol that others see.
    pub fn defines(&self, name: &str) -> bool {
        self.globals.binary_search_by(|(known, _)| known.as_str().cmp(name)).is_ok()
    }

    /// Whether it needs a symbol, and if so whether code does.
    pub fn needs(&self, name: &str) -> Option<bool> {
        let found = self.needs.binary_search_by(|(known, _)| known.as_str().cmp(name)).ok()?;
        self.needs.get(found).map(|(_, by_code)| *by_code)
    }
}

/// A symbol that an object needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its name.
    pub name: String,
    /// It may be missing.
    pub is_weak: bool,
}

impl FileFacts {
    /// Facts about a file that could not be understood.
    pub fn opaque(file: &ObjectFile) -> Self {
        Self {
            file: file.clone(),
            machine: 0,
            class: Class::Elf64,
            is_big_endian: false,
            is_opaque: true,
            bitcode: None,
            unknown_table: None,
            initcalls: Vec::new(),
            initcall_tables: Vec::new(),
            modinfo: Vec::new(),
            imports: Vec::new(),
            definitions: Vec::new(),
            locals: Vec::new(),
            exports: Vec::new(),
            is_surveyed: false,
            versions: None,
            extended_versions: None,
            this_module: None,
            module: None,
            print: None,
            image: None,
            weak: Vec::new(),
            device_tables: Vec::new(),
            digest: 0,
            orc_header: None,
            tables: Vec::new(),
            analysed: Vec::new(),
            gave_up: false,
            ksymtab: BTreeSet::new(),
        }
    }

    /// Facts about bitcode, with its symbols if they could be read.
    pub fn of_bitcode(file: &ObjectFile, symtab: Result<Symtab, BitcodeError>) -> Self {
        let symtab = match symtab {
            Ok(symtab) => symtab,
            Err(error) => return Self { unknown_table: error.unknown_version(), ..Self::opaque(file) },
        };
        let strong = symtab.symbols().filter(|symbol| symbol.is_strong_definition());
        let labels = symtab.symbols().filter(|symbol| symbol.is_defined() && symbol.name.starts_with(INITCALL));
        let (definitions, initcalls) = (strong.map(|symbol| text(symbol.name)), labels.map(|symbol| text(symbol.name)));
        Self {
            definitions: definitions.collect(),
            initcalls: initcalls.collect(),
            bitcode: Some(BitcodeFacts::of(&symtab)),
            ..Self::opaque(file)
        }
    }

    /// Reads the facts of an object; what the engines made of it and what its tables hold is the caller's to add.
    pub fn read(file: &ObjectFile, elf: &ElfFile<'_>, scan: Option<&Scan>) -> Self {
        let data =
            |name: &[u8]| elf.sections.iter().rev().find(|section| section.name == name).map(|section| section.data);
        let is_input = matches!(file.stage, BuildStage::Member);
        let is_module = !matches!(file.stage, BuildStage::VmlinuxObject | BuildStage::Member);
        Self {
            machine: elf.machine,
            class: elf.class,
            is_big_endian: elf.endian == object::Endianness::Big,
            is_opaque: false,
            initcalls: if is_input { initcalls(elf) } else { Vec::new() },
            modinfo: data(b".modinfo").map(modinfo).unwrap_or_default(),
            imports: if is_module { imports(elf) } else { Vec::new() },
            definitions: if is_input { definitions(elf) } else { names(elf, |symbol| !symbol.is_local()) },
            locals: match file.stage {
                BuildStage::VmlinuxObject => names(elf, Symbol::is_local),
                _ => Vec::new(),
            },
            weak: match file.stage {
                BuildStage::VmlinuxObject => names(elf, Symbol::is_weak),
                _ => Vec::new(),
            },
            device_tables: if is_module && file.stage.is_linked() { device_tables(elf) } else { Vec::new() },
            is_surveyed: scan.is_some(),
            exports: scan.map(|scan| scan.exports.clone()).unwrap_or_default(),
            versions: data(b"__versions").map(|data| versions(data, elf)),
            extended_versions: data(b"__version_ext_crcs")
                .zip(data(b"__version_ext_names"))
                .map(|(crcs, names)| extended_versions(crcs, names, elf)),
            this_module: data(b".gnu.linkonce.this_module").and_then(|data| this_module(data, elf.class)),
            module: matches!(file.stage, BuildStage::Module | BuildStage::ModObject).then(|| ModuleFacts::read(elf)),
            orc_header: data(b".orc_header").map(<[u8]>::to_vec),
            ksymtab: if file.stage == BuildStage::Module { ksymtab(elf) } else { BTreeSet::new() },
            ..Self::opaque(file)
        }
    }

    /// Whether native code defines a symbol for others to see. For bitcode: [`BitcodeFacts::defines`].
    pub fn defines(&self, name: &str) -> bool {
        self.definitions.binary_search_by(|known| known.as_str().cmp(name)).is_ok()
    }

    /// The first value of a `.modinfo` tag.
    pub fn info(&self, tag: &str) -> Option<&str> {
        self.modinfo.iter().find(|(name, _)| name == tag).map(|(_, value)| value.as_str())
    }

    /// All values of a `.modinfo` tag.
    pub fn infos<'a>(&'a self, tag: &'a str) -> impl Iterator<Item = &'a str> {
        self.modinfo.iter().filter(move |(name, _)| name == tag).map(|(_, value)| value.as_str())
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn modinfo(data: &[u8]) -> Vec<(String, String)> {
    let strings = data.split(|byte| *byte == 0).filter(|string| !string.is_empty());
    let pairs = strings.filter_map(|string| {
        let equals = string.iter().position(|byte| *byte == b'=')?;
        Some((text(string.get(..equals)?), text(string.get(equals + 1..)?)))
    });
    pairs.collect()
}

/// Undefined symbols, but for those that the loader provides.
fn imports(elf: &ElfFile<'_>) -> Vec<Import> {
    let undefined = elf.symbols.iter().skip(1).filter(|symbol| symbol.is_undefined() && !symbol.is_local());
    let named = undefined.map(|symbol| Import { name: text(elf.symbol_name(symbol)), is_weak: symbol.is_weak() });
    let provided = |name: &str| {
        matches!(name, "" | "__this_module" | "_GLOBAL_OFFSET_TABLE_")
            || name.starts_with("__start_")
            || name.starts_with("__stop_")
    };
    named.filter(|import| !provided(&import.name)).collect()
}

/// Strong global definitions outside of groups that the linker folds.
fn definitions(elf: &ElfFile<'_>) -> Vec<String> {
    let grouped = u64::from(object::elf::SHF_GROUP);
    let is_folded = |section: SectionId| elf.section(section).flags & grouped != 0;
    let strong = elf.symbols.iter().filter(|symbol| {
        symbol.is_global() && !symbol.is_undefined() && symbol.section != SectionId::UNDEF && !is_folded(symbol.section)
    });
    strong.map(|symbol| text(elf.symbol_name(symbol))).collect()
}

/// Labels of initcalls, in the order of the symbol table.
fn initcalls(elf: &ElfFile<'_>) -> Vec<String> {
    let defined = elf.symbols.iter().filter(|symbol| !symbol.is_undefined()).map(|symbol| elf.symbol_name(symbol));
    defined.filter(|name| name.starts_with(INITCALL)).map(text).collect()
}

/// Buses of the tables of which `modpost` makes aliases: `__mod_device_table__<module>__<bus>__<name>`, before 7.2
/// `__mod_<bus>__<name>_device_table`.
fn device_tables(elf: &ElfFile<'_>) -> Vec<String> {
    let bus = |symbol: &Symbol| {
        let name = std::str::from_utf8(elf.symbol_name(symbol)).ok()?;
        let bus = match name.strip_prefix("__mod_device_table__") {
            // A module's name has no two underscores behind each other where the bus begins.
            Some(rest) => rest.split_once("__")?.1.split_once("__")?.0,
            None => name.strip_prefix("__mod_")?.strip_suffix("_device_table")?.split_once("__")?.0,
        };
        let (section, start) = (elf.section(symbol.section), usize::try_from(symbol.value).ok()?);
        let bytes = section.data.get(start..)?.get(..usize::try_from(symbol.size).ok()?)?;
        (!symbol.is_undefined() && bytes.iter().any(|byte| *byte != 0)).then(|| bus.to_owned())
    };
    let mut buses: Vec<String> = elf.symbols.iter().filter_map(bus).collect();
    buses.sort_unstable();
    buses.dedup();
    buses
}

/// Names of functions and objects that are defined, sorted.
fn names(elf: &ElfFile<'_>, is_wanted: impl Fn(&Symbol) -> bool) -> Vec<String> {
    let is_named = |symbol: &&Symbol| {
        matches!(symbol.kind(), object::elf::STT_FUNC | object::elf::STT_OBJECT | object::elf::STT_NOTYPE)
            && !symbol.is_undefined()
            && is_wanted(symbol)
    };
    let names = elf.symbols.iter().skip(1).filter(is_named).map(|symbol| elf.symbol_name(symbol));
    let mut names: Vec<String> = names.filter(|name| !name.is_empty() && !name.starts_with(b".L")).map(text).collect();
    names.sort_unstable();
    names
}

/// Records of `__versions`: a long with the version, then the name in what is left of 64 bytes.
fn versions(data: &[u8], elf: &ElfFile<'_>) -> Vec<(String, u32)> {
    let word = if elf.class == Class::Elf64 { 8 } else { 4 };
    let records = data.chunks_exact(64).filter_map(|record| {
        let (crc, name) = record.split_at_checked(word)?;
        let low = if elf.endian == object::Endianness::Big { crc.last_chunk::<4>() } else { crc.first_chunk::<4>() }?;
        Some((text(c_string(name)), number(*low, elf)))
    });
    records.collect()
}

fn extended_versions(crcs: &[u8], names: &[u8], elf: &ElfFile<'_>) -> Vec<(String, u32)> {
    let names = names.split(|byte| *byte == 0).filter(|name| !name.is_empty());
    let crcs = crcs.chunks_exact(4).filter_map(|crc| crc.first_chunk::<4>());
    names.zip(crcs).map(|(name, crc)| (text(name), number(*crc, elf))).collect()
}

fn number(bytes: [u8; 4], elf: &ElfFile<'_>) -> u32 {
    if elf.endian == object::Endianness::Big { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
}

/// The name in `struct module`: after the state and the list head.
fn this_module(data: &[u8], class: Class) -> Option<String> {
    let start = if class == Class::Elf64 { 24 } else { 12 };
    let name = c_string(data.get(start..start + 56)?);
    (!name.is_empty()).then(|| text(name))
}

fn c_string(bytes: &[u8]) -> &[u8] {
    bytes.split(|byte| *byte == 0).next().unwrap_or_default()
}

/// Exports of a finished module.
fn ksymtab(elf: &ElfFile<'_>) -> BTreeSet<String> {
    let names = elf.symbols.iter().filter(|symbol| !symbol.is_undefined());
    let names = names.filter_map(|symbol| elf.symbol_name(symbol).strip_prefix(b"__ksymtab_"));
    names.map(text).collect()
}

/// What compilers call without being asked to.
const RUNTIME: [&str; 16] = [
    "memcpy", "memset", "memmove", "memcmp", "bcmp", "strlen", "strcpy", "strncpy", "strcmp", "strncmp", "strcat",
    "strchr", "strrchr", "strnlen", "stpcpy", "memchr",
];

/// Whether a symbol belongs to the runtime library.
pub fn is_runtime(name: &str) -> bool {
    RUNTIME.contains(&name)
}
