// SPDX-License-Identifier: GPL-2.0-only

//! `__ex_table`: where the kernel goes on after a fault, and `__kvm_ex_table` for the hypervisor.
//!
//! A record of `__ex_table` has twelve bytes: s32 instruction and s32 place to go on at, both relative to themselves, u16
//! type, u16 data, which are register numbers for most types. The hypervisor's has only the first two.

use object::elf;

use super::Record;
use super::records;
use crate::arm64::finding::Arm64Finding;
use crate::arm64::finding::Kind;
use crate::arm64::object::Arm64Object;

/// `EX_TYPE_UACCESS_ERR_ZERO`, the first that is made when the kernel is built, to `EX_TYPE_LOAD_UNALIGNED_ZEROPAD` (7.3).
const TYPES: std::ops::RangeInclusive<u16> = 2..=5;
/// Two register numbers.
const DATA: u16 = 0x3ff;

/// Checks every record.
pub fn check(object: &Arm64Object<'_>) -> Vec<Arm64Finding> {
    let mut findings = Vec::new();
    for (name, size) in [("__ex_table", 12), ("__kvm_ex_table", 8)] {
        for section in object.sections_named(name) {
            let (all, cut) = records(object, section, size);
            findings.extend(cut);
            for record in all {
                findings.extend(wrong(object, record, size == 12));
            }
        }
    }
    findings
}

fn wrong(object: &Arm64Object<'_>, record: Record, has_type: bool) -> Option<Arm64Finding> {
    for (offset, what) in [(0, "instruction"), (4, "fixup")] {
        let place = record.field(object, offset, elf::R_AARCH64_PREL32).and_then(|reloc| object.target(&reloc));
        if !place.is_some_and(|place| object.is_code(place)) {
            return Some(Arm64Finding::at(record.place, Kind::ExTableNoCode).with(what));
        }
    }
    if !has_type {
        return None;
    }
    let word = object.word(record.place.plus(8)?)?;
    let (kind, data) = (word as u16, (word >> 16) as u16);
    if !TYPES.contains(&kind) {
        return Some(Arm64Finding::at(record.place, Kind::ExTableType).with(kind.to_string()));
    }
    let finding =
        || Arm64Finding::at(record.place, Kind::ExTableData).with(kind.to_string()).with(format!("{data:#x}"));
    (data > DATA).then(finding)
}
