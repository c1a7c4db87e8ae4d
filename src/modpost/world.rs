//! All modules and all exports of a run, merged in the original's order.

use std::collections::HashMap;

use super::crc::Crc;
use super::export_section::Export;
use super::finding::Finding;
use super::report::Report;
use super::scan::ObjectFacts;
use super::sections::Event;
use super::text::Name;
use super::wording::Subject;

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
    /// The export of the same name that this one shadows.
    shadowed: Option<ExportId>,
}

/// All modules and all exports.
#[derive(Debug, Default)]
pub struct World {
    modules: Vec<Module>,
    exports: Vec<Exported>,
    /// The newest export of each name.
    newest: HashMap<Name, ExportId>,
    /// Modules known from dumps, by the dump they are known from (where that matters) and name.
    dumped: HashMap<(Option<usize>, Name), ModuleId>,
    /// Number of section mismatches.
    pub mismatches: u32,
}

impl World {
    /// All modules in order.
    pub fn modules(&self) -> impl DoubleEndedIterator<Item = (ModuleId, &Module)> {
        self.modules.iter().enumerate().map(|(index, module)| (ModuleId(index as u32), module))
    }

    /// The module with this number, which must come from this world.
    pub fn module(&self, id: ModuleId) -> &Module {
        &self.modules[id.0 as usize]
    }

    /// The export with this number, which must come from this world.
    pub fn export(&self, id: ExportId) -> &Exported {
        &self.exports[id.0 as usize]
    }

    /// Number of exports.
    pub fn n_exports(&self) -> usize {
        self.exports.len()
    }

    /// The newest export called `name`. A leading dot is ignored: on some machines it marks a function's code.
    ///
    /// Upstream: `find_symbol()`.
    pub fn find(&self, name: &[u8]) -> Option<ExportId> {
        self.newest.get(name.strip_prefix(b".").unwrap_or(name)).copied()
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

    /// The module that a dump names, added if it is new. `dump` is the dump's number where modules belong to a dump.
    pub fn dumped_module(&mut self, dump: Option<usize>, name: &[u8]) -> ModuleId {
        let key = (dump, Name::from(name));
        if let Some(&id) = self.dumped.get(&key) {
            return id;
        }
        let id = self.add_module(name.into(), None);
        self.dumped.insert(key, id);
        id
    }

    fn add_module(&mut self, name: Name, facts: Option<ObjectFacts>) -> ModuleId {
        let id = ModuleId(self.modules.len() as u32);
        self.modules.push(Module { name, facts, exports: Vec::new() });
        id
    }

    /// Adds an export; it shadows an older one of the same name.
    ///
    /// Upstream: `sym_add_exported()`.
    pub fn add_export(
        &mut self,
        module: ModuleId,
        export: Export,
        crc: Option<u32>,
        is_external: bool,
        report: &mut Report,
    ) {
        if let Some(id) = self.find(&export.name) {
            let owner = self.export(id).module;
            let previous = self.module(owner);
            // Outside the tree, a module may replace another one.
            if !is_external || previous.is_vmlinux() || owner == module {
                let finding = Finding::ExportedTwice {
                    symbol: export.name.clone(),
                    previous: previous.name.clone(),
                    previous_is_vmlinux: previous.is_vmlinux(),
                };
                report.tell(&finding, self.module(module).subject());
            }
        }
        let id = ExportId(self.exports.len() as u32);
        let shadowed = self.newest.insert(export.name.clone(), id);
        self.exports.push(Exported { module, export, crc, shadowed });
        if let Some(module) = self.modules.get_mut(module.0 as usize) {
            module.exports.push(id);
        }
    }

    /// Adds what one object tells, and says what there is to say. `false` if the run ends here.
    pub fn add_object(&mut self, mut facts: ObjectFacts, is_external: bool, report: &mut Report) -> bool {
        let events = std::mem::take(&mut facts.events);
        let crcs = std::mem::take(&mut facts.crcs);
        let stop = facts.stop.take();
        if !facts.is_module {
            let subject = Subject { file: &facts.file, module: &facts.module };
            for event in &events {
                if let Event::Finding(finding) = event {
                    report.tell(finding, subject);
                }
            }
            if let Some(stop) = &stop {
                report.stop(stop, subject);
            }
            return stop.is_none();
        }
        let id = self.add_module(facts.module.clone(), Some(facts));
        for event in events {
            match event {
                Event::Finding(finding) => {
                    self.mismatches += u32::from(matches!(finding, Finding::SectionMismatch(_)));
                    report.tell(&finding, self.module(id).subject());
                }
                Event::Export(export) => self.add_export(id, export, None, is_external, report),
            }
        }
        if let Some(stop) = &stop {
            report.stop(stop, self.module(id).subject());
            return false;
        }
        self.set_crcs(id, &crcs);
        true
    }

    /// Sets the versions of what `module` exports; those of other symbols are of no interest.
    fn set_crcs(&mut self, module: ModuleId, crcs: &[Crc]) {
        for (name, crc) in crcs {
            let exported = self.find_in(name, module).and_then(|id| self.exports.get_mut(id.0 as usize));
            if let Some(exported) = exported {
                exported.crc = Some(*crc);
            }
        }
    }
}
