// SPDX-License-Identifier: GPL-2.0-only

//! Ways through the code that no instruction shows: from the tables by which the kernel patches and repairs itself.
//!
//! * `__ex_table`: a faulting instruction goes on at its fixup.
//! * `__kvm_ex_table`: the same for the hypervisor.
//! * `__jump_table`: a static branch is a NOP or a branch, whichever stands there now.
//! * `.altinstructions`: an instruction may be replaced by others, whose branches then leave from it, or, where a callback
//!   makes them, by NOPs or anything else: then control also goes on behind them.

use arch::arm64;
use arch::arm64::branch::BranchKind;
use object::elf;

use crate::arm64::object::Arm64Object;
use crate::arm64::object::Place;
use crate::elf::SectionId;

/// One way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The instruction it leaves from, with the state before it.
    pub from: Place,
    /// The instruction it leads to.
    pub to: Place,
}

/// All such ways, in order of place.
#[derive(Debug, Default)]
pub struct Edges(Vec<Edge>);

/// `struct exception_table_entry`: two distances, type, data.
const EX_ENTRY: u64 = 12;
/// `struct kvm_exception_table_entry`: two distances.
const KVM_EX_ENTRY: u64 = 8;
/// `struct jump_entry`: two distances and the key's.
const JUMP_ENTRY: u64 = 16;
/// `struct alt_instr`: two distances, capability, two lengths.
const ALT_ENTRY: u64 = 12;
/// Set in `struct alt_instr`'s capability if the second distance is that of a callback.
const ALT_CALLBACK: u16 = 1 << 15;

impl Edges {
    /// Reads the tables of an object.
    pub fn of(object: &Arm64Object<'_>) -> Self {
        let mut all = Vec::new();
        for section in object.sections_named("__ex_table") {
            pairs(object, section, EX_ENTRY, &mut all);
        }
        for section in object.sections_named("__kvm_ex_table") {
            pairs(object, section, KVM_EX_ENTRY, &mut all);
        }
        for section in object.sections_named("__jump_table") {
            pairs(object, section, JUMP_ENTRY, &mut all);
        }
        for section in object.sections_named(".altinstructions") {
            alternatives(object, section, &mut all);
        }
        all.retain(|edge| object.is_code(edge.from) && object.is_code(edge.to));
        all.sort_unstable();
        all.dedup();
        Self(all)
    }

    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = Edge> + '_ {
        self.0.iter().copied()
    }

    /// Where the instruction at a place may lead besides.
    pub fn from(&self, place: Place) -> impl Iterator<Item = Place> + '_ {
        let first = self.0.partition_point(|edge| edge.from < place);
        let rest = self.0.get(first..).unwrap_or_default();
        rest.iter().take_while(move |edge| edge.from == place).map(|edge| edge.to)
    }

    /// Those that leave from `start..end` of a section.
    pub fn within(&self, section: SectionId, start: u64, end: u64) -> &[Edge] {
        let position = |offset| self.0.partition_point(|edge| edge.from < Place { section, offset });
        self.0.get(position(start)..position(end)).unwrap_or_default()
    }
}

/// What the distance at a place leads to.
fn target(object: &Arm64Object<'_>, section: SectionId, offset: u64) -> Option<Place> {
    let reloc = object.field(Place { section, offset }, elf::R_AARCH64_PREL32)?;
    object.target(&reloc)
}

/// Tables whose entries begin with the distances of an instruction and of where it may lead.
fn pairs(object: &Arm64Object<'_>, section: SectionId, size: u64, out: &mut Vec<Edge>) {
    let n_entries = object.elf.section(section).data.len() as u64 / size;
    for offset in (0..n_entries).map(|nth| nth * size) {
        if let (Some(from), Some(to)) = (target(object, section, offset), target(object, section, offset + 4)) {
            out.push(Edge { from, to });
            // A static branch may be switched off, whatever stands there now.
            out.extend(from.plus(4).filter(|_| size == JUMP_ENTRY).map(|to| Edge { from, to }));
        }
    }
}

fn alternatives(object: &Arm64Object<'_>, section: SectionId, out: &mut Vec<Edge>) {
    for (nth, entry) in object.elf.section(section).data.chunks_exact(ALT_ENTRY as usize).enumerate() {
        let &[.., low, high, old_len, new_len] = entry else { continue };
        let offset = nth as u64 * ALT_ENTRY;
        let Some(from) = target(object, section, offset) else { continue };
        if u16::from_le_bytes([low, high]) & ALT_CALLBACK != 0 {
            out.extend(from.plus(old_len.into()).map(|to| Edge { from, to }));
            continue;
        }
        let Some(replacement) = target(object, section, offset + 4) else { continue };
        replacement_branches(object, from, replacement, new_len, out);
        // The replacement may go on where the original does not.
        out.extend(from.plus(old_len.into()).map(|to| Edge { from, to }));
    }
}

/// Branches out of a replacement leave from the instruction that they will replace.
fn replacement_branches(object: &Arm64Object<'_>, from: Place, new: Place, len: u8, out: &mut Vec<Edge>) {
    for at in (0..i64::from(len)).step_by(4) {
        let (Some(place), Some(old)) = (new.plus(at), from.plus(at)) else { continue };
        let branch = object.word(place).and_then(arch::arm64::branch);
        let Some(branch) = branch.filter(|branch| branch.kind != BranchKind::Call) else { continue };
        let is_inside =
            |to: &Place| to.section == new.section && (new.offset..new.offset + u64::from(len)).contains(&to.offset);
        let to = branch_target(object, place, &branch).filter(|to| !is_inside(to));
        out.extend(to.map(|to| Edge { from: old, to }));
    }
}

/// Where a direct branch leads, if that is in this object.
pub fn branch_target(object: &Arm64Object<'_>, place: Place, branch: &arm64::Branch) -> Option<Place> {
    match object.relocs.at(place.section, place.offset) {
        Some(found) => object.target(&found.reloc),
        None => place.plus(branch.disp.into()),
    }
}
