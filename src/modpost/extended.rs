// SPDX-License-Identifier: GPL-2.0-only

//! What `postlink modpost` says beyond the original: where an undefined symbol was last seen and who needs it, and each
//! section mismatch once, with a clone called by the function it was made of.
//!
//! The original knows only who exports what. Objects are read once more for this, and only if a symbol is undefined.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::path::PathBuf;

use object::read::archive::ArchiveFile;
use rayon::prelude::*;

use super::clones::source_name;
use super::object::ModuleObject;
use super::resolve::Resolution;
use super::symtab::ModuleSymbols;
use super::symtab::SHN_UNDEF;
use super::text::Name;
use super::world::Module;
use super::world::World;
use crate::kernel::modpost::ModpostProfile;

/// A symbol that nobody exports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndefinedSymbol {
    /// Its name.
    pub name: Vec<u8>,
    /// The modules that need it, in the order they were read.
    pub needed_by: Vec<Vec<u8>>,
    /// Where it was seen.
    pub sightings: Vec<Sighting>,
}

/// A place where an undefined symbol was seen, in the order of how much it explains.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Sighting {
    /// It has a version, so its export was there before unused ones were dropped.
    Trimmed {
        /// The module that defines it.
        module: Vec<u8>,
    },
    /// It is defined, but not exported.
    NotExported {
        /// The module that defines it.
        module: Vec<u8>,
    },
    /// It is defined for the object's own use.
    Local {
        /// The module that defines it.
        module: Vec<u8>,
    },
    /// Only copies of it under another name are there: LTO and other optimisations make them.
    Clone {
        /// The module that defines the copy.
        module: Vec<u8>,
        /// The copy's name.
        name: Vec<u8>,
    },
    /// A member of an archive defines it, which the link did not take.
    Archive {
        /// The archive.
        archive: PathBuf,
        /// Its member.
        member: Vec<u8>,
    },
}

/// Archives that the kernel is linked from, below its output folder.
const ARCHIVES: [&str; 3] = ["vmlinux.a", "lib/lib.a", "arch"];

/// Everything that can be said about undefined symbols, in the order of their names. `dir` is the output folder.
pub fn undefined_symbols(
    world: &World<'_>,
    resolution: &Resolution,
    profile: &ModpostProfile,
    dir: &Path,
) -> Vec<UndefinedSymbol> {
    let mut symbols = needed(world, resolution);
    if symbols.is_empty() {
        return Vec::new();
    }
    let names: HashMap<&[u8], ()> = symbols.keys().map(|name| (*name, ())).collect();
    let modules: Vec<&Module> = world.modules().map(|(_, module)| module).collect();
    let seen: Vec<Vec<(Name, Sighting)>> =
        modules.par_iter().map(|module| in_object(module, &names, profile).unwrap_or_default()).collect();
    let mut sightings: Vec<(Name, Sighting)> = seen.into_iter().flatten().collect();
    sightings.extend(trimmed(world, &names));
    sightings.extend(archives(dir).iter().flat_map(|archive| in_archive(archive, &names).unwrap_or_default()));
    for (name, sighting) in sightings {
        if let Some(symbol) = symbols.get_mut(&*name) {
            symbol.sightings.push(sighting);
        }
    }
    let mut symbols: Vec<UndefinedSymbol> = symbols.into_values().collect();
    symbols.iter_mut().for_each(UndefinedSymbol::settle);
    symbols
}

/// The undefined symbols and who needs them.
fn needed<'a>(world: &'a World<'a>, resolution: &Resolution) -> BTreeMap<&'a [u8], UndefinedSymbol> {
    let mut symbols: BTreeMap<&[u8], UndefinedSymbol> = BTreeMap::new();
    for (id, module) in world.modules().filter(|(_, module)| !module.is_vmlinux()) {
        let imports = module.facts.iter().flat_map(|facts| &facts.imports);
        let resolved = resolution.imports(id.0 as usize);
        let unresolved = imports.zip(resolved).filter(|(import, export)| export.is_none() && !import.is_weak);
        for (import, _) in unresolved {
            let new = || UndefinedSymbol { name: import.name.to_vec(), needed_by: Vec::new(), sightings: Vec::new() };
            let symbol = symbols.entry(&import.name).or_insert_with(new);
            if symbol.needed_by.last() != Some(&module.name.to_vec()) {
                symbol.needed_by.push(module.name.to_vec());
            }
        }
    }
    symbols
}

