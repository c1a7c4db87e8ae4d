// SPDX-License-Identifier: GPL-2.0-only

//! Finding out who exports what a module needs, and whether the module may use it.
//!
//! Upstream: `check_exports()` and its callers.

use super::export::ExportKind;
use super::finding::ModpostFinding;
use super::finding::Stop;
use super::options::ModpostOpts;
use super::report::ModpostReport;
use super::scan::ObjectFacts;
use super::text::Name;
use super::text::basename;
use super::wording::ModpostSeverity;
use super::wording::Subject;
use super::world::ExportId;
use super::world::Exported;
use super::world::ModuleId;
use super::world::World;
use crate::elf::Class;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// This many undefined symbols are named.
const MAX_UNDEFINED: u32 = 10;

/// What the modules of a world have to do with each other.
#[derive(Debug)]
pub struct Resolution {
    /// For every module and each of its imports the export it refers to, if there is one.
    imports: Vec<Vec<Option<ExportId>>>,
    /// For every module the namespaces it should import.
    missing_namespaces: Vec<Vec<Name>>,
    /// For every export whether somebody needs it.
    used: Vec<bool>,
    /// Exports that nobody needs are dropped.
    is_trimming: bool,
    /// Number of undefined symbols.
    undefined: u32,
}

impl Resolution {
    /// What the imports of module `index` refer to, in the order of its imports.
    pub fn imports(&self, index: usize) -> &[Option<ExportId>] {
        self.imports.get(index).map_or(&[], Vec::as_slice)
    }

    /// Namespaces that module `index` uses and does not import.
    pub fn missing_namespaces(&self, index: usize) -> &[Name] {
        self.missing_namespaces.get(index).map_or(&[], Vec::as_slice)
    }

    /// Whether an export is written.
    pub fn is_kept(&self, id: ExportId) -> bool {
        !self.is_trimming || self.used.get(id.0 as usize).copied().unwrap_or_default()
    }

    /// Keeps the exports that `list` names, one per line.
    ///
    /// Upstream: `handle_white_list_exports()`.
    pub fn keep_listed(&mut self, world: &World<'_>, list: &[u8]) {
        for name in list.split(|&byte| byte == b'\n') {
            self.use_symbol(world, name);
        }
    }

    /// Number of undefined symbols that were not named.
    pub fn n_suppressed(&self, profile: &ModpostProfile) -> Option<u32> {
        if !profile.has(Behaviour::UndefinedLimit) {
            return None;
        }
        self.undefined.checked_sub(MAX_UNDEFINED).filter(|&count| count > 0)
    }

    fn use_symbol(&mut self, world: &World<'_>, name: &[u8]) {
        if let Some(used) = world.find(name).and_then(|id| self.used.get_mut(id.0 as usize)) {
            *used = true;
        }
    }
}

/// The longest module name that fits `struct module`, plus one for the NUL.
pub fn module_name_len(class: Class) -> usize {
    match class {
        Class::Elf32 => 60,
        Class::Elf64 => 56,
    }
}

impl Resolution {
    /// Nothing is resolved yet.
    pub fn new(world: &World<'_>, opts: &ModpostOpts) -> Self {
        let n_modules = world.modules().count();
        Self {
            imports: vec![Vec::new(); n_modules],
            missing_namespaces: vec![Vec::new(); n_modules],
            used: vec![false; world.n_exports()],
            is_trimming: opts.trim,
            undefined: 0,
        }
    }

    /// Checks one module against the others.
    pub fn check(
        &mut self,
        world: &World<'_>,
        id: ModuleId,
        opts: &ModpostOpts,
        profile: &ModpostProfile,
        report: &mut ModpostReport<'_>,
    ) -> Result<(), Stop> {
        let module = world.module(id);
        let Some(facts) = &module.facts else { return Ok(()) };
        for name in &facts.no_trim {
            self.use_symbol(world, name);
        }
        if module.is_vmlinux() {
            return Ok(());
        }
        let mut check = ModuleCheck { world, id, facts, subject: module.subject(), opts, profile, report };
        check.name_len();
        let (imports, missing) = check.imports(self)?;
        if let Some(slot) = self.imports.get_mut(id.0 as usize) {
            *slot = imports;
        }
        if let Some(slot) = self.missing_namespaces.get_mut(id.0 as usize) {
            *slot = missing;
        }
        Ok(())
    }
}

/// The checks of one module.
struct ModuleCheck<'a, 'r> {
    world: &'a World<'a>,
    id: ModuleId,
    facts: &'a ObjectFacts,
    subject: Subject<'a>,
    opts: &'a ModpostOpts,
    profile: &'a ModpostProfile,
    report: &'a mut ModpostReport<'r>,
}

impl ModuleCheck<'_, '_> {
    /// Upstream: `check_modname_len()`.
    fn name_len(&mut self) {
        if basename(&self.facts.module).len() >= module_name_len(self.facts.class) {
            self.report.tell(&ModpostFinding::ModuleNameTooLong, self.subject);
        }
    }

