// SPDX-License-Identifier: GPL-2.0-only

//! What a livepatch cannot change, and what to do then.

use object::elf;
use rustc_hash::FxHashSet;

use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::objtool::code::Code;
use crate::objtool::code::SymFlags;
use crate::objtool::klp::diff::Side;

/// Why a change cannot be a part of a livepatch.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Obstacle {
    /// Data that the running kernel uses already has other contents.
    ChangedData,
    /// The function, or object, is gone after start-up.
    Init,
    /// The function must not be instrumented.
    Noinstr,
    /// The function does not begin with a call of the function tracer.
    NotTraced,
}

impl Obstacle {
    /// Identifier for programs.
    pub fn id(self) -> &'static str {
        match self {
            Self::ChangedData => "changed-data",
            Self::Init => "init",
            Self::Noinstr => "noinstr",
            Self::NotTraced => "not-traced",
        }
    }

    /// What is in the way.
    pub fn why(self) -> &'static str {
        match self {
            Self::ChangedData => "the running kernel uses this data already; objtool refuses to change it",
            Self::Init => "it was freed after start-up; objtool refuses to patch it",
            Self::Noinstr => "it is in .noinstr.text, which the function tracer, and so a livepatch, must not touch",
            Self::NotTraced => {
                "it does not begin with a call of the function tracer, by which a livepatch redirects it"
            }
        }
    }

    /// What to do.
    pub fn remedy(self) -> &'static str {
        match self {
            Self::ChangedData => "leave the data alone: set it in a pre-patch callback, or use shadow variables",
            Self::Init => "leave it out of the patch: what has run will not run again",
            Self::Noinstr => "change a caller instead, or reboot into a fixed kernel",
            Self::NotTraced => "change its callers instead; a notrace function can be copied under a new name",
        }
    }
}

/// Where functions begin that the function tracer knows.
pub struct Patchable {
    /// Places of `__mcount_loc`, or else of calls of `__fentry__`; `None` if the object has neither.
    places: Option<FxHashSet<(SectionId, u64)>>,
}

/// How far behind a function's start the call of the tracer may be: a landing pad goes before it.
const MOST_BEFORE_CALL: u64 = 16;

impl Patchable {
    /// Reads `__mcount_loc`, or finds the calls.
    pub fn read(code: &Code<'_>) -> Self {
        let known = code.section_names.get("__mcount_loc").map(|section| Self::of_table(code, section));
        let places = known.filter(|places| !places.is_empty()).or_else(|| Some(Self::of_calls(code)));
        Self { places: places.filter(|places| !places.is_empty()) }
    }

    fn of_table(code: &Code<'_>, table: SectionId) -> FxHashSet<(SectionId, u64)> {
        let Some(relocs) = code.relocs.of(table) else { return FxHashSet::default() };
        let place = |reloc: crate::elf::Reloc| {
            let sym = code.symbols.get(reloc.symbol);
            (sym.section, sym.offset.wrapping_add_signed(reloc.addend))
        };
        relocs.relocs.iter().map(place).collect()
    }

    fn of_calls(code: &Code<'_>) -> FxHashSet<(SectionId, u64)> {
        let mut places = FxHashSet::default();
        for section in code.elf.section_ids().filter(|id| code.elf.section(*id).is_exec()) {
            let Some(relocs) = code.relocs.of(section) else { continue };
            let is_call = |reloc: &crate::elf::Reloc| code.symbols.get(reloc.symbol).flags.contains(SymFlags::FENTRY);
            places.extend(relocs.relocs.iter().filter(is_call).map(|reloc| (section, reloc.offset.saturating_sub(1))));
        }
        places
    }

    /// Whether the function begins with such a call, or nothing is known of calls.
    fn has(&self, section: SectionId, start: u64) -> bool {
        let Some(places) = &self.places else { return true };
        (start..start.saturating_add(MOST_BEFORE_CALL)).any(|place| places.contains(&(section, place)))
    }
}

/// What keeps a changed symbol of the original object from being patched.
pub(super) fn of_changed(side: &Side<'_>, id: SymbolId, patchable: &Patchable) -> Option<Obstacle> {
    let (sym, section) = (side.sym(id), side.section_of(id));
    if sym.kind != elf::STT_FUNC {
        return Some(Obstacle::ChangedData);
    }
    if section.name.starts_with(b".init") {
        return Some(Obstacle::Init);
    }
    if section.name == b".noinstr.text" {
        return Some(Obstacle::Noinstr);
    }
    (!patchable.has(sym.section, sym.offset)).then_some(Obstacle::NotTraced)
}
