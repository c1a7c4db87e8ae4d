// SPDX-License-Identifier: GPL-2.0-only

//! `--mcount`: `__mcount_loc`, made from the compiler's `__patchable_function_entries`.
//!
//! It holds the same addresses, sorted, each once: the kernel adds the distance to the instruction it patches itself. Sites of
//! dropped weak functions are left out, as `scripts/sorttable` takes them out of a finished kernel.

use object::elf;

use super::add;
use super::place_reloc;
use super::section;
use crate::arm64::finding::Arm64Finding;
use crate::arm64::finding::Kind;
use crate::arm64::object::Arm64Object;
use crate::arm64::tables::mcount;
use crate::elf::Edit;

/// Makes the section, or says why not.
pub fn create(object: &Arm64Object<'_>) -> (Vec<Edit>, Option<Arm64Finding>) {
    if object.sections_named(mcount::MCOUNT_LOC).next().is_some() {
        let finding = Arm64Finding::of_object(Kind::AlreadyHas).with(mcount::MCOUNT_LOC);
        return (Vec::new(), Some(finding));
    }
    let mut sites = mcount::survey(object, mcount::ENTRIES).sites;
    if sites.is_empty() {
        return (Vec::new(), None);
    }
    sites.sort_unstable();
    let relocs = sites.iter().enumerate();
    let relocs = relocs.map(|(index, place)| place_reloc(index as u64 * 8, *place, elf::R_AARCH64_ABS64));
    let mut created = section(mcount::MCOUNT_LOC, 8, sites.len(), relocs.collect());
    created.align = 8;
    (vec![add(created)], None)
}
