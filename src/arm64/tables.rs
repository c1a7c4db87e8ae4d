// SPDX-License-Identifier: GPL-2.0-only

//! Checks of the tables by which the kernel patches itself; none of them needs control flow.
//!
//! One file for each check: it reads the object and returns findings, in the order of the file. Nothing here prints or edits,
//! and the time of each is linear in the object, but for the sorting of what it looks up.

mod address_taken;
mod alternatives;
mod branch_range;
mod bug_table;
mod early_code;
mod ex_table;
mod jump_table;
mod kcfi;
mod landing_pads;
pub mod mcount;
mod noinstr;
pub mod static_calls;

use super::finding::Arm64Finding;
use super::finding::Kind;
use super::object::Arm64Object;
use super::object::Place;
use crate::elf::ElfFile;
use crate::elf::Reloc;
use crate::elf::SectionId;

/// What the checks are to know beside the object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TableOptions {
    /// Whether calls out of noinstr code are findings. Not by default: arm64 code has no marks for where they are fine.
    pub noinstr: bool,
    /// How much of a branch's reach must be left unused, in percent.
    pub branch_margin: u8,
}

impl Default for TableOptions {
    fn default() -> Self {
        Self { noinstr: false, branch_margin: 5 }
    }
}

/// Runs every check on an object. Files for other machines, and big-endian ones, have no findings.
pub fn check(elf: &ElfFile<'_>, options: &TableOptions) -> Vec<Arm64Finding> {
    if !super::object::is_supported(elf) {
        return Vec::new();
    }
    check_object(&Arm64Object::new(elf), options)
}

/// Runs every check on an object that has been indexed.
pub fn check_object(object: &Arm64Object<'_>, options: &TableOptions) -> Vec<Arm64Finding> {
    let mut findings = Vec::new();
    // Every traceable function is in the function tracer's table, once, at its NOPs.
    findings.extend(mcount::check(object));
    // Every static call can be redirected.
    findings.extend(static_calls::check(object));
    // Every function that may be called through a pointer begins with what the processor and callers look for.
    let taken = address_taken::functions(object);
    findings.extend(landing_pads::check(object, &taken));
    findings.extend(kcfi::check(object, &taken));
    // Whatever is patched, or found by its address after a trap, is an instruction of the right sort.
    findings.extend(alternatives::check(object));
    findings.extend(ex_table::check(object));
    findings.extend(jump_table::check(object));
    findings.extend(bug_table::check(object));
    // What a link or a later patch will write into branches fits.
    findings.extend(branch_range::check(object, options.branch_margin));
    // Early code has no addresses that are not true yet.
    findings.extend(early_code::check(object));
    if options.noinstr {
        findings.extend(noinstr::check(object));
    }
    findings
}

/// One record of a table.
#[derive(Debug, Clone, Copy)]
struct Record {
    /// Where it is.
    place: Place,
}

/// The whole records of `size` bytes in a section, and what is to be said about the rest.
fn records(
    object: &Arm64Object<'_>,
    section: SectionId,
    size: u64,
) -> (impl Iterator<Item = Record> + use<>, Option<Arm64Finding>) {
    let len = object.elf.section(section).data.len() as u64;
    let cut = (!len.is_multiple_of(size)).then(|| {
        let finding = Arm64Finding::of_object(Kind::TableSize).with(object.section_name(section));
        finding.with(len.to_string()).with(size.to_string())
    });
    let all = (0..len / size).map(move |index| Record { place: Place { section, offset: index * size } });
    (all, cut)
}

impl Record {
    /// The relocation of type `kind` at `offset` in the record.
    fn field(self, object: &Arm64Object<'_>, offset: i64, kind: u32) -> Option<Reloc> {
        object.field(self.place.plus(offset)?, kind)
    }
}
