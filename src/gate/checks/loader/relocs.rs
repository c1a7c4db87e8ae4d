// SPDX-License-Identifier: GPL-2.0-only

//! Relocations of a finished module against those that the machine's loader applies.

use object::elf;

use crate::elf::Reloc;
use crate::elf::SectionId;
use crate::gate::finding::GateFinding;
use crate::gate::object::ObjectCx;

/// Types that `apply_relocate_add()` of x86-64 knows, with the bytes that each writes.
const X86_64: [(u32, usize); 7] = [
    (elf::R_X86_64_NONE, 0),
    (elf::R_X86_64_64, 8),
    (elf::R_X86_64_32, 4),
    (elf::R_X86_64_32S, 4),
    (elf::R_X86_64_PC32, 4),
    (elf::R_X86_64_PLT32, 4),
    (elf::R_X86_64_PC64, 8),
];

/// Types that arm64's knows: data, moves of parts of a value, and places of code.
const ARM64: [u32; 39] = [
    elf::R_AARCH64_NONE,
    // R_ARM_NONE, the old number of nothing.
    256,
    elf::R_AARCH64_ABS64,
    elf::R_AARCH64_ABS32,
    elf::R_AARCH64_ABS16,
    elf::R_AARCH64_PREL64,
    elf::R_AARCH64_PREL32,
    elf::R_AARCH64_PREL16,
    elf::R_AARCH64_MOVW_UABS_G0,
    elf::R_AARCH64_MOVW_UABS_G0_NC,
    elf::R_AARCH64_MOVW_UABS_G1,
    elf::R_AARCH64_MOVW_UABS_G1_NC,
    elf::R_AARCH64_MOVW_UABS_G2,
    elf::R_AARCH64_MOVW_UABS_G2_NC,
    elf::R_AARCH64_MOVW_UABS_G3,
    elf::R_AARCH64_MOVW_SABS_G0,
    elf::R_AARCH64_MOVW_SABS_G1,
    elf::R_AARCH64_MOVW_SABS_G2,
    elf::R_AARCH64_MOVW_PREL_G0,
    elf::R_AARCH64_MOVW_PREL_G0_NC,
    elf::R_AARCH64_MOVW_PREL_G1,
    elf::R_AARCH64_MOVW_PREL_G1_NC,
    elf::R_AARCH64_MOVW_PREL_G2,
    elf::R_AARCH64_MOVW_PREL_G2_NC,
    elf::R_AARCH64_MOVW_PREL_G3,
    elf::R_AARCH64_LD_PREL_LO19,
    elf::R_AARCH64_ADR_PREL_LO21,
    elf::R_AARCH64_ADR_PREL_PG_HI21,
    elf::R_AARCH64_ADR_PREL_PG_HI21_NC,
    elf::R_AARCH64_ADD_ABS_LO12_NC,
    elf::R_AARCH64_LDST8_ABS_LO12_NC,
    elf::R_AARCH64_LDST16_ABS_LO12_NC,
    elf::R_AARCH64_LDST32_ABS_LO12_NC,
    elf::R_AARCH64_LDST64_ABS_LO12_NC,
    elf::R_AARCH64_LDST128_ABS_LO12_NC,
    elf::R_AARCH64_TSTBR14,
    elf::R_AARCH64_CONDBR19,
    elf::R_AARCH64_JUMP26,
    elf::R_AARCH64_CALL26,
];

/// Relocations of sections that are loaded; one finding for a type, and one for places that hold something.
pub fn look(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    let (is_known, option): (fn(u32) -> bool, _) = match cx.elf.machine {
        elf::EM_X86_64 => (|kind| X86_64.iter().any(|(known, _)| *known == kind), "X86_64"),
        elf::EM_AARCH64 => (|kind| ARM64.contains(&kind), "ARM64"),
        _ => return Vec::new(),
    };
    // A module for another machine than the kernel's is told as such.
    if !cx.inputs.config.is_empty() && !cx.inputs.config.has(option) {
        return Vec::new();
    }
    let mut unknown: Vec<Found> = Vec::new();
    let mut filled: Option<Found> = None;
    for id in cx.elf.section_ids() {
        let Some(relocs) = cx.elf.relocs_in(id).filter(|relocs| cx.elf.section(relocs.target).is_alloc()) else {
            continue;
        };
        let place = relocs.target;
        for reloc in relocs.iter() {
            if !is_known(reloc.kind) {
                match unknown.iter_mut().find(|found| found.reloc.kind == reloc.kind) {
                    Some(found) => found.count += 1,
                    None => unknown.push(Found { place, reloc, count: 1 }),
                }
            } else if is_filled(cx, place, &reloc) {
                filled.get_or_insert(Found { place, reloc, count: 0 }).count += 1;
            }
        }
    }
    let unknown = unknown.iter().map(|found| {
        let text = format!(
            "relocation type {} is none that the loader knows ({} of them, the first at {}, for '{}'): compiled with -fPIC, or \
             by a linker that relaxes code",
            found.name(cx),
            found.count,
            cx.place(found.place, found.reloc.offset),
            cx.symbol_name(found.reloc.symbol),
        );
        found.finding(cx, GateFinding::new("relocation-type", text).counterpart(found.name(cx)))
    });
    let filled = filled.iter().map(|found| {
        let text = format!(
            "{} already holds a value where the loader writes that of '{}' ({} such places): it refuses the module",
            cx.place(found.place, found.reloc.offset),
            cx.symbol_name(found.reloc.symbol),
            found.count,
        );
        found.finding(cx, GateFinding::new("relocation-place", text))
    });
    unknown.chain(filled).collect()
}

/// Relocations of one sort: the first, where it is, and how many.
struct Found {
    place: SectionId,
    reloc: Reloc,
    count: usize,
}

impl Found {
    fn finding(&self, cx: &ObjectCx<'_>, finding: GateFinding) -> GateFinding {
        cx.finding_at(finding, self.place, self.reloc.offset)
    }

    fn name(&self, cx: &ObjectCx<'_>) -> String {
        let known = match (cx.elf.machine, self.reloc.kind) {
            (elf::EM_X86_64, elf::R_X86_64_GOTPCREL) => "R_X86_64_GOTPCREL",
            (elf::EM_X86_64, elf::R_X86_64_GOTPCRELX) => "R_X86_64_GOTPCRELX",
            (elf::EM_X86_64, elf::R_X86_64_REX_GOTPCRELX) => "R_X86_64_REX_GOTPCRELX",
            (elf::EM_X86_64, elf::R_X86_64_8) => "R_X86_64_8",
            (elf::EM_X86_64, elf::R_X86_64_16) => "R_X86_64_16",
            (elf::EM_AARCH64, elf::R_AARCH64_ADR_GOT_PAGE) => "R_AARCH64_ADR_GOT_PAGE",
            (elf::EM_AARCH64, elf::R_AARCH64_LD64_GOT_LO12_NC) => "R_AARCH64_LD64_GOT_LO12_NC",
            (_, kind) => return kind.to_string(),
        };
        known.to_owned()
    }
}

/// x86-64's loader writes only where there is nothing yet.
fn is_filled(cx: &ObjectCx<'_>, place: SectionId, reloc: &Reloc) -> bool {
    let size = X86_64.iter().find(|(kind, _)| *kind == reloc.kind && cx.elf.machine == elf::EM_X86_64);
    let (Some((_, size)), Ok(start)) = (size, usize::try_from(reloc.offset)) else { return false };
    let bytes = cx.elf.section(place).data.get(start..).and_then(|rest| rest.get(..*size));
    bytes.is_some_and(|bytes| bytes.iter().any(|byte| *byte != 0))
}
