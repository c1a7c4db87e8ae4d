// SPDX-License-Identifier: GPL-2.0-only

//! Reading one object: everything that can be known without looking at the others.
//!
//! Upstream: `read_symbols()`.

use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use object::elf;

use super::crc;
use super::crc::Crc;
use super::crc::PATH_MAX;
use super::devtable;
use super::devtable::Aliases;
use super::event::ScanEvent;
use super::finding::ModpostFinding;
use super::finding::Stop;
use super::ksymtab;
use super::modinfo;
use super::modinfo::ModInfo;
use super::object::Bytes;
use super::object::ModuleObject;
use super::object::OpenError;
use super::options::ModpostOpts;
use super::section_class::ClassTable;
use super::sections;
use super::srcversion;
use super::srcversion::read_named;
use super::symtab::ModuleSymbol;
use super::symtab::ModuleSymbols;
use super::symtab::SHN_COMMON;
use super::symtab::SHN_UNDEF;
use super::text::Name;
use super::text::lines;
use super::text::text;
use crate::elf::Class;
use crate::elf::output::reason;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// A symbol that an object needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its name.
    pub name: Name,
    /// It may be missing.
    pub is_weak: bool,
}

/// What one object tells.
#[derive(Debug, Clone)]
pub struct ObjectFacts {
    /// The object's path as it was given.
    pub file: Name,
    /// The module's name: the path without its suffix.
    pub module: Name,
    /// Whether there is a module at all; some files are skipped.
    pub is_module: bool,
    /// Word size.
    pub class: Class,
    /// It defines `init_module`.
    pub has_init: bool,
    /// It defines `cleanup_module`.
    pub has_cleanup: bool,
    /// All its licences are GPL-compatible.
    pub is_gpl_compatible: bool,
    /// Namespaces it imports.
    pub namespaces: Vec<Name>,
    /// Symbols it needs, in the order of its symbol table.
    pub imports: Vec<Import>,
    /// Symbols it wants to be kept.
    pub no_trim: Vec<Name>,
    /// Aliases from its device tables.
    pub aliases: Aliases,
    /// Its source version; empty if there is none.
    pub srcversion: String,
    /// Versions of symbols it may export.
    pub crcs: Vec<Crc>,
    /// Names of own exports that have a global symbol.
    pub globals: Vec<Name>,
    /// Findings, exports and the like in the original's order.
    pub events: Vec<ScanEvent>,
    /// What ended the run while this object was read.
    pub stop: Option<Stop>,
}

/// Reads the object called `file`.
pub fn scan(file: &[u8], opts: &ModpostOpts, profile: &ModpostProfile, table: &ClassTable) -> ObjectFacts {
    let bytes = || Bytes::of_file(Path::new(OsStr::from_bytes(file)));
    scan_bytes(file, bytes, opts, profile, table)
}

/// Reads the object called `file` that has these bytes.
pub fn scan_bytes(
    file: &[u8],
    bytes: impl FnOnce() -> io::Result<Bytes>,
    opts: &ModpostOpts,
    profile: &ModpostProfile,
    table: &ClassTable,
) -> ObjectFacts {
    let mut facts = ObjectFacts::new(file, profile);
    if let Err(stop) = facts.read(bytes, opts, profile, table) {
        facts.stop = Some(stop);
    }
    facts
}

impl ObjectFacts {
    fn new(file: &[u8], profile: &ModpostProfile) -> Self {
        Self {
            file: file.into(),
            module: module_name(file, profile).into(),
            is_module: false,
            class: Class::Elf64,
            has_init: false,
            has_cleanup: false,
            is_gpl_compatible: true,
            namespaces: Vec::new(),
            imports: Vec::new(),
            no_trim: Vec::new(),
            aliases: Aliases::default(),
            srcversion: String::new(),
            crcs: Vec::new(),
            globals: Vec::new(),
            events: Vec::new(),
            stop: None,
        }
    }

    /// Whether the object is the kernel itself.
    pub fn is_vmlinux(&self) -> bool {
        &*self.module == b"vmlinux"
    }

