// SPDX-License-Identifier: GPL-2.0-only

//! Exports as 6.6 and newer declare them: labels in `.export_symbol`, each followed by licence, namespace and a
//! reference to the symbol.
//!
//! Upstream: `check_export_symbol()`.

use std::borrow::Cow;

use object::elf;

use super::export::Export;
use super::export::ExportKind;
use super::finding::ModpostFinding;
use super::names::ReferenceNames;
use super::object::ModuleObject;
use super::pattern::matches_any;
use super::symtab::ModuleSymbol;
use super::symtab::ModuleSymbols;
use super::text::c_string_at;
use crate::elf::Class;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;
use crate::kernel::section_rules::SectionRules;

const LABEL: &[u8] = b"__export_symbol_";

/// The section with the labels.
#[derive(Debug)]
pub struct ExportSection<'a> {
    object: &'a ModuleObject,
    symbols: &'a ModuleSymbols,
    names: &'a ReferenceNames,
    /// Contents.
    strings: Vec<u8>,
    /// What a place without a label is called.
    nameless: &'static [u8],
}

impl<'a> ExportSection<'a> {
    /// Reads the section.
    pub fn read(
        object: &'a ModuleObject,
        symbols: &'a ModuleSymbols,
        names: &'a ReferenceNames,
        profile: &ModpostProfile,
    ) -> Result<Self, ModpostFinding> {
        let nameless: &'static [u8] = if profile.has(Behaviour::UnknownSymbolNamed) { b"(unknown)" } else { b"" };
        let strings = object.read_strings(object.export_symbol)?;
        Ok(Self { object, symbols, names, strings, nameless })
    }

    /// The export that a relocation at `offset` to `symbol` declares.
    pub fn export_at(&self, offset: u64, symbol: &ModuleSymbol) -> Result<Export, ModpostFinding> {
        let label = self.names.source(self.symbols, self.object.export_symbol, b".export_symbol", offset);
        let label_name = label.as_ref().map_or(self.nameless, |label| self.symbols.name(label));
        let Some(wanted) = label_name.strip_prefix(LABEL) else {
            return Err(ModpostFinding::StrangeExport(label_name.into()));
        };
        if !symbol.is_global_or_weak() {
            return Err(ModpostFinding::LocalExport(wanted.into()));
        }
        let name = self.symbols.name(symbol);
        if name != wanted {
            return Err(ModpostFinding::NotAnExport(name.into()));
        }
        let start = label.map_or(0, |label| label.value);
        let license = self.string_at(start)?;
        if !matches!(&*license, b"" | b"GPL") {
            return Err(ModpostFinding::UnknownExportLicense { license: license.into(), symbol: name.into() });
        }
        let namespace = self.string_at(start.saturating_add(license.len() as u64).saturating_add(1))?;
        Ok(Export {
            name: name.into(),
            namespace: namespace.into(),
            kind: if license.is_empty() { ExportKind::Plain } else { ExportKind::Gpl },
            is_func: self.is_func(symbol),
        })
    }

    /// The C string at `offset` of the section, or of what follows it in the file.
    fn string_at(&self, offset: u64) -> Result<Cow<'_, [u8]>, ModpostFinding> {
        let inside = usize::try_from(offset).ok().filter(|&offset| offset < self.strings.len());
        if let Some(offset) = inside {
            return Ok(Cow::Borrowed(c_string_at(&self.strings, offset)));
        }
        let start = self.object.sections.get(self.object.export_symbol).map_or(0, |header| header.offset);
        self.object.read_string(start.saturating_add(offset), "exports").map(Cow::Owned)
    }

    fn is_func(&self, symbol: &ModuleSymbol) -> bool {
        // 64-bit parisc marks millicode routines with a type of its own.
        let is_parisc64 = self.object.class == Class::Elf64 && self.object.machine == elf::EM_PARISC;
        symbol.kind() == elf::STT_FUNC || (is_parisc64 && symbol.kind() == elf::STT_LOPROC)
    }
}

/// What to say about exporting a symbol of the section called `section`.
pub fn freed_export(name: &[u8], section: &[u8], rules: &SectionRules) -> Option<ModpostFinding> {
    if matches_any(&rules.init, section) {
        Some(ModpostFinding::ExportOfInit(name.into()))
    } else if matches_any(&rules.exit, section) {
        Some(ModpostFinding::ExportOfExit(name.into()))
    } else {
        None
    }
}
