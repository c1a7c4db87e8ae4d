// SPDX-License-Identifier: GPL-2.0-only

//! ORC tables against a fresh analysis.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::elf::SectionId;
use crate::gate::check::NOT_FOR_THIS_MACHINE;
use crate::gate::check::Need;
use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::fresh::SectionOffset;
use crate::gate::inputs::BuildStage;
use crate::gate::object::ObjectCx;
use crate::gate::processed;
use crate::gate::tables::Table;
use crate::objtool::finding::Topic;
use crate::objtool::orc::ENTRY_SIZE;

check! {
    /// The ORC unwind tables are missing, damaged, or not those of the code.
    ///
    /// The kernel unwinds stacks by them: for oopses, for `perf`, and to decide whether a livepatch may be applied. A
    /// wrong entry gives a wrong stack, or an unreliable one, for exactly the code it covers.
    ///
    /// Cause: code was changed or linked again after objtool, the tables were sorted or stripped apart, or the module was
    /// built for another kernel's ORC format (`.orc_header`).
    ///
    /// Remedy: rebuild the object so that objtool sees the final code; rebuild modules against the running kernel's headers.
    "orc", Error,
    needs: [Need::Config("UNWINDER_ORC"), Need::Analysis(|opts| opts.orc, NOT_FOR_THIS_MACHINE)], topics: [Topic::Orc],
    object: look, world: look_at_world,
}

type Entry = [u8; ENTRY_SIZE];

fn look(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    if processed::is_unprocessed(cx) {
        return Vec::new();
    }
    let unwind = cx.section(".orc_unwind").filter(|id| cx.elf.section(*id).size > 0);
    let places = Table::read(cx.elf, &cx.relocs, ".orc_unwind_ip", 4).filter(|table| !table.records.is_empty());
    let fresh = cx.fresh.and_then(|fresh| fresh.orc.as_ref());
    let places_are_there = places.is_some();
    let (Some(unwind), Some(places)) = (unwind, places) else {
        let is_half = unwind.is_some() != places_are_there;
        let is_wanted = is_half || fresh.is_some_and(|entries| !entries.is_empty());
        let text = format!("{} has no complete ORC tables", cx.file.name);
        return if is_wanted { vec![GateFinding::new("missing", text)] } else { Vec::new() };
    };
    let mut findings = structure(cx, unwind, &places);
    if findings.is_empty() {
        let found = entries(cx, unwind, &places);
        findings.extend(unsorted(cx, &found));
        if let Some(fresh) = fresh {
            findings.extend(compare(cx, &found, fresh, &doubtful(cx)));
        }
    }
    findings
}

/// Equal lengths, whole records, a place for each.
fn structure(cx: &ObjectCx<'_>, unwind: SectionId, places: &Table) -> Vec<GateFinding> {
    let bytes = cx.elf.section(unwind).data.len();
    let (n_entries, n_places) = (bytes / ENTRY_SIZE, places.records.len());
    let mut findings = Vec::new();
    if n_entries != n_places || !bytes.is_multiple_of(ENTRY_SIZE) || places.n_rest != 0 {
        let text = format!("{n_entries} ORC entries ({bytes} bytes) for {n_places} places");
        findings.push(GateFinding::new("lengths", text).section(".orc_unwind"));
    }
    if let Some(record) = places.records.iter().find(|record| record.place.is_none()) {
        let text = format!("the ORC place at {:#x} has no relocation that leads to code", record.offset);
        findings.push(GateFinding::new("no-place", text).section(".orc_unwind_ip").at(record.offset));
    }
    findings
}

fn entries(cx: &ObjectCx<'_>, unwind: SectionId, places: &Table) -> Vec<(SectionOffset, Entry)> {
    let chunks =
        cx.elf.section(unwind).data.chunks_exact(ENTRY_SIZE).filter_map(|chunk| chunk.first_chunk::<ENTRY_SIZE>());
    places.records.iter().zip(chunks).filter_map(|(record, entry)| Some((record.place?, *entry))).collect()
}

