// SPDX-License-Identifier: GPL-2.0-only

//! Tables that boot-time code trusts: what it searches by halves, and where it writes or expects traps.

use object::elf;

use crate::elf::SectionId;
use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::BuildStage;
use crate::gate::object::ObjectCx;
use crate::gate::tables;

check! {
    /// A table that the kernel trusts at boot is wrong.
    ///
    /// The kernel searches its tables of exceptions, unwinding, traced functions and symbols by halves, so they must be sorted; a
    /// tool does that after the last link. It takes a trap for a warning only where the bug table lists it, to the byte. It writes
    /// alternatives over code without looking: one that is longer than what it replaces destroys what follows.
    ///
    /// Cause: `sorttable` or the last steps of `link-vmlinux.sh` did not run, or not on this file; assembly that makes its own
    /// entries; a tool that moved code and not its tables.
    ///
    /// Remedy: `rm vmlinux && make`; for entries of objects look at the assembly of the place that the finding names. On arm64 the
    /// entries themselves are the findings of the checks of their tables.
    "boot-tables", Error, object: look, world: look_at_world,
}

fn look_at_world(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let kernel = cx.facts.iter().find(|facts| facts.file.stage == BuildStage::VmlinuxObject);
    let unsorted = kernel.and_then(|facts| facts.image.as_ref()).map_or(&[][..], |image| image.unsorted.as_slice());
    let finding = |(table, place): &(&'static str, String)| {
        let text = format!("{table} of vmlinux is not sorted, and the kernel searches it by halves: {place}");
        let mut finding = GateFinding::new("unsorted", text).section(*table);
        finding.detail.push("mend: rm vmlinux && make".to_owned());
        finding.about("vmlinux", "vmlinux")
    };
    unsorted.iter().map(finding).collect()
}

/// Entries of x86-64; arm64's are looked at with its other tables.
fn look(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    let is_seen = cx.file.stage.is_linked() || cx.file.stage == BuildStage::Module;
    if cx.elf.kind != elf::ET_REL || cx.elf.machine != elf::EM_X86_64 || !is_seen {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for id in cx.sections("__bug_table") {
        findings.extend(bugs(cx, id));
    }
    for name in [".altinstructions", ".init.altinstructions"] {
        for id in cx.sections(name) {
            findings.extend(alternatives(cx, id));
        }
    }
    findings
}

/// Every entry leads to a trap, or, where entries have a format, to an instruction that passes it to one.
fn bugs(cx: &ObjectCx<'_>, id: SectionId) -> Vec<GateFinding> {
    let places: Vec<(u64, SectionId, u64)> = relocs(cx, id)
        .filter_map(|(offset, target)| target.map(|(section, place)| (offset, section, place)))
        .filter(|(_, section, _)| cx.elf.section(*section).is_exec())
        .collect();
    let size = places.windows(2).filter_map(|pair| pair.last()?.0.checked_sub(pair.first()?.0)).min();
    let has_format = size.unwrap_or(cx.elf.section(id).size) > 12;
    let wrong = places.into_iter().filter(|(_, section, place)| !is_trap(cx, *section, *place, has_format));
    let findings = wrong.map(|(offset, section, place)| {
        let text = format!(
            "the entry at __bug_table+{offset:#x} leads to {}, where no trap is: the kernel takes the real one for an oops",
            cx.place(section, place)
        );
        cx.finding_at(GateFinding::new("bug-entry", text).counterpart("__bug_table"), section, place)
    });
    findings.collect()
}

/// Whether a warning can come from here.
fn is_trap(cx: &ObjectCx<'_>, section: SectionId, place: u64, has_format: bool) -> bool {
    let data = cx.elf.section(section).data;
    let Some(code) = usize::try_from(place).ok().and_then(|start| data.get(start..)) else { return false };
    let start = code.iter().position(|byte| *byte != 0x67 && byte & 0xf0 != 0x40).unwrap_or(0);
    if code.starts_with(&[0x0f, 0x0b]) || code.get(start..).is_some_and(|code| code.starts_with(&[0x0f, 0xb9])) {
        return true;
    }
    let known = cx.places.over(section, place).map_or(0, |span| span.start);
    let (Ok(known), Ok(at)) = (usize::try_from(known), usize::try_from(place)) else { return false };
    let is_start = ::arch::text_of(cx.elf.machine).is_some_and(|text| text.insn_start(data, known, at) == at);
    has_format && is_start && code.get(1..).is_some_and(|next| !next.starts_with(&[0x0f, 0x0b]))
}

/// No replacement is longer than what it replaces. Records have a size that their number tells: two places each.
fn alternatives(cx: &ObjectCx<'_>, id: SectionId) -> Vec<GateFinding> {
    let section = cx.elf.section(id);
    let places: Vec<(u64, Option<(SectionId, u64)>)> = relocs(cx, id).collect();
    let n_records = places.len() as u64 / 2;
    // Lengths follow a feature of 16 bits up to 6.2, and one of 32 bits from then on.
    let (size, lengths) = match section.size.checked_div(n_records) {
        Some(14) => (14, 12),
        Some(size @ 12..=13) => (size, 10),
        _ => return Vec::new(),
    };
    let mut findings = Vec::new();
    for (index, record) in section.data.chunks_exact(size as usize).enumerate() {
        let (Some(&original), Some(&replacement)) = (record.get(lengths), record.get(lengths + 1)) else { continue };
        if replacement <= original {
            continue;
        }
        let offset = index as u64 * size;
        let target = places.iter().find(|(at, _)| *at == offset).and_then(|(_, target)| *target);
        let Some((code, place)) = target else { continue };
        let text = format!(
            "the replacement of {} has {replacement} bytes, and what it replaces has {original}: the kernel overwrites what follows",
            cx.place(code, place)
        );
        findings.push(cx.finding_at(
            GateFinding::new("alternative", text).counterpart(cx.section_name(id)),
            code,
            place,
        ));
    }
    findings
}

/// Relocations of a table by place, and where each leads.
fn relocs(cx: &ObjectCx<'_>, id: SectionId) -> impl Iterator<Item = (u64, Option<(SectionId, u64)>)> {
    let mut relocs: Vec<_> = cx.relocs.of(id).into_iter().flat_map(|relocs| relocs.relocs.iter()).collect();
    relocs.sort_unstable_by_key(|reloc| reloc.offset);
    relocs.into_iter().map(|reloc| (reloc.offset, tables::target(cx.elf, &reloc)))
}
