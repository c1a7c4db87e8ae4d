// SPDX-License-Identifier: GPL-2.0-only

//! Section creators: each reads the object and returns edits.

pub mod mcount;
pub mod static_calls;

use super::object::Place;
use crate::elf::Edit;
use crate::elf::NewReloc;
use crate::elf::NewSection;
use crate::elf::RelocTarget;
use crate::objtool::annotate::section;

/// A relocation that says where a place is.
fn place_reloc(offset: u64, place: Place, kind: u32) -> NewReloc {
    NewReloc { offset, target: RelocTarget::Section(place.section), kind, addend: place.offset.cast_signed() }
}

fn add(section: NewSection) -> Edit {
    Edit::AddSection(Box::new(section))
}