    /// The exports that the module's imports refer to, and the namespaces it should import.
    fn imports(&mut self, resolution: &mut Resolution) -> Result<(Vec<Option<ExportId>>, Vec<Name>), Stop> {
        let mut missing: Vec<Name> = Vec::new();
        let mut imports = Vec::with_capacity(self.facts.imports.len());
        for import in &self.facts.imports {
            let found = self.world.find(&import.name);
            let is_own = found.is_some_and(|id| self.world.export(id).module == self.id);
            if is_own && self.profile.has(Behaviour::ExportedWithoutDefinition) {
                self.report.tell(&ModpostFinding::ExportedWithoutDefinition(import.name.clone()), self.subject);
                imports.push(None);
                continue;
            }
            let Some(id) = found.filter(|_| !is_own) else {
                if !import.is_weak {
                    self.undefined(&import.name, resolution);
                }
                imports.push(None);
                continue;
            };
            let exported = self.world.export(id);
            if let Some(used) = resolution.used.get_mut(id.0 as usize) {
                *used = true;
            }
            imports.push(found);
            self.namespace(exported, &mut missing);
            self.kind(exported)?;
        }
        Ok((imports, missing))
    }

    /// Whether the module may use an export of that kind.
    ///
    /// Upstream: `check_for_gpl_usage()` and `check_for_unused()` of 5.10.
    fn kind(&mut self, exported: &Exported) -> Result<(), Stop> {
        let symbol = exported.export.name.clone();
        let kind = exported.export.kind;
        let violation = match kind {
            _ if self.facts.is_gpl_compatible => None,
            ExportKind::Gpl => Some(ModpostFinding::GplOnly(symbol.clone())),
            ExportKind::UnusedGpl => Some(ModpostFinding::GplOnlyUnused(symbol.clone())),
            ExportKind::GplFuture => {
                self.report.tell(&ModpostFinding::GplOnlyFuture(symbol.clone()), self.subject);
                None
            }
            ExportKind::Plain | ExportKind::Unused | ExportKind::Unknown => None,
        };
        match violation {
            Some(finding) if self.profile.has(Behaviour::GplViolationFatal) => {
                self.report.add(&finding, self.subject, ModpostSeverity::Fatal);
                return Err(Stop::Told);
            }
            Some(finding) => self.report.tell(&finding, self.subject),
            None => {}
        }
        if matches!(kind, ExportKind::Unused | ExportKind::UnusedGpl) {
            self.report.tell(&ModpostFinding::Unused(symbol), self.subject);
        }
        Ok(())
    }

    fn undefined(&mut self, symbol: &[u8], resolution: &mut Resolution) {
        if self.profile.has(Behaviour::UndefinedNeedsVmlinux) && !self.world.has_vmlinux() {
            return;
        }
        if resolution.undefined < MAX_UNDEFINED || !self.profile.has(Behaviour::UndefinedLimit) {
            let severity = if self.opts.warn_unresolved { ModpostSeverity::Warning } else { ModpostSeverity::Error };
            self.report.add(&ModpostFinding::Undefined(symbol.into()), self.subject, severity);
        }
        resolution.undefined = resolution.undefined.saturating_add(1);
    }

    fn namespace(&mut self, exported: &Exported, missing: &mut Vec<Name>) {
        let namespace = &exported.export.namespace;
        let is_allowed = namespace.is_empty()
            || (self.profile.has(Behaviour::ModuleNamespaces)
                && is_for_module(namespace, basename(&self.facts.module)))
            || self.facts.namespaces.contains(namespace);
        if is_allowed {
            return;
        }
        let severity =
            if self.opts.allow_missing_namespaces { ModpostSeverity::Warning } else { ModpostSeverity::Error };
        let symbol = exported.export.name.clone();
        let finding = ModpostFinding::NamespaceNotImported { symbol, namespace: namespace.clone() };
        self.report.add(&finding, self.subject, severity);
        if !missing.contains(namespace) {
            let at = if self.profile.has(Behaviour::NamespacesNewestFirst) { 0 } else { missing.len() };
            missing.insert(at, namespace.clone());
        }
    }
}

/// Whether a namespace `module:a,b*` names this module; a star may stand for the rest of a name.
///
/// Upstream: `verify_module_namespace()`.
fn is_for_module(namespace: &[u8], module: &[u8]) -> bool {
    let Some(patterns) = namespace.strip_prefix(b"module:") else { return false };
    let mut patterns = patterns.split(|&byte| byte == b',').peekable();
    while let Some(pattern) = patterns.next() {
        // Nothing comes after a comma at the end.
        if pattern.is_empty() && patterns.peek().is_none() {
            break;
        }
        let is_match = match pattern.strip_suffix(b"*") {
            Some(head) => module.starts_with(head),
            None => module == pattern,
        };
        if is_match {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::is_for_module;

    #[test]
    fn module_namespaces() {
        assert!(is_for_module(b"module:kvm", b"kvm") && !is_for_module(b"module:kvm", b"kvm-amd"));
        assert!(is_for_module(b"module:a,kvm-*", b"kvm-amd") && is_for_module(b"module:*", b"x"));
        assert!(!is_for_module(b"kvm", b"kvm") && !is_for_module(b"module:", b"") && !is_for_module(b"module:a,", b""));
    }
}