    fn read(
        &mut self,
        bytes: impl FnOnce() -> io::Result<Bytes>,
        opts: &ModpostOpts,
        profile: &ModpostProfile,
        table: &ClassTable,
    ) -> Result<(), Stop> {
        let is_refused = profile.has(Behaviour::DotORequired) && !self.file.ends_with(b".o");
        let is_opened = !is_refused || profile.has(Behaviour::OpenedBeforeDotO);
        let object = if is_opened { self.open(bytes, opts, profile)? } else { None };
        if is_refused && (object.is_some() || !is_opened) {
            self.say(ModpostFinding::BadSuffix { file: self.file.clone() });
            return Ok(());
        }
        let Some(object) = object else { return Ok(()) };
        self.is_module = true;
        self.class = object.class;
        let modinfo = match object.modinfo {
            Some(index) => ModInfo::new(object.read_strings(index)?),
            None => ModInfo::default(),
        };
        let no_trim = object.no_trim_symbol.filter(|_| profile.has(Behaviour::NoTrimSection));
        let is_filled = |index: &usize| object.sections.get(*index).is_some_and(|header| header.size as u32 != 0);
        if let Some(index) = no_trim.filter(is_filled) {
            self.no_trim = modinfo::strings(&object.read_strings(index)?).map(Name::from).collect();
        }
        if !self.is_vmlinux() {
            self.read_modinfo(&modinfo, opts, profile);
        }
        let mut symbols = ModuleSymbols::read(&object)?;
        self.read_symbols(&object, &mut symbols, profile)?;
        if !profile.has(Behaviour::ExportSection) {
            self.events.extend(ksymtab::attributes(&object, &mut symbols, profile)?);
        }
        if profile.has(Behaviour::StaticExportTold) {
            self.globals = self.find_globals(&symbols);
        }
        sections::check(&object, &symbols, opts, profile, table, &mut self.events)?;
        self.read_sources(&modinfo, opts, profile)?;
        if opts.versions {
            // `struct module` is never an argument of an exported function, so genksyms does not cover it; this symbol's
            // version does.
            self.imports.push(Import { name: b"module_layout"[..].into(), is_weak: false });
            if !profile.has(Behaviour::CrcSymbols) {
                self.read_crcs(profile)?;
            }
        }
        if profile.has(Behaviour::ImportsNewestFirst) {
            self.imports.reverse();
        }
        Ok(())
    }

    fn open(
        &mut self,
        bytes: impl FnOnce() -> io::Result<Bytes>,
        opts: &ModpostOpts,
        profile: &ModpostProfile,
    ) -> Result<Option<ModuleObject>, Stop> {
        let opened = bytes().map_err(OpenError::Io);
        match opened.and_then(|bytes| ModuleObject::of_bytes(bytes, &self.file, profile)) {
            Ok(object) => Ok(Some(object)),
            Err(OpenError::NotElf) => Ok(None),
            Err(OpenError::Fatal(finding)) => Err(finding.into()),
            Err(OpenError::Io(error)) => {
                let (file, error) = (self.file.clone(), reason(&error));
                if !opts.ignore_missing {
                    return Err(Stop::File { file, error });
                }
                self.say(ModpostFinding::Ignored { file, error });
                Ok(None)
            }
        }
    }

    fn say(&mut self, finding: ModpostFinding) {
        self.events.push(ScanEvent::Finding(finding));
    }

    fn read_modinfo(&mut self, modinfo: &ModInfo, opts: &ModpostOpts, profile: &ModpostProfile) {
        if modinfo.value("license").is_none() {
            self.say(ModpostFinding::MissingLicense);
        }
        self.is_gpl_compatible = modinfo.values("license").all(modinfo::is_gpl_compatible);
        for namespace in modinfo.values("import_ns") {
            if profile.has(Behaviour::ModuleNamespaceImportRefused) && namespace.starts_with(b"module:") {
                self.say(ModpostFinding::ForbiddenNamespaceImport(namespace.into()));
            }
            if !namespace.is_empty() && !self.namespaces.iter().any(|known| **known == *namespace) {
                self.namespaces.push(namespace.into());
            }
        }
        let wants_description = profile.has(Behaviour::DescriptionWanted)
            && (opts.extra_warn || !profile.has(Behaviour::DescriptionNeedsExtraWarn));
        if wants_description && modinfo.value("description").is_none() {
            self.say(ModpostFinding::MissingDescription);
        }
    }

    fn read_symbols(
        &mut self,
        object: &ModuleObject,
        symbols: &mut ModuleSymbols,
        profile: &ModpostProfile,
    ) -> Result<(), Stop> {
        for index in 0..symbols.len() {
            let Some(symbol) = symbols.get(index) else { break };
            symbols.remove_dot(&symbol, profile);
            let name = symbols.name(&symbol);
            match symbol.shndx {
                SHN_UNDEF => self.imports.extend(import(object.machine, &symbol, name, profile)),
                SHN_COMMON if !name.starts_with(b"__gnu_lto_") => self.say(ModpostFinding::CommonSymbol(name.into())),
                SHN_COMMON => {}
                _ => {
                    let export = match profile.has(Behaviour::ExportSection) {
                        true => None,
                        false => ksymtab::export(object, &symbol, name, profile),
                    };
                    self.events.extend(export.map(ScanEvent::Export));
                    self.has_init |= name == b"init_module";
                    self.has_cleanup |= name == b"cleanup_module";
                }
            }
            if symbol.kind() == elf::STT_OBJECT && symbol.shndx != SHN_UNDEF {
                devtable::read(object, &symbol, name, self, profile)?;
            }
        }
        Ok(())
    }

    /// The names of own exports that have a global symbol.
    fn find_globals(&self, symbols: &ModuleSymbols) -> Vec<Name> {
        let own = self.events.iter().filter_map(|event| match event {
            ScanEvent::Export(export) => Some((&*export.name, ())),
            _ => None,
        });
        ksymtab::global_names(symbols, &own.collect())
    }

