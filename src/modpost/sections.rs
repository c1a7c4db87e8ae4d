//! Checks of an object's sections: contents that would not be loaded, references that should not be, and exports, which
//! are references too.
//!
//! Upstream: `check_sec_ref()` and what it calls.

use object::elf;

use super::addend;
use super::addend::Location;
use super::export_section::Export;
use super::export_section::ExportSection;
use super::export_section::freed_export;
use super::finding::ExtableRef;
use super::finding::Finding;
use super::finding::SectionRef;
use super::object::Object;
use super::options::Opts;
use super::pattern::matches_any;
use super::profile::Features;
use super::profile::Profile;
use super::references::Hit;
use super::references::Walk;
use super::references::Why;
use super::section_class::SectionClass;
use super::section_class::classify;
use super::section_rules::Exemption;
use super::section_rules::Mismatch;
use super::section_rules::Rule;
use super::symsearch::SymSearch;
use super::symtab::Symbol;
use super::symtab::Symbols;

/// What an object's sections tell, in the original's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// Something to say.
    Finding(Finding),
    /// An export.
    Export(Export),
}

/// Checks the sections of `object`; what is found goes to `events` until something is fatal.
pub fn check(
    object: &Object,
    symbols: &Symbols,
    opts: &Opts,
    profile: &Profile,
    events: &mut Vec<Event>,
) -> Result<(), Finding> {
    let classes = classify(object, profile.sections);
    let has_export_section = opts.modules && profile.has(Features::EXPORT_SECTION);
    let exports = has_export_section.then_some(object.export_symbol);
    let hits = Walk { object, symbols, classes: &classes, exports }.hits()?;
    let sections = hits.iter().flat_map(|hit| sections_to_name(object, symbols, hit));
    let search = SymSearch::new(symbols, object.machine, sections);
    let exports = match hits.iter().any(|hit| hit.why == Why::Export) {
        true => Some(ExportSection::read(object, symbols, &search)?),
        false => None,
    };
    let check = Check { object, symbols, opts, profile, classes: &classes, search: &search, exports };
    let mut rest = hits.as_slice();
    for section in 0..object.sections.len() {
        check.non_alloc(section, events);
        check.unknown_rel(section)?;
        let count = rest.iter().take_while(|hit| hit.reloc_section == section).count();
        let (here, later) = rest.split_at_checked(count).unwrap_or_default();
        for hit in here {
            check.reference(hit, events)?;
        }
        rest = later;
    }
    Ok(())
}

/// The sections in which a symbol is looked for when `hit` is reported.
fn sections_to_name(object: &Object, symbols: &Symbols, hit: &Hit) -> [u32; 2] {
    let from = object.sections.get(hit.reloc_section).map_or(0, |header| header.info);
    let symbol = symbols.get(hit.reloc.symbol.index());
    let to = symbol.filter(|symbol| hit.why != Why::Export && !symbols.has_valid_name(symbol));
    [from, to.map_or(from, |symbol| symbol.section)]
}

/// What the checks look at.
struct Check<'a> {
    object: &'a Object,
    symbols: &'a Symbols,
    opts: &'a Opts,
    profile: &'a Profile,
    classes: &'a [SectionClass],
    search: &'a SymSearch,
    exports: Option<ExportSection<'a>>,
}

