// SPDX-License-Identifier: GPL-2.0-only

//! Exports as series up to 6.1 declare them: symbols `__ksymtab_*` in sections that say who may use them, `__kstrtabns_*`
//! with the namespace, and, up to 5.18, `__crc_*` with the version.
//!
//! Upstream: `handle_symbol()`, the loops after it in `read_symbols()`, and `handle_modversion()`.

use std::collections::HashMap;

use object::Endianness;
use object::elf;

use super::event::ScanEvent;
use super::export::Export;
use super::export::ExportKind;
use super::finding::ModpostFinding;
use super::object::ModuleObject;
use super::symtab::ModuleSymbol;
use super::symtab::ModuleSymbols;
use super::symtab::SHN_UNDEF;
use super::text::Name;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// The export that a symbol stands for, if it is one.
pub fn export(object: &ModuleObject, symbol: &ModuleSymbol, name: &[u8], profile: &ModpostProfile) -> Option<Export> {
    let exported = name.strip_prefix(b"__ksymtab_")?;
    let section = object.section_name(symbol.section as usize);
    let kind = match ExportKind::of_section(section, profile) {
        // Older series export it all the same.
        None if profile.has(Behaviour::ExportKindUnknown) => ExportKind::Unknown,
        kind => kind?,
    };
    Some(Export { name: exported.into(), namespace: Name::default(), kind, is_func: false })
}

/// Namespaces and versions, in the order of the symbols.
pub fn attributes(
    object: &ModuleObject,
    symbols: &mut ModuleSymbols,
    profile: &ModpostProfile,
) -> Result<Vec<ScanEvent>, ModpostFinding> {
    let mut events = Vec::new();
    for index in 0..symbols.len() {
        let Some(symbol) = symbols.get(index) else { break };
        symbols.remove_dot(&symbol, profile);
        let name = symbols.name(&symbol);
        if let Some(exported) = name.strip_prefix(b"__kstrtabns_") {
            let Some(offset) = symbol.offset_in(object) else { continue };
            let namespace = object.read_string(offset, "namespace")?.into();
            events.push(ScanEvent::Namespace { symbol: exported.into(), namespace });
        }
        if let Some(exported) = name.strip_prefix(b"__crc_").filter(|_| profile.has(Behaviour::CrcSymbols)) {
            events.extend(crc(object, &symbol, exported)?);
        }
    }
    Ok(events)
}

/// The version that a symbol stands for: its value, or the word that it points to.
fn crc(object: &ModuleObject, symbol: &ModuleSymbol, exported: &[u8]) -> Result<Option<ScanEvent>, ModpostFinding> {
    let symbol_name = Name::from(exported);
    let crc = match symbol.shndx {
        SHN_UNDEF => return Ok(Some(ScanEvent::Finding(ModpostFinding::CrcUndefined(symbol_name)))),
        elf::SHN_ABS => symbol.value as u32,
        _ => {
            let Some(offset) = symbol.offset_in(object) else { return Ok(None) };
            let bytes = object.read(offset, 4, "version")?;
            let word = *bytes.first_chunk::<4>().unwrap_or(&[0; 4]);
            match object.endian {
                Endianness::Little => u32::from_le_bytes(word),
                Endianness::Big => u32::from_be_bytes(word),
            }
        }
    };
    Ok(Some(ScanEvent::Crc { symbol: symbol_name, crc }))
}

/// Those of `names` that a global or weak symbol of the object has, also an undefined one.
pub fn global_names(symbols: &ModuleSymbols, names: &HashMap<&[u8], ()>) -> Vec<Name> {
    let globals = symbols.iter().filter(ModuleSymbol::is_global_or_weak);
    let name_of = |symbol: ModuleSymbol| {
        let name = symbols.name(&symbol);
        name.strip_prefix(b".").unwrap_or(name)
    };
    globals.map(name_of).filter(|name| names.contains_key(name)).map(Name::from).collect()
}