/// What an object defines under these names, or names made from them.
fn in_object(module: &Module, names: &HashMap<&[u8], ()>, profile: &ModpostProfile) -> Option<Vec<(Name, Sighting)>> {
    let file = &module.facts.as_ref()?.file;
    let object = ModuleObject::open(Path::new(OsStr::from_bytes(file)), file, profile).ok()?;
    let symbols = ModuleSymbols::read(&object).ok()?;
    let mut seen = Vec::new();
    for symbol in symbols.iter().filter(|symbol| symbol.shndx != SHN_UNDEF) {
        let name = symbols.name(&symbol);
        let source = source_name(name);
        if !names.contains_key(source) {
            continue;
        }
        let module = module.name.to_vec();
        seen.push((
            source.into(),
            match symbol.is_global_or_weak() {
                _ if source.len() < name.len() => Sighting::Clone { module, name: name.to_vec() },
                true => Sighting::NotExported { module },
                false => Sighting::Local { module },
            },
        ));
    }
    Some(seen)
}

/// Symbols with a version and without an export.
fn trimmed(world: &World<'_>, names: &HashMap<&[u8], ()>) -> Vec<(Name, Sighting)> {
    let known = world.unexported_crcs.iter().filter(|(name, _)| names.contains_key(&**name));
    known.map(|(name, id)| (name.clone(), Sighting::Trimmed { module: world.module(*id).name.to_vec() })).collect()
}

/// The archives below `dir`.
fn archives(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for name in ARCHIVES {
        let path = dir.join(name);
        if path.is_file() {
            found.push(path);
        } else if let Ok(machines) = fs::read_dir(&path) {
            found.extend(
                machines.flatten().map(|machine| machine.path().join("lib/lib.a")).filter(|path| path.is_file()),
            );
        }
    }
    found.sort();
    found
}

/// The members of an archive that define one of `names`, by the archive's own index.
fn in_archive(path: &Path, names: &HashMap<&[u8], ()>) -> Option<Vec<(Name, Sighting)>> {
    let data = fs::read(path).ok()?;
    let archive = ArchiveFile::parse(&*data).ok()?;
    let mut seen = Vec::new();
    for symbol in archive.symbols().ok()??.flatten().filter(|symbol| names.contains_key(symbol.name())) {
        let member = archive.member(symbol.offset()).ok()?.name().to_vec();
        seen.push((symbol.name().into(), Sighting::Archive { archive: path.to_owned(), member }));
    }
    Some(seen)
}

impl UndefinedSymbol {
    /// Puts sightings in order and leaves out what others explain better.
    fn settle(&mut self) {
        self.sightings.sort();
        self.sightings.dedup();
        // What is in an object needs no archive to be found.
        if self.sightings.iter().any(|sighting| !matches!(sighting, Sighting::Archive { .. })) {
            self.sightings.retain(|sighting| !matches!(sighting, Sighting::Archive { .. }));
        }
        let trimmed = |sighting: &Sighting| matches!(sighting, Sighting::Trimmed { .. });
        if self.sightings.iter().any(trimmed) {
            self.sightings.retain(trimmed);
        }
    }

    /// The lines to print.
    pub fn lines(&self) -> String {
        const SHOWN: usize = 5;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let shown: Vec<String> =
            self.needed_by.iter().take(SHOWN).map(|module| format!("{}.ko", text(module))).collect();
        let more = match self.needed_by.len().saturating_sub(SHOWN) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let mut lines = format!("note: '{}' is needed by {}{more}\n", text(&self.name), shown.join(", "));
        if self.sightings.is_empty() {
            lines += "note:   no object that was read defines it\n";
        }
        for sighting in self.sightings.iter().take(SHOWN) {
            lines += &format!("note:   {sighting}\n");
        }
        lines
    }
}

impl std::fmt::Display for Sighting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = String::from_utf8_lossy;
        match self {
            Self::Trimmed { module } => {
                write!(f, "{} exported it, but unused exports were dropped (CONFIG_TRIM_UNUSED_KSYMS)", text(module))
            }
            Self::NotExported { module } => write!(f, "{} defines it, but does not export it", text(module)),
            Self::Local { module } => write!(f, "{} defines it for its own use (static)", text(module)),
            Self::Clone { module, name } => {
                write!(
                    f,
                    "{} has it as '{}', a copy that the compiler or the LTO link renamed",
                    text(module),
                    text(name)
                )
            }
            Self::Archive { archive, member } => {
                write!(f, "{}({}) defines it, but the link did not take that member", archive.display(), text(member))
            }
        }
    }
}
