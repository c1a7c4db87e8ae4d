// SPDX-License-Identifier: GPL-2.0-only

//! Device tables: arrays that a module marks with `MODULE_DEVICE_TABLE()`, turned into aliases by which it is loaded.
//!
//! [`layout`] has the tables as data, [`entry`] reads their fields, [`format`] makes aliases; what does not fit a
//! description has code in [`special`] and [`usb`].
//!
//! Upstream: `file2alias.c`.

mod alias;
pub mod entry;
pub mod format;
pub mod layout;
mod special;
mod usb;

use std::collections::HashSet;

use object::elf;

use self::entry::Abi;
use self::entry::Entry;
use self::layout::Device;
use super::event::ScanEvent;
use super::finding::ModpostFinding;
use super::finding::Stop;
use super::generated::check_line;
use super::object::ModuleObject;
use super::scan::ObjectFacts;
use super::symtab::ModuleSymbol;
use super::text::Name;
use super::text::text;
use crate::elf::Class;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// Tables in sections without contents are zeros; a larger one than this is not believed.
const MAX_ZEROS: u64 = 64 << 20;

/// One alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The built-in module it belongs to; empty for the module itself.
    pub module: Name,
    /// The alias.
    pub text: Name,
}

/// The aliases of a module, in the order they were found.
#[derive(Debug, Clone, Default)]
pub struct Aliases {
    /// The aliases.
    pub list: Vec<Alias>,
    known: HashSet<Name>,
}

impl Aliases {
    /// Adds an alias unless it is there. For `vmlinux` that means: in any built-in module.
    pub fn add_new(&mut self, module: &[u8], text: &[u8]) {
        if self.known.insert(text.into()) {
            self.add(module, text);
        }
    }

    /// Adds an alias.
    pub fn add(&mut self, module: &[u8], text: &[u8]) {
        self.list.push(Alias { module: module.into(), text: text.into() });
    }
}

/// A device table's symbol, taken apart.
struct TableName<'a> {
    /// The built-in module, empty in series that do not name it.
    module: &'a [u8],
    kind: &'a [u8],
    table: &'a [u8],
}

/// Adds the aliases of the device table that `symbol` marks, if it does.
pub fn read(
    object: &ModuleObject,
    symbol: &ModuleSymbol,
    name: &[u8],
    facts: &mut ObjectFacts,
    profile: &ModpostProfile,
) -> Result<(), Stop> {
    let Some(section) = object.sections.get(symbol.section as usize) else { return Ok(()) };
    let Some(name) = TableName::parse(name, profile) else { return Ok(()) };
    let Some(device) = layout::find(name.kind, profile) else { return Ok(()) };
    let abi = Abi::of(object.class == Class::Elf32, object.machine);
    let entry = device.size.for_abi(abi);
    if symbol.size < entry || symbol.size.checked_rem(entry) != Some(0) {
        let (table, size) = (name.table.into(), symbol.size);
        return refuse(
            ModpostFinding::DeviceTableSize { table, kind: device.kind_in_messages(profile), size, entry },
            facts,
            profile,
        );
    }
    // The original tests a bit, so some other section types count as being without contents, too.
    let bytes = if section.kind & elf::SHT_NOBITS != 0 {
        let len = Some(symbol.size).filter(|&size| size <= MAX_ZEROS).and_then(|size| usize::try_from(size).ok());
        vec![
            0;
            len.ok_or_else(|| ModpostFinding::malformed(format!(
                "device table: st_size {} is not credible",
                symbol.size
            )))?
        ]
    } else {
        object.read(section.offset.saturating_add(symbol.value), symbol.size, "device table")?
    };
    let entries_len = bytes.len().saturating_sub(entry as usize);
    let last = bytes.get(entries_len..).unwrap_or_default();
    if last.iter().any(|&byte| byte != 0) {
        let (table, last, size) = (name.table.into(), last.into(), symbol.size);
        let kind = device.kind_in_messages(profile);
        return refuse(ModpostFinding::DeviceTableEnd { table, kind, size, entry, last }, facts, profile);
    }
    let table = Table { device, module: name.module, bytes: &bytes, entry: entry as usize, abi, endian: object.endian };
    table.convert(facts, profile)
}

