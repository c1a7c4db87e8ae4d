// SPDX-License-Identifier: GPL-2.0-only

//! Exports without a global symbol, which older series report in the end.
//!
//! An export is fine if its own object, or any that is read later, has a global symbol of that name, even an undefined
//! one. The own object is looked at when it is scanned; others are read once more, and only if something is left to find.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::ksymtab::global_names;
use super::object::ModuleObject;
use super::symtab::ModuleSymbols;
use super::text::Name;
use super::world::ExportId;
use super::world::ModuleId;
use super::world::World;
use crate::kernel::modpost::ModpostProfile;

/// Looks for global symbols of the exports that are static so far.
pub fn settle(world: &mut World<'_>, profile: &ModpostProfile) {
    let found: Vec<ExportId> = {
        let open: HashMap<&[u8], (ExportId, ModuleId)> = world
            .exports()
            .filter(|(_, exported)| exported.is_static)
            .map(|(id, exported)| (&*exported.export.name, (id, exported.first_module)))
            .collect();
        let Some(first) = open.values().map(|(_, module)| *module).min() else { return };
        let names: HashMap<&[u8], ()> = open.keys().map(|name| (*name, ())).collect();
        let later = world.modules().filter(|(id, _)| *id > first).filter_map(|(id, module)| {
            let facts = module.facts.as_ref()?;
            Some((id, globals_of(&facts.file, &names, profile)?))
        });
        let here = later.flat_map(|(id, names)| names.into_iter().map(move |name| (id, name)));
        let settled = here.filter_map(|(id, name)| {
            let (export, module) = open.get(&*name)?;
            (id > *module).then_some(*export)
        });
        settled.collect()
    };
    world.set_global(&found);
}

fn globals_of(file: &[u8], names: &HashMap<&[u8], ()>, profile: &ModpostProfile) -> Option<Vec<Name>> {
    let object = ModuleObject::open(Path::new(OsStr::from_bytes(file)), file, profile).ok()?;
    let mut symbols = ModuleSymbols::read(&object).ok()?;
    for index in 0..symbols.len() {
        let symbol = symbols.get(index)?;
        symbols.remove_dot(&symbol, profile);
    }
    Some(global_names(&symbols, names))
}
