// SPDX-License-Identifier: GPL-2.0-only

//! All modules and all exports of a run, merged in the original's order.

use std::collections::HashMap;

use super::crc::Crc;
use super::event::ScanEvent;
use super::export::Export;
use super::finding::ExtableRef;
use super::finding::ModpostFinding;
use super::finding::Stop;
use super::report::ModpostReport;
use super::scan::ObjectFacts;
use super::text::Name;
use super::wording::Subject;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// Number of a module, in the order in which they were read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModuleId(pub u32);

/// Number of an export, in the order in which they were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExportId(pub u32);

/// One module, or the kernel itself.
#[derive(Debug)]
pub struct Module {
    /// Its name: a path without suffix.
    pub name: Name,
    /// What its object tells; `None` if it is only known from a dump.
    pub facts: Option<ObjectFacts>,
    /// What it exports, in order.
    pub exports: Vec<ExportId>,
}

impl Module {
    /// Whether it is the kernel itself.
    pub fn is_vmlinux(&self) -> bool {
        &*self.name == b"vmlinux"
    }

    /// What messages call it.
    pub fn subject(&self) -> Subject<'_> {
        let file = self.facts.as_ref().map_or(&self.name, |facts| &facts.file);
        Subject { file, module: &self.name }
    }
}

/// A symbol that a module exports.
#[derive(Debug)]
pub struct Exported {
    /// The exporting module.
    pub module: ModuleId,
    /// Name, namespace and kind.
    pub export: Export,
    /// Its version, if it has one.
    pub crc: Option<u32>,
    /// No global symbol of that name was seen so far.
    pub is_static: bool,
    /// The module it was first exported by.
    pub first_module: ModuleId,
    /// The export of the same name that this one shadows.
    shadowed: Option<ExportId>,
}

/// All modules and all exports.
#[derive(Debug)]
pub struct World<'p> {
    profile: &'p ModpostProfile,
    /// The modules are built outside the tree, where one may replace another.
    is_external: bool,
    modules: Vec<Module>,
    exports: Vec<Exported>,
    /// The newest export of each name.
    newest: HashMap<Name, ExportId>,
    /// Modules known from dumps, by the dump they are known from (where that matters) and name.
    dumped: HashMap<(Option<usize>, Name), ModuleId>,
    /// Size of an entry of the exception table, or 0 as long as it is unknown.
    extable_entry: u32,
    /// Versions of symbols that their module does not export.
    pub unexported_crcs: Vec<(Name, ModuleId)>,
    /// Number of section mismatches.
    pub mismatches: u32,
}

impl<'p> World<'p> {
    /// A world without modules.
    pub fn new(profile: &'p ModpostProfile, is_external: bool) -> Self {
        Self {
            profile,
            is_external,
            modules: Vec::new(),
            exports: Vec::new(),
            newest: HashMap::new(),
            dumped: HashMap::new(),
            extable_entry: 0,
            unexported_crcs: Vec::new(),
            mismatches: 0,
        }
    }

    /// All modules in the order in which they were read.
    pub fn modules(&self) -> impl DoubleEndedIterator<Item = (ModuleId, &Module)> {
        self.modules.iter().enumerate().map(|(index, module)| (ModuleId(index as u32), module))
    }

    /// All modules in the order in which the original walks through them.
    pub fn in_list_order(&self) -> Vec<ModuleId> {
        let mut ids: Vec<ModuleId> = self.modules().map(|(id, _)| id).collect();
        if self.profile.has(Behaviour::ModulesNewestFirst) {
            ids.reverse();
        }
        ids
    }