impl Check<'_> {
    /// Upstream: `check_section()`.
    fn non_alloc(&self, section: usize, events: &mut Vec<Event>) {
        let Some(header) = self.object.sections.get(section) else { return };
        let is_unchecked = self.classes.get(section).is_some_and(|class| class.is_unchecked);
        let is_alloc = header.flags & u64::from(elf::SHF_ALLOC) != 0;
        if header.kind == elf::SHT_PROGBITS && !is_alloc && !is_unchecked {
            let name = self.object.section_name(section).into();
            events.push(Event::Finding(Finding::NonAllocSection(name)));
        }
    }

    /// Relocations whose addend nobody knows how to find stop the run, whatever they refer to.
    fn unknown_rel(&self, section: usize) -> Result<(), Finding> {
        let Some(header) = self.object.sections.get(section) else { return Ok(()) };
        let is_unchecked = self.classes.get(header.info as usize).is_some_and(|class| class.is_unchecked);
        let is_rel = header.kind == elf::SHT_REL && header.size > 0;
        if is_rel && !is_unchecked && !addend::has_rel_addends(self.object.machine) {
            return Err(Finding::UnknownRelocMachine);
        }
        Ok(())
    }

    /// Upstream: `check_section_mismatch()`.
    fn reference(&self, hit: &Hit, events: &mut Vec<Event>) -> Result<(), Finding> {
        let symbol = self.symbols.get(hit.reloc.symbol.index());
        let Some(symbol) = symbol.filter(|_| hit.why != Why::BadSymbol) else {
            let (section, entry, bad) = (hit.reloc_section, hit.entry, hit.reloc.symbol.0);
            let what = format!("section {section}: relocation {entry}: symbol index {bad} is out of range");
            return Err(Finding::malformed(what));
        };
        let from = self.object.sections.get(hit.reloc_section).map_or(0, |header| header.info as usize);
        let kind = self.reloc_kind(hit);
        let is_extable = self.object.section_name(from) == b"__ex_table";
        if hit.has_addend && addend::is_skipped_rela(self.object.machine, kind, is_extable) {
            return Ok(());
        }
        match (hit.why, &self.exports) {
            (Why::Export, Some(exports)) => self.export(exports, hit, &symbol, events),
            (Why::Rule(rule), _) => {
                let Some(rule) = self.profile.sections.rules.get(rule) else { return Ok(()) };
                let target = if hit.has_addend {
                    addend::rela_target(self.object, &symbol, hit.reloc.addend)
                } else {
                    addend::rel_target(self.object, &symbol, kind, self.location(from, hit)?)
                };
                return self.mismatch(rule, from, hit.reloc.offset, &symbol, target, events);
            }
            _ => {}
        }
        Ok(())
    }

    /// The relocation's type; 64-bit MIPS has three, of which the first counts.
    fn reloc_kind(&self, hit: &Hit) -> u32 {
        let is_mips64 = self.object.machine == elf::EM_MIPS && self.object.class == crate::elf::Class::Elf64;
        if is_mips64 { hit.reloc.kind & 0xff } else { hit.reloc.kind }
    }

    /// The relocated bytes.
    fn location(&self, from: usize, hit: &Hit) -> Result<Location, Finding> {
        let base = self.object.sections.get(from).map_or(0, |header| header.offset);
        let bytes = self.object.read(base.saturating_add(hit.reloc.offset), 4, "relocated bytes")?;
        Ok(Location::new(*bytes.first_chunk().unwrap_or(&[0; 4]), self.object.endian))
    }

    fn export(&self, exports: &ExportSection<'_>, hit: &Hit, symbol: &Symbol, events: &mut Vec<Event>) {
        match exports.export_at(hit.reloc.offset, symbol) {
            Ok(export) => {
                let section = self.object.section_name(symbol.section as usize);
                let freed = freed_export(&export.name, section, self.profile.sections);
                events.push(Event::Export(export));
                events.extend(freed.map(Event::Finding));
            }
            Err(finding) => events.push(Event::Finding(finding)),
        }
    }

    /// Upstream: `default_mismatch_handler()`.
    fn mismatch(
        &self,
        rule: &Rule,
        from: usize,
        offset: u64,
        symbol: &Symbol,
        target: u64,
        events: &mut Vec<Event>,
    ) -> Result<(), Finding> {
        let from_symbol = self.search.at_or_before(self.symbols, from as u32, offset);
        let to = self.name_target(symbol, target);
        let from_name = from_symbol.as_ref().map_or(&[][..], |symbol| self.symbols.name(symbol));
        let at = SectionRef {
            from_symbol: from_name.into(),
            from_offset: match from_symbol {
                Some(symbol) if !from_name.is_empty() => offset.wrapping_sub(symbol.value),
                _ => offset,
            },
            from_section: self.object.section_name(from).into(),
            to_symbol: self.symbols.name(&to).into(),
            to_address: target,
            to_section: self.object.section_name(symbol.section as usize).into(),
        };
        if self.profile.sections.exemptions.iter().any(|exemption| self.is_exempt(exemption, &at)) {
            return Ok(());
        }
        let place = ExtableRef { section: at.from_section.clone(), offset, target: at.to_section.clone() };
        events.push(Event::Finding(Finding::SectionMismatch(at)));
        if rule.kind == Mismatch::ExtableToNonText {
            events.push(Event::Finding(self.extable(rule, place, &to)?));
        }
        Ok(())
    }

    /// The symbol that best names what a relocation to `symbol` refers to.
    ///
    /// Upstream: `find_tosym()`.
    fn name_target(&self, symbol: &Symbol, target: u64) -> Symbol {
        if self.symbols.has_valid_name(symbol) {
            return *symbol;
        }
        self.search.nearest(self.symbols, symbol.section, target, 20).unwrap_or(*symbol)
    }

    fn is_exempt(&self, exemption: &Exemption, at: &SectionRef) -> bool {
        let fits = |patterns: &[&str], name: &[u8]| patterns.is_empty() || matches_any(patterns, name);
        !(exemption.unless_extra_warn && self.opts.extra_warn)
            && fits(exemption.from, &at.from_section)
            && fits(exemption.to, &at.to_section)
            && fits(exemption.from_symbol, &at.from_symbol)
            && fits(exemption.to_symbol, &at.to_symbol)
    }

    /// What else to say about the exception table; an error if that is fatal.
    fn extable(&self, rule: &Rule, at: ExtableRef, to: &Symbol) -> Result<Finding, Finding> {
        if matches_any(rule.bad, &at.target) {
            return Err(Finding::ExtableBlackListed(at));
        }
        let target = self.object.sections.get(to.section as usize);
        let is_exec = target.is_some_and(|header| header.flags & u64::from(elf::SHF_EXECINSTR) != 0);
        Ok(if is_exec { Finding::ExtableUnlisted(at) } else { Finding::ExtableNotExecutable(at) })
    }
}