/// A table that makes no sense is an error, or stops the run.
fn refuse(finding: ModpostFinding, facts: &mut ObjectFacts, profile: &ModpostProfile) -> Result<(), Stop> {
    if !profile.has(Behaviour::DevtableErrorsGoOn) {
        return Err(finding.into());
    }
    facts.events.push(ScanEvent::Finding(finding));
    Ok(())
}

/// A table that makes sense.
struct Table<'a> {
    device: &'static Device,
    module: &'a [u8],
    bytes: &'a [u8],
    entry: usize,
    abi: Abi,
    endian: object::Endianness,
}

impl Table<'_> {
    /// Upstream: `do_table()`.
    fn convert(&self, facts: &mut ObjectFacts, profile: &ModpostProfile) -> Result<(), Stop> {
        let count = (self.bytes.len() / self.entry.max(1)).saturating_sub(1);
        for index in 0..count {
            let bytes = self.bytes.get(index * self.entry..).unwrap_or_default();
            let earlier = self.bytes.get(..index * self.entry).unwrap_or_default();
            let entry = Entry { bytes, earlier, size: self.entry, abi: self.abi, endian: self.endian };
            let mut findings = Vec::new();
            let aliases = format::aliases(self.device, &entry, profile, &mut findings);
            facts.events.extend(findings.into_iter().map(ScanEvent::Finding));
            for alias in aliases? {
                self.add(&alias, facts, profile)?;
            }
        }
        Ok(())
    }

    fn add(&self, alias: &[u8], facts: &mut ObjectFacts, profile: &ModpostProfile) -> Result<(), Stop> {
        if profile.has(Behaviour::AliasesUnique) {
            facts.aliases.add_new(self.module, alias);
            return Ok(());
        }
        // Such kernels make the final line at once, so that it is here that it may be too long.
        check_line(&text!["MODULE_ALIAS(\"", alias, "\");\n"], profile)?;
        facts.aliases.add(self.module, alias);
        Ok(())
    }
}

impl<'a> TableName<'a> {
    fn parse(symbol: &'a [u8], profile: &ModpostProfile) -> Option<Self> {
        if profile.has(Behaviour::DevtableKmodSymbol) { Self::parse_kmod(symbol) } else { Self::parse_plain(symbol) }
    }

    /// `__mod_device_table__kmod_<module>__<kind>__<table>`; a module name with two underscores breaks it.
    fn parse_kmod(symbol: &'a [u8]) -> Option<Self> {
        if !symbol.starts_with(b"__mod_device_table__") {
            return None;
        }
        let (_, rest) = split_at_first(symbol, b"__kmod_")?;
        let (module, rest) = split_at_first(rest, b"__")?;
        let (kind, table) = split_at_first(rest, b"__")?;
        Some(Self { module, kind, table })
    }

    /// `__mod_<kind>__<table>_device_table`.
    fn parse_plain(symbol: &'a [u8]) -> Option<Self> {
        let rest = symbol.strip_prefix(b"__mod_").filter(|rest| rest.ends_with(b"_device_table"))?;
        let (kind, table) = split_at_first(rest, b"__")?;
        Some(Self { module: &[], kind, table })
    }
}

/// What is before and after the first `separator`.
fn split_at_first<'a>(text: &'a [u8], separator: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = memchr::memmem::find(text, separator)?;
    Some((text.get(..at)?, text.get(at.checked_add(separator.len())?..)?))
}

#[cfg(test)]
mod tests {
    use super::TableName;

    #[test]
    fn table_symbols() {
        let name = TableName::parse_kmod(b"__mod_device_table__kmod_a_b__of__ids__x").unwrap();
        assert_eq!((name.module, name.kind, name.table), (&b"a_b"[..], &b"of"[..], &b"ids__x"[..]));
        let broken = TableName::parse_kmod(b"__mod_device_table__kmod_a__b__of__ids").unwrap();
        assert_eq!((broken.module, broken.kind), (&b"a"[..], &b"b"[..]));
        assert!(TableName::parse_kmod(b"__mod_device_table__of__ids").is_none());
        let name = TableName::parse_plain(b"__mod_pnp_card__ids_device_table").unwrap();
        assert_eq!(name.kind, b"pnp_card");
        assert!(TableName::parse_plain(b"__mod_of__ids").is_none());
    }
}
