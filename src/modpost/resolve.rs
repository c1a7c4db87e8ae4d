//! Finding out who exports what a module needs, and whether the module may use it.
//!
//! Upstream: `check_exports()` and its callers.

use super::finding::Finding;
use super::options::Opts;
use super::profile::Features;
use super::profile::Profile;
use super::report::Report;
use super::scan::ObjectFacts;
use super::text::Name;
use super::text::basename;
use super::wording::Severity;
use super::wording::Subject;
use super::world::ExportId;
use super::world::Exported;
use super::world::World;
use crate::elf::Class;

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
    pub fn keep_listed(&mut self, world: &World, list: &[u8]) {
        for name in list.split(|&byte| byte == b'\n') {
            self.use_symbol(world, name);
        }
    }

    /// Number of undefined symbols that were not named.
    pub fn n_suppressed(&self) -> Option<u32> {
        self.undefined.checked_sub(MAX_UNDEFINED).filter(|&count| count > 0)
    }

    fn use_symbol(&mut self, world: &World, name: &[u8]) {
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

/// Checks all modules against each other.
pub fn resolve(world: &World, opts: &Opts, profile: &Profile, report: &mut Report) -> Resolution {
    let mut resolution = Resolution {
        imports: Vec::new(),
        missing_namespaces: Vec::new(),
        used: vec![false; world.n_exports()],
        is_trimming: opts.trim,
        undefined: 0,
    };
    for (_, module) in world.modules() {
        let (mut imports, mut missing) = (Vec::new(), Vec::new());
        if let Some(facts) = &module.facts {
            for name in &facts.no_trim {
                resolution.use_symbol(world, name);
            }
            if !module.is_vmlinux() {
                let mut check = ModuleCheck { world, facts, subject: module.subject(), opts, profile, report };
                check.name_len();
                (imports, missing) = check.imports(&mut resolution);
            }
        }
        resolution.imports.push(imports);
        resolution.missing_namespaces.push(missing);
    }
    resolution
}

/// The checks of one module.
struct ModuleCheck<'a> {
    world: &'a World,
    facts: &'a ObjectFacts,
    subject: Subject<'a>,
    opts: &'a Opts,
    profile: &'a Profile,
    report: &'a mut Report,
}

impl ModuleCheck<'_> {
    /// Upstream: `check_modname_len()`.
    fn name_len(&mut self) {
        if basename(&self.facts.module).len() >= module_name_len(self.facts.class) {
            self.report.tell(&Finding::ModuleNameTooLong, self.subject);
        }
    }

    /// The exports that the module's imports refer to, and the namespaces it should import.
    fn imports(&mut self, resolution: &mut Resolution) -> (Vec<Option<ExportId>>, Vec<Name>) {
        let mut missing: Vec<Name> = Vec::new();
        let mut imports = Vec::with_capacity(self.facts.imports.len());
        for import in &self.facts.imports {
            let found = self.world.find(&import.name);
            let Some(id) = found else {
                if !import.is_weak {
                    self.undefined(&import.name, resolution);
                }
                imports.push(None);
                continue;
            };
            let exported = self.world.export(id);
            if self.is_own(exported) {
                self.report.tell(&Finding::ExportedWithoutDefinition(import.name.clone()), self.subject);
                imports.push(None);
                continue;
            }
            if let Some(used) = resolution.used.get_mut(id.0 as usize) {
                *used = true;
            }
            imports.push(found);
            self.namespace(exported, &mut missing);
            if !self.facts.is_gpl_compatible && exported.export.is_gpl_only {
                self.report.tell(&Finding::GplOnly(exported.export.name.clone()), self.subject);
            }
        }
        (imports, missing)
    }

    fn is_own(&self, exported: &Exported) -> bool {
        let owner = self.world.module(exported.module);
        owner.facts.as_ref().is_some_and(|facts| std::ptr::eq(facts, self.facts))
    }

    fn undefined(&mut self, symbol: &[u8], resolution: &mut Resolution) {
        if resolution.undefined < MAX_UNDEFINED {
            let severity = if self.opts.warn_unresolved { Severity::Warning } else { Severity::Error };
            self.report.add(&Finding::Undefined(symbol.into()), self.subject, severity);
        }
        resolution.undefined = resolution.undefined.saturating_add(1);
    }

    fn namespace(&mut self, exported: &Exported, missing: &mut Vec<Name>) {
        let namespace = &exported.export.namespace;
        let is_allowed = namespace.is_empty()
            || (self.profile.has(Features::MODULE_NAMESPACES)
                && is_for_module(namespace, basename(&self.facts.module)))
            || self.facts.namespaces.contains(namespace);
        if is_allowed {
            return;
        }
        let severity = if self.opts.allow_missing_namespaces { Severity::Warning } else { Severity::Error };
        let symbol = exported.export.name.clone();
        let finding = Finding::NamespaceNotImported { symbol, namespace: namespace.clone() };
        self.report.add(&finding, self.subject, severity);
        if !missing.contains(namespace) {
            missing.push(namespace.clone());
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
