//! Section creators: each reads the object and returns edits.

pub mod mcount;
pub mod static_calls;

use object::elf;

use super::object::Place;
use crate::elf::Edit;
use crate::elf::NewReloc;
use crate::elf::NewSection;
use crate::elf::RelocTarget;

/// A section with records of `entsize` bytes that hold nothing but relocations.
fn section(name: &str, entsize: u64, n_records: usize, relocs: Vec<NewReloc>) -> NewSection {
    NewSection {
        name: name.as_bytes().to_vec(),
        kind: elf::SHT_PROGBITS,
        flags: elf::SHF_ALLOC.into(),
        align: 1,
        entsize,
        data: vec![0; n_records.saturating_mul(entsize as usize)],
        relocs: Some(relocs),
    }
}

/// A relocation that says where a place is.
fn place_reloc(offset: u64, place: Place, kind: u32) -> NewReloc {
    NewReloc { offset, target: RelocTarget::Section(place.section), kind, addend: place.offset.cast_signed() }
}

fn add(section: NewSection) -> Edit {
    Edit::AddSection(Box::new(section))
}
