// SPDX-License-Identifier: GPL-2.0-only

//! Checks of an object's sections: contents that would not be loaded, references that should not be, and exports, which
//! are references too.
//!
//! Upstream: `check_sec_ref()` and what it calls.

use object::elf;

use super::addend;
use super::addend::Location;
use super::event::ScanEvent;
use super::export_section::ExportSection;
use super::export_section::freed_export;
use super::finding::ExtableRef;
use super::finding::ModpostFinding;
use super::finding::SectionRef;
use super::finding::SymbolKind;
use super::names::ReferenceNames;
use super::names::ReferenceTarget;
use super::object::ModuleObject;
use super::options::ModpostOpts;
use super::pattern::matches_any;
use super::references::Hit;
use super::references::ReferenceWalk;
use super::references::Why;
use super::section_class::ClassTable;
use super::section_class::SectionClass;
use super::section_class::classify;
use super::section_class::classify_sources;
use super::symtab::ModuleSymbol;
use super::symtab::ModuleSymbols;
use crate::elf::Class;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;
use crate::kernel::section_rules::Exemption;
use crate::kernel::section_rules::MismatchKind;
use crate::kernel::section_rules::Rule;

/// Checks the sections of `object`; what is found goes to `events` until something is fatal.
pub fn check(
    object: &ModuleObject,
    symbols: &ModuleSymbols,
    opts: &ModpostOpts,
    profile: &ModpostProfile,
    table: &ClassTable,
    events: &mut Vec<ScanEvent>,
) -> Result<(), ModpostFinding> {
    let classes = classify(object, table);
    let sources = classify_sources(object, &classes, table, profile);
    let has_export_section = opts.modules && profile.has(Behaviour::ExportSection);
    let exports = has_export_section.then_some(object.export_symbol);
    let hits = ReferenceWalk { object, symbols, classes: &classes, sources: &sources, exports }.hits()?;
    let names = ReferenceNames::new(object, symbols, &hits, profile);
    let exports = match hits.iter().any(|hit| hit.why == Why::Export) {
        true => Some(ExportSection::read(object, symbols, &names, profile)?),
        false => None,
    };
    let check = Check { object, symbols, opts, profile, classes: &classes, sources: &sources, names: &names, exports };
    let mut rest = hits.as_slice();
    for section in 0..object.sections.len() {
        check.non_alloc(section, events);
        check.unknown_rel(section)?;
        let count = rest.iter().take_while(|hit| hit.reloc_section == section).count();
        let (here, later) = rest.split_at_checked(count).unwrap_or_default();
        check.section(section, here, events)?;
        rest = later;
    }
    Ok(())
}

/// What the checks look at.
struct Check<'a> {
    object: &'a ModuleObject,
    symbols: &'a ModuleSymbols,
    opts: &'a ModpostOpts,
    profile: &'a ModpostProfile,
    classes: &'a [SectionClass],
    sources: &'a [SectionClass],
    names: &'a ReferenceNames,
    exports: Option<ExportSection<'a>>,
}