    /// The module with this number, which must come from this world.
    #[expect(clippy::indexing_slicing, reason = "the world gave the number")]
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0 as usize]
    }

    /// All exports.
    pub fn exports(&self) -> impl Iterator<Item = (ExportId, &Exported)> {
        self.exports.iter().enumerate().map(|(index, exported)| (ExportId(index as u32), exported))
    }

    /// The export with this number, which must come from this world.
    #[expect(clippy::indexing_slicing, reason = "the world gave the number")]
    pub fn export(&self, id: ExportId) -> &Exported {
        &self.exports[id.0 as usize]
    }

    /// Number of exports.
    pub fn n_exports(&self) -> usize {
        self.exports.len()
    }

    /// Whether the kernel itself is known.
    pub fn has_vmlinux(&self) -> bool {
        self.modules.iter().any(Module::is_vmlinux)
    }

    /// The newest export called `name`. A leading dot is ignored: on some machines it marks a function's code.
    ///
    /// Upstream: `find_symbol()`.
    pub fn find(&self, name: &[u8]) -> Option<ExportId> {
        self.newest.get(name.strip_prefix(b".").unwrap_or(name)).copied()
    }

    fn find_mut(&mut self, name: &[u8]) -> Option<&mut Exported> {
        let id = self.find(name)?;
        self.exports.get_mut(id.0 as usize)
    }

    /// The newest export of that name by one module.
    fn find_in(&self, name: &[u8], module: ModuleId) -> Option<ExportId> {
        let mut next = self.find(name);
        while let Some(id) = next {
            let exported = self.export(id);
            if exported.module == module {
                return Some(id);
            }
            next = exported.shadowed;
        }
        None
    }

    /// Adds an export from a dump. `dump` is the dump's number.
    pub fn add_dumped(&mut self, dump: usize, module: &[u8], export: Export, crc: u32, report: &mut ModpostReport<'_>) {
        let dump = self.profile.has(Behaviour::DumpModuleKeyedByFile).then_some(dump);
        let key = (dump, Name::from(module));
        let module = match self.dumped.get(&key) {
            Some(&id) => id,
            None => {
                let id = self.add_module(module.into(), None);
                self.dumped.insert(key, id);
                id
            }
        };
        let (name, namespace) = (export.name.clone(), export.namespace.clone());
        let id = self.add_export(module, export, report);
        let exported = self.exports.get_mut(id.0 as usize);
        if self.profile.has(Behaviour::DuplicateExportShadows) {
            exported.into_iter().for_each(|exported| exported.crc = Some(crc));
            return;
        }
        // Here the export may be an older one, which keeps its owner but takes over the rest. It is looked for by name,
        // which does not find names with a leading dot.
        exported.into_iter().for_each(|exported| exported.is_static = false);
        if let Some(exported) = self.find_mut(&name) {
            exported.crc = Some(crc);
            exported.export.namespace = namespace;
        }
    }

    fn add_module(&mut self, name: Name, facts: Option<ObjectFacts>) -> ModuleId {
        let id = ModuleId(self.modules.len() as u32);
        self.modules.push(Module { name, facts, exports: Vec::new() });
        id
    }

    /// Adds an export. Where the name is taken, the new export shadows the old one, or, in older series, the old one
    /// stays and may change its owner. The result is the export that counts.
    ///
    /// Upstream: `sym_add_exported()`.
    fn add_export(&mut self, module: ModuleId, export: Export, report: &mut ModpostReport<'_>) -> ExportId {
        let is_shadowing = self.profile.has(Behaviour::DuplicateExportShadows);
        if let Some(id) = self.find(&export.name) {
            let owner = self.export(id).module;
            let is_conflict = !self.is_external || self.module(owner).is_vmlinux() || owner == module;
            if is_conflict {
                let finding = self.exported_twice(&export.name, owner);
                report.tell(&finding, self.module(module).subject());
            }
            if !is_shadowing {
                let reowned = self.exports.get_mut(id.0 as usize).filter(|_| !is_conflict);
                reowned.into_iter().for_each(|exported| {
                    exported.module = module;
                    exported.export.kind = export.kind;
                });
                return id;
            }
        }
        let id = ExportId(self.exports.len() as u32);
        let shadowed = self.newest.insert(export.name.clone(), id);
        let first_module = module;
        self.exports.push(Exported { module, export, crc: None, is_static: true, first_module, shadowed });
        if let Some(module) = self.modules.get_mut(module.0 as usize) {
            module.exports.push(id);
        }
        id
    }

    fn exported_twice(&self, symbol: &Name, owner: ModuleId) -> ModpostFinding {
        let previous = self.module(owner);
        ModpostFinding::ExportedTwice {
            symbol: symbol.clone(),
            previous: previous.name.clone(),
            previous_is_vmlinux: previous.is_vmlinux(),
        }
    }

    /// Adds what one object tells, and says what there is to say. `false` if the run ends here.
    pub fn add_object(&mut self, mut facts: ObjectFacts, report: &mut ModpostReport<'_>) -> bool {
        let events = std::mem::take(&mut facts.events);
        let crcs = std::mem::take(&mut facts.crcs);
        let globals = std::mem::take(&mut facts.globals);
        let stop = facts.stop.take();
        if !facts.is_module {
            return say_only(&facts, &events, stop.as_ref(), report);
        }
        let id = self.add_module(facts.module.clone(), Some(facts));
        for event in events {
            if let Err(finding) = self.add_event(id, event, report) {
                report.stop(&finding.into(), self.module(id).subject());
                return false;
            }
        }
        if let Some(stop) = &stop {
            report.stop(stop, self.module(id).subject());
            return false;
        }
        for name in globals {
            self.find_mut(&name).into_iter().for_each(|exported| exported.is_static = false);
        }
        self.set_crcs(id, &crcs);
        true
    }

    fn add_event(
        &mut self,
        module: ModuleId,
        event: ScanEvent,
        report: &mut ModpostReport<'_>,
    ) -> Result<(), ModpostFinding> {
        match event {
            ScanEvent::Finding(finding) => {
                let is_mismatch =
                    matches!(finding, ModpostFinding::SectionMismatch(_) | ModpostFinding::ExtableMismatch(_));
                self.mismatches = self.mismatches.saturating_add(is_mismatch.into());
                report.tell(&finding, self.module(module).subject());
            }
            ScanEvent::Export(export) => {
                self.add_export(module, export, report);
            }
            ScanEvent::Namespace { symbol, namespace } => match self.find_mut(&symbol) {
                Some(exported) => exported.export.namespace = namespace,
                None => {
                    let finding = ModpostFinding::NamespaceWithoutExport { symbol, namespace };
                    report.tell(&finding, self.module(module).subject());
                }
            },
            ScanEvent::Crc { symbol, crc } => {
                self.find_mut(&symbol).into_iter().for_each(|exported| exported.crc = Some(crc));
            }
            ScanEvent::SecondExtableReloc(offset) if self.extable_entry == 0 => {
                self.extable_entry = offset.wrapping_mul(2);
            }
            ScanEvent::SecondExtableReloc(_) => {}
            ScanEvent::ExtableData(at) => return Err(self.extable_data(at)),
        }
        Ok(())
    }

    /// What is fatal about an entry of the exception table: the place where the kernel faults, or where it goes on.
    ///
    /// Upstream: `is_extable_fault_address()`.
    fn extable_data(&self, at: ExtableRef) -> ModpostFinding {
        let is_fault = match u64::from(self.extable_entry) {
            _ if at.offset == 0 => true,
            0 => return ModpostFinding::ExtableEntrySize,
            entry => at.offset.is_multiple_of(entry),
        };
        if is_fault { ModpostFinding::ExtableFault(at) } else { ModpostFinding::ExtableJump(at) }
    }

    /// Sets the versions of what `module` exports; those of other symbols are of no interest.
    fn set_crcs(&mut self, module: ModuleId, crcs: &[Crc]) {
        for (name, crc) in crcs {
            match self.find_in(name, module).and_then(|id| self.exports.get_mut(id.0 as usize)) {
                Some(exported) => exported.crc = Some(*crc),
                None => self.unexported_crcs.push((name.clone(), module)),
            }
        }
    }

    /// Marks exports for which a global symbol was found after all.
    pub fn set_global(&mut self, ids: &[ExportId]) {
        for id in ids {
            self.exports.get_mut(id.0 as usize).into_iter().for_each(|exported| exported.is_static = false);
        }
    }
}

/// Says what there is to say about a file that is no module. `false` if the run ends here.
fn say_only(facts: &ObjectFacts, events: &[ScanEvent], stop: Option<&Stop>, report: &mut ModpostReport<'_>) -> bool {
    let subject = Subject { file: &facts.file, module: &facts.module };
    for event in events {
        if let ScanEvent::Finding(finding) = event {
            report.tell(finding, subject);
        }
    }
    stop.into_iter().for_each(|stop| report.stop(stop, subject));
    stop.is_none()
}
