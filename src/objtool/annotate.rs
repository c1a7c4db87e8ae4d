// SPDX-License-Identifier: GPL-2.0-only

//! Section creators: each reads code and returns edits.

pub mod klp_symid;
pub mod prefix;
pub mod sites;
pub mod static_calls;

use object::elf;

use crate::elf::Edit;
use crate::elf::NewReloc;
use crate::elf::NewSection;
use crate::elf::RelocTarget;
use crate::elf::SectionId;
use crate::objtool::code::Code;
use crate::objtool::code::InsnId;

/// A section with one relocation for each record, in record order (`elf_create_section_pair()`).
pub(crate) fn section(name: &str, entsize: u64, n_records: usize, relocs: Vec<NewReloc>) -> NewSection {
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

/// A relocation that says where an instruction is.
fn text_reloc(code: &Code<'_>, offset: u64, insn: InsnId) -> NewReloc {
    place_reloc(code, offset, code.insns.section_of(insn), code.insns.get(insn).offset.into())
}

/// A relocation that names a place in a text section.
fn place_reloc(code: &Code<'_>, offset: u64, section: SectionId, place: u64) -> NewReloc {
    let kind = code.arch.facts().reloc_text;
    NewReloc { offset, target: RelocTarget::Section(section), kind, addend: place.cast_signed() }
}

fn add(section: NewSection) -> Edit {
    Edit::AddSection(Box::new(section))
}
