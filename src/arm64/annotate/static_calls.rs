// SPDX-License-Identifier: GPL-2.0-only

//! `--static-call`: `.static_call_sites`, in the layout that the kernel has on x86-64.
//!
//! A record is the place of the call and its key, both relative to themselves; the lowest bit of the key says that it is a
//! tail call. A module that may not change a call does not see its key; then the trampoline stands in for it, and the module
//! loader finds the key. Without `--module` a missing key is an error.

use object::elf;
use rustc_hash::FxHashMap;

use super::add;
use super::place_reloc;
use super::section;
use crate::arm64::finding::Arm64Finding;
use crate::arm64::finding::Kind;
use crate::arm64::object::Arm64Object;
use crate::arm64::tables::static_calls;
use crate::arm64::tables::static_calls::Site;
use crate::elf::Edit;
use crate::elf::NewReloc;
use crate::elf::RelocTarget;
use crate::elf::SymbolId;

/// Bytes of a record: s32 place, s32 key.
const RECORD: u64 = 8;
const SITES: &str = ".static_call_sites";

/// What came of it.
#[derive(Debug, Default)]
pub struct Created {
    /// The section, if there is anything to put into it.
    pub edits: Vec<Edit>,
    /// Why there is none.
    pub finding: Option<Arm64Finding>,
    /// Why nothing may be written at all.
    pub error: Option<String>,
}

/// Makes the section; `is_module` says that trampolines stand in for keys that are not here.
pub fn create(object: &Arm64Object<'_>, is_module: bool) -> Created {
    let mut created = Created::default();
    if object.sections_named(SITES).next().is_some() {
        created.finding = Some(Arm64Finding::of_object(Kind::AlreadyHas).with(SITES));
        return created;
    }
    let sites = static_calls::sites(object);
    if sites.is_empty() {
        return created;
    }
    let keys = keys(object);
    let mut relocs = Vec::with_capacity(sites.len().saturating_mul(2));
    for (index, site) in sites.iter().enumerate() {
        let offset = index as u64 * RECORD;
        let Some(key) = key_of(object, &keys, site, is_module) else {
            let key = static_calls::key_name(object, site.trampoline);
            let key = String::from_utf8_lossy(&key).into_owned();
            created.error = Some(format!("static_call: can't find static_call_key symbol: {key}"));
            return created;
        };
        relocs.push(place_reloc(offset, site.place, elf::R_AARCH64_PREL32));
        relocs.push(NewReloc {
            offset: offset + 4,
            target: RelocTarget::Symbol(key),
            kind: elf::R_AARCH64_PREL32,
            addend: site.is_tail.into(),
        });
    }
    let mut section = section(SITES, RECORD, sites.len(), relocs);
    // Modules change the low bits of the key.
    section.flags |= u64::from(elf::SHF_WRITE);
    created.edits.push(add(section));
    created
}

/// The keys that the file knows, by name.
fn keys<'a>(object: &Arm64Object<'a>) -> FxHashMap<&'a [u8], SymbolId> {
    let named = object.elf.symbols.iter().enumerate();
    let named = named.map(|(index, symbol)| (object.elf.symbol_name(symbol), SymbolId(index as u32)));
    named.filter(|(name, _)| name.starts_with(static_calls::KEY)).collect()
}

fn key_of(
    object: &Arm64Object<'_>,
    keys: &FxHashMap<&[u8], SymbolId>,
    site: &Site,
    is_module: bool,
) -> Option<SymbolId> {
    let key = keys.get(&*static_calls::key_name(object, site.trampoline)).copied();
    key.or(is_module.then_some(site.trampoline))
}