impl Check<'_> {
    /// Upstream: `check_section()`.
    fn non_alloc(&self, section: usize, events: &mut Vec<ScanEvent>) {
        let Some(header) = self.object.sections.get(section) else { return };
        let is_unchecked = self.classes.get(section).is_some_and(|class| class.is_unchecked);
        let is_alloc = header.flags & u64::from(elf::SHF_ALLOC) != 0;
        let may_be_empty = header.size == 0 && self.profile.has(Behaviour::NonAllocMayBeEmpty);
        if header.kind == elf::SHT_PROGBITS && !is_alloc && !is_unchecked && !may_be_empty {
            let name = self.object.section_name(section).into();
            events.push(ScanEvent::Finding(ModpostFinding::NonAllocSection(name)));
        }
    }

    /// Relocations whose addend nobody knows how to find stop the run, whatever they refer to.
    fn unknown_rel(&self, section: usize) -> Result<(), ModpostFinding> {
        let Some(header) = self.object.sections.get(section) else { return Ok(()) };
        let is_unchecked = self.sources.get(section).is_some_and(|class| class.is_unchecked);
        let is_rel = header.kind == elf::SHT_REL && header.size > 0;
        let is_fatal = self.profile.has(Behaviour::UnknownRelFatal);
        if is_fatal && is_rel && !is_unchecked && !addend::has_rel_addends(self.object.machine) {
            return Err(ModpostFinding::UnknownRelocMachine);
        }
        Ok(())
    }

    /// Looks at the relocations in a section, those worth it given as `hits`.
    fn section(&self, section: usize, hits: &[Hit], events: &mut Vec<ScanEvent>) -> Result<(), ModpostFinding> {
        let mut second = self.second_extable_reloc(section)?;
        for hit in hits {
            // The second relocation tells something even if there is nothing wrong with it.
            if hit.entry >= 1 {
                events.extend(second.take());
            }
            self.reference(hit, events)?;
        }
        events.extend(second);
        Ok(())
    }

    /// The place of the second relocation of an exception table, which 5.10 learns the size of entries from.
    ///
    /// Upstream: `find_extable_entry_size()`.
    fn second_extable_reloc(&self, section: usize) -> Result<Option<ScanEvent>, ModpostFinding> {
        let Some(header) = self.object.sections.get(section) else { return Ok(None) };
        let is_extable = matches!(header.kind, elf::SHT_REL | elf::SHT_RELA)
            && self.profile.has(Behaviour::ExtableEntrySize)
            && self.object.source_name(section, self.profile) == b"__ex_table";
        if !is_extable {
            return Ok(None);
        }
        let Some(reloc) = super::references::reloc_at(self.object, section, 1)? else { return Ok(None) };
        let symbol = self.symbols.get(reloc.symbol.index());
        let is_special = symbol.is_none_or(|symbol| (elf::SHN_LORESERVE..elf::SHN_XINDEX).contains(&symbol.shndx));
        let has_addend = header.kind == elf::SHT_RELA;
        let is_skipped = !has_addend && addend::is_skipped_old_rel(self.object.machine, reloc.kind);
        Ok((!is_special && !is_skipped).then_some(ScanEvent::SecondExtableReloc(reloc.offset as u32)))
    }

    /// Upstream: `check_section_mismatch()`.
    fn reference(&self, hit: &Hit, events: &mut Vec<ScanEvent>) -> Result<(), ModpostFinding> {
        let symbol = self.symbols.get(hit.reloc.symbol.index());
        let Some(symbol) = symbol.filter(|_| hit.why != Why::BadSymbol) else {
            let (section, entry, bad) = (hit.reloc_section, hit.entry, hit.reloc.symbol.0);
            let what = format!("section {section}: relocation {entry}: symbol index {bad} is out of range");
            return Err(ModpostFinding::malformed(what));
        };
        let Some(target) = self.target(hit, &symbol)? else { return Ok(()) };
        match (hit.why, &self.exports) {
            (Why::Export, Some(exports)) => self.export(exports, hit, &symbol, events),
            (Why::Rule(rule), _) => {
                if let Some(rule) = self.profile.sections.rules.get(rule) {
                    return self.mismatch(rule, hit, &symbol, target, events);
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Where a relocation points to; `None` if it is not to be looked at.
    fn target(&self, hit: &Hit, symbol: &ModuleSymbol) -> Result<Option<ReferenceTarget>, ModpostFinding> {
        let kind = self.reloc_kind(hit);
        let machine = self.object.machine;
        let is_new = self.profile.has(Behaviour::TargetAddsValue);
        if !hit.has_addend {
            let at = self.location(hit)?;
            return Ok(match is_new {
                true => Some(ReferenceTarget::Address(addend::rel_target(self.object, symbol, kind, at))),
                false => addend::old_rel_target(self.object, symbol, &hit.reloc, kind, at, self.profile),
            });
        }
        let is_extable = self.object.source_name(hit.reloc_section, self.profile) == b"__ex_table";
        if addend::is_skipped_rela(machine, kind, is_extable, self.profile) {
            return Ok(None);
        }
        Ok(Some(ReferenceTarget::Address(match is_new {
            true => addend::rela_target(self.object, symbol, hit.reloc.addend),
            false => hit.reloc.addend.cast_unsigned(),
        })))
    }

    /// The relocation's type; 64-bit MIPS has three, of which the first counts.
    fn reloc_kind(&self, hit: &Hit) -> u32 {
        let is_mips64 = self.object.machine == elf::EM_MIPS && self.object.class == Class::Elf64;
        if is_mips64 { hit.reloc.kind & 0xff } else { hit.reloc.kind }
    }

    /// Number of the section that a relocation belongs to.
    fn source(&self, hit: &Hit) -> usize {
        self.object.sections.get(hit.reloc_section).map_or(0, |header| header.info as usize)
    }

    /// The relocated bytes.
    fn location(&self, hit: &Hit) -> Result<Location, ModpostFinding> {
        let base = self.object.sections.get(self.source(hit)).map_or(0, |header| header.offset);
        let bytes = self.object.read(base.saturating_add(hit.reloc.offset), 4, "relocated bytes")?;
        Ok(Location::new(*bytes.first_chunk().unwrap_or(&[0; 4]), self.object.endian))
    }

    fn export(&self, exports: &ExportSection<'_>, hit: &Hit, symbol: &ModuleSymbol, events: &mut Vec<ScanEvent>) {
        match exports.export_at(hit.reloc.offset, symbol) {
            Ok(export) => {
                let section = self.object.section_name(symbol.section as usize);
                let freed = freed_export(&export.name, section, &self.profile.sections);
                events.push(ScanEvent::Export(export));
                events.extend(freed.map(ScanEvent::Finding));
            }
            Err(finding) => events.push(ScanEvent::Finding(finding)),
        }
    }

    /// Upstream: `default_mismatch_handler()` and, up to 6.1, `extable_mismatch_handler()`.
    fn mismatch(
        &self,
        rule: &Rule,
        hit: &Hit,
        symbol: &ModuleSymbol,
        target: ReferenceTarget,
        events: &mut Vec<ScanEvent>,
    ) -> Result<(), ModpostFinding> {
        let to = self.names.target(self.symbols, symbol, target);
        let at = self.describe(rule, hit, symbol, to.as_ref(), target);
        let is_extable = rule.kind == MismatchKind::ExtableToNonText;
        let has_handler = is_extable && self.profile.has(Behaviour::ExtableHandler);
        if !has_handler && self.is_exempt(rule, &at) {
            return Ok(());
        }
        let place = ExtableRef { section: at.from_section.clone(), offset: at.place, target: at.to_section.clone() };
        events.push(ScanEvent::Finding(match has_handler {
            true => ModpostFinding::ExtableMismatch(at),
            false => ModpostFinding::SectionMismatch(at),
        }));
        if is_extable {
            let reached = if has_handler { Some(*symbol) } else { to };
            events.push(self.extable(rule, place, reached)?);
        }
        Ok(())
    }

    /// Everything that is known about a reference.
    fn describe(
        &self,
        rule: &Rule,
        hit: &Hit,
        symbol: &ModuleSymbol,
        to: Option<&ModuleSymbol>,
        target: ReferenceTarget,
    ) -> SectionRef {
        let from_section = self.object.source_name(hit.reloc_section, self.profile);
        let offset = hit.reloc.offset;
        let from = self.names.source(self.symbols, self.source(hit), from_section, offset);
        let from_name = self.symbol_name(from.as_ref());
        SectionRef {
            kind: rule.kind,
            exempt_symbols: rule.exempt_symbols,
            section: u32::try_from(self.source(hit)).unwrap_or(0),
            place: offset,
            from_kind: kind_of(from.as_ref()),
            to_kind: kind_of(to),
            from_symbol: from_name.into(),
            from_offset: match from {
                Some(symbol) if !from_name.is_empty() => offset.wrapping_sub(symbol.value),
                _ => offset,
            },
            from_section: from_section.into(),
            to_symbol: self.symbol_name(to).into(),
            to_address: match target {
                ReferenceTarget::Address(address) => address,
                ReferenceTarget::Unknown => 0,
            },
            to_section: self.object.section_name(symbol.section as usize).into(),
        }
    }

    fn symbol_name(&self, symbol: Option<&ModuleSymbol>) -> &[u8] {
        let unknown: &[u8] = if self.profile.has(Behaviour::UnknownSymbolNamed) { b"(unknown)" } else { b"" };
        symbol.map_or(unknown, |symbol| self.symbols.name(symbol))
    }

    /// Upstream: `secref_whitelist()`.
    fn is_exempt(&self, rule: &Rule, at: &SectionRef) -> bool {
        let rules = &self.profile.sections;
        let fits = |patterns: &[&str], name: &[u8]| patterns.is_empty() || matches_any(patterns, name);
        let holds = |exemption: &Exemption| {
            !(exemption.unless_extra_warn && self.opts.extra_warn)
                && fits(&exemption.from, &at.from_section)
                && fits(&exemption.to, &at.to_section)
                && fits(&exemption.from_symbol, &at.from_symbol)
                && fits(&exemption.to_symbol, &at.to_symbol)
        };
        let is_freed = || matches_any(&rules.init, &at.to_section) || matches_any(&rules.exit, &at.to_section);
        let by_rule = matches_any(rule.exempt_symbols, &at.from_symbol)
            && matches_any(&rules.data, &at.from_section)
            && is_freed();
        by_rule || rules.exemptions.iter().any(holds)
    }

    /// What else to say about the exception table; an error if that is fatal.
    fn extable(&self, rule: &Rule, at: ExtableRef, to: Option<ModuleSymbol>) -> Result<ScanEvent, ModpostFinding> {
        if matches_any(&rule.bad, &at.target) {
            return Err(ModpostFinding::ExtableBlackListed(at));
        }
        let target = to.and_then(|to| self.object.sections.get(to.section as usize));
        let is_exec = target.is_some_and(|header| header.flags & u64::from(elf::SHF_EXECINSTR) != 0);
        Ok(match is_exec {
            true => ScanEvent::Finding(ModpostFinding::ExtableUnlisted(at)),
            false if self.profile.has(Behaviour::ExtableEntrySize) => ScanEvent::ExtableData(at),
            false => ScanEvent::Finding(ModpostFinding::ExtableNotExecutable(at)),
        })
    }
}

fn kind_of(symbol: Option<&ModuleSymbol>) -> SymbolKind {
    match symbol {
        None => SymbolKind::Unknown,
        Some(symbol) if symbol.kind() == elf::STT_FUNC => SymbolKind::Function,
        Some(_) => SymbolKind::Variable,
    }
}