/// Two different entries for one place: sorting cannot put them into an order that means something.
fn unsorted(cx: &ObjectCx<'_>, found: &[(SectionOffset, Entry)]) -> Vec<GateFinding> {
    let mut by_place: BTreeMap<SectionOffset, Entry> = BTreeMap::new();
    let mut findings = Vec::new();
    for (place, entry) in found {
        let is_end = |entry: &Entry| entry.iter().all(|byte| *byte == 0);
        let Some(other) = by_place.insert(*place, *entry) else { continue };
        // Where one section's code ends and the next begins, the terminator gives way.
        if other != *entry && !is_end(&other) && !is_end(entry) {
            let text = format!("{}: two ORC entries for one place", cx.place(place.0, place.1));
            findings.push(cx.finding_at(GateFinding::new("two-entries", text), place.0, place.1));
        }
    }
    findings
}

/// Entries of the file against those of a fresh analysis: one finding for each function.
fn compare(
    cx: &ObjectCx<'_>,
    found: &[(SectionOffset, Entry)],
    fresh: &[(SectionOffset, Entry)],
    doubtful: &[(SectionId, Range<u64>)],
) -> Vec<GateFinding> {
    let sorted = |entries: &[(SectionOffset, Entry)]| {
        let mut entries = entries.to_vec();
        entries.sort_unstable();
        entries
    };
    let (found, fresh) = (sorted(found), sorted(fresh));
    let mut differing: BTreeMap<(SectionId, u32), (SectionOffset, &'static str)> = BTreeMap::new();
    let (mut a, mut b) = (found.iter().peekable(), fresh.iter().peekable());
    loop {
        let (place, kind) = match (a.peek().copied(), b.peek().copied()) {
            (None, None) => break,
            (Some(x), Some(y)) if x == y => {
                a.next();
                b.next();
                continue;
            }
            (Some(x), Some(y)) if x.0 == y.0 => {
                a.next();
                b.next();
                (x.0, "wrong-entry")
            }
            (Some(x), y) if y.is_none_or(|y| x.0 < y.0) => {
                a.next();
                (x.0, "extra-entry")
            }
            (_, Some(y)) => {
                b.next();
                (y.0, "missing-entry")
            }
            (Some(_), None) => break,
        };
        if doubtful.iter().any(|(section, range)| *section == place.0 && range.contains(&place.1)) {
            continue;
        }
        let symbol = cx.places.over(place.0, place.1).map_or(u32::MAX, |span| span.symbol.0);
        differing.entry((place.0, symbol)).or_insert((place, kind));
    }
    let findings = differing.into_values().map(|(place, kind)| {
        let text = format!("{}: {}", cx.place(place.0, place.1), sentence(kind));
        cx.finding_at(GateFinding::new(kind, text), place.0, place.1)
    });
    findings.collect()
}

/// Functions that the fresh analysis has findings about: it left them half way, so it knows no entries for the rest. Where
/// a function ends counts as well, since the entry for what comes next starts there.
fn doubtful(cx: &ObjectCx<'_>) -> Vec<(SectionId, Range<u64>)> {
    let findings = cx.fresh.map_or(&[][..], |fresh| fresh.findings.as_slice());
    let ranges = findings.iter().filter_map(|finding| {
        let (section, offset) = finding.place?;
        let span = cx.places.over(section, offset)?;
        Some((section, span.start..span.end.saturating_add(1)))
    });
    ranges.collect()
}

fn sentence(kind: &str) -> &'static str {
    match kind {
        "wrong-entry" => "the ORC entry is not what the code needs",
        "extra-entry" => "there is an ORC entry where the code needs none",
        _ => "the code needs an ORC entry, and there is none",
    }
}

fn look_at_world(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let mut findings = processed::lost_in_link(cx, &[".orc_unwind_ip"]);
    let Some(hash) = &cx.inputs.orc_hash else { return findings };
    for facts in cx.facts.iter().filter(|facts| facts.file.stage == BuildStage::Module) {
        let text = match &facts.orc_header {
            Some(found) if found == hash => continue,
            Some(_) => format!("{}: .orc_header is not that of this kernel's ORC format", facts.file.name),
            None if facts.tables.iter().any(|(name, _)| *name == ".orc_unwind_ip") => {
                format!("{}: there are ORC tables, but no .orc_header", facts.file.name)
            }
            None => continue,
        };
        let finding = GateFinding::new("header", text).section(".orc_header");
        findings.push(finding.about(&facts.file.subject, &facts.file.name));
    }
    findings
}