    fn read_sources(&mut self, modinfo: &ModInfo, opts: &ModpostOpts, profile: &ModpostProfile) -> Result<(), Stop> {
        if self.is_vmlinux() || (modinfo.value("version").is_none() && !opts.all_srcversions) {
            return Ok(());
        }
        let list = read_named(&self.mod_file(profile))?;
        let version = if profile.has(Behaviour::ModFileOneLine) {
            let Some(line) = lines(&list).next() else {
                let file = if profile.has(Behaviour::ModFileByObject) { &self.file } else { &self.module };
                self.say(ModpostFinding::EmptyModFile { file: file.clone() });
                return Ok(());
            };
            srcversion::of_objects(line.split(|&byte| byte == b' '), profile)?
        } else {
            srcversion::of_objects(list.split(|&byte| byte == b'\n'), profile)?
        };
        self.events.extend(version.findings.into_iter().map(ScanEvent::Finding));
        self.srcversion = version.digits;
        Ok(())
    }

    /// The file that lists the objects a module is made of.
    fn mod_file(&self, profile: &ModpostProfile) -> Vec<u8> {
        match profile.has(Behaviour::ModFileByObject) {
            true => text![self.file.get(..self.file.len().saturating_sub(1)).unwrap_or_default(), "mod"],
            false => text![self.module, ".mod"],
        }
    }

    fn read_crcs(&mut self, profile: &ModpostProfile) -> Result<(), Stop> {
        let list = if self.is_vmlinux() { b".vmlinux.objs".to_vec() } else { text![self.module, ".mod"] };
        if let Some(path) = list.get(..PATH_MAX - 1).filter(|_| list.len() >= PATH_MAX) {
            self.say(ModpostFinding::PathTooLong { path: path.into() });
            return Ok(());
        }
        let mut findings = Vec::new();
        let crcs = crc::of_objects(&read_named(&list)?, profile, &mut findings);
        self.events.extend(findings.into_iter().map(ScanEvent::Finding));
        self.crcs = crcs?;
        Ok(())
    }
}

/// The name of the module made from `file`.
fn module_name<'a>(file: &'a [u8], profile: &ModpostProfile) -> &'a [u8] {
    let name = file.get(..file.len().saturating_sub(2)).unwrap_or_default();
    let suffixes: [(Behaviour, &[u8]); 2] = [(Behaviour::LtoSuffix, b".lto"), (Behaviour::PrelinkSuffix, b".prelink")];
    let suffix = suffixes.into_iter().find(|(flag, suffix)| profile.has(*flag) && name.ends_with(suffix));
    suffix.and_then(|(_, suffix)| name.strip_suffix(suffix)).unwrap_or(name)
}

/// The import that an undefined symbol stands for, if any.
///
/// Upstream: the `SHN_UNDEF` arm of `handle_symbol()`.
fn import(machine: u16, symbol: &ModuleSymbol, name: &[u8], profile: &ModpostProfile) -> Option<Import> {
    const STT_SPARC_REGISTER: u8 = 13;
    if !symbol.is_global_or_weak() || is_ignored(machine, name, profile) {
        return None;
    }
    let is_sparc = matches!(machine, elf::EM_SPARC | elf::EM_SPARCV9);
    if is_sparc && symbol.kind() == STT_SPARC_REGISTER {
        return None;
    }
    let name = match name {
        [b'.', second, rest @ ..] if is_sparc => [&[b'_', second.to_ascii_uppercase()], rest].concat().into(),
        [b'.'] if is_sparc => b"_"[..].into(),
        name => name.into(),
    };
    Some(Import { name, is_weak: symbol.is_weak() })
}

/// Symbols that the module link or the loader provides.
///
/// Upstream: `ignore_undef_symbol()`.
fn is_ignored(machine: u16, name: &[u8], profile: &ModpostProfile) -> bool {
    const PPC: &[&str] = &["_restgpr_", "_savegpr_", "_rest32gpr_", "_save32gpr_", "_restvr_", "_savevr_"];
    const PPC64: &[&str] = &["_restgpr0_", "_savegpr0_", "_restvr_", "_savevr_"];
    const PPC64_EXTRA: &[&str] = &["_restgpr1_", "_savegpr1_", "_restfpr_", "_savefpr_"];
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| name.starts_with(prefix.as_bytes()));
    if matches!(name, b"__this_module" | b"_GLOBAL_OFFSET_TABLE_") {
        return true;
    }
    let by_machine = match machine {
        elf::EM_PPC => starts(PPC),
        elf::EM_PPC64 => {
            name == b".TOC." || starts(PPC64) || (profile.has(Behaviour::UndefPpc64Extra) && starts(PPC64_EXTRA))
        }
        elf::EM_S390 => profile.has(Behaviour::UndefS390Expoline) && starts(&["__s390_indirect_jump_r"]),
        _ => false,
    };
    by_machine || (profile.has(Behaviour::UndefStartStop) && starts(&["__start_", "__stop_"]))
}
