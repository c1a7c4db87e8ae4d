// SPDX-License-Identifier: GPL-2.0-only

//! Static call sites against the code.

use std::collections::BTreeMap;

use crate::gate::check::Arm64Need;
use crate::gate::check::Need;
use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::fresh::SectionOffset;
use crate::gate::fresh::StaticCall;
use crate::gate::object::ObjectCx;
use crate::gate::processed;
use crate::gate::tables::Table;
use crate::objtool::finding::Topic;

check! {
    /// The table of static call sites does not fit the code.
    ///
    /// At boot and at run time the kernel rewrites every listed site into a direct call of the current function. A site that
    /// is no call or jump to the trampoline is overwritten all the same, one with the wrong tail flag gets a call where a
    /// jump must be or the reverse, and one that is missing keeps calling the trampoline.
    ///
    /// Cause: a tool changed code or tables after objtool, or objects from two builds were mixed.
    ///
    /// Remedy: rebuild the object so that objtool runs last on it.
    "static-call", Error, needs: [Need::Analysis(|opts| opts.static_call, Arm64Need::Tables)], topics: [Topic::StaticCall],
    object: look, world: look_at_world,
}

fn look(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    let Some(fresh) = cx.fresh.filter(|fresh| fresh.opts.static_call) else {
        return Vec::new();
    };
    let Some(sites) = fresh.sites.as_ref().filter(|_| !processed::is_unprocessed(cx)) else { return Vec::new() };
    let expected: BTreeMap<SectionOffset, &StaticCall> =
        sites.static_calls.iter().map(|call| (call.place, call)).collect();
    let mut missing = expected.clone();
    let mut findings = Vec::new();
    if let Some(table) = Table::read(cx.elf, &cx.relocs, ".static_call_sites", 8) {
        for record in &table.records {
            let Some(place) = record.place else {
                let text = format!("record at {:#x} has no place", record.offset);
                findings.push(GateFinding::new("no-place", text).section(".static_call_sites").at(record.offset));
                continue;
            };
            missing.remove(&place);
            findings.extend(site(cx, &table, record.offset, place, expected.get(&place).copied()));
        }
        findings.extend(rest(&table));
    }
    for (place, call) in missing {
        let name = cx.symbol_name(call.trampoline);
        let text = format!("{}: the call of '{name}' is not in .static_call_sites", cx.place(place.0, place.1));
        findings.push(cx.finding_at(GateFinding::new("missing", text).counterpart(name), place.0, place.1));
    }
    findings
}

/// One record against the code.
fn site(
    cx: &ObjectCx<'_>,
    table: &Table,
    offset: u64,
    place: SectionOffset,
    call: Option<&StaticCall>,
) -> Option<GateFinding> {
    let key = cx.relocs.of(table.section).and_then(|relocs| relocs.in_range(offset + 4, 1));
    let at = cx.place(place.0, place.1);
    let Some(call) = call else {
        let text = format!("{at}: listed as a static call, but it is no call or jump to a trampoline");
        return Some(cx.finding_at(GateFinding::new("no-call", text), place.0, place.1));
    };
    let trampoline = cx.symbol_name(call.trampoline);
    let Some(key) = key else {
        let text = format!("{at}: the site of '{trampoline}' names no key");
        return Some(cx.finding_at(GateFinding::new("no-key", text).counterpart(trampoline), place.0, place.1));
    };
    let finding = if (key.reloc.addend & 1 == 1) != call.is_tail {
        let (has, is) = if call.is_tail { ("not marked as", "a") } else { ("marked as", "no") };
        let text = format!("{at}: the call of '{trampoline}' is {has} a tail call, but is {is} tail call");
        GateFinding::new("tail-flag", text)
    } else {
        let found = cx.symbol_name(key.reloc.symbol);
        let wanted = cx.symbol_name(call.key.unwrap_or(call.trampoline));
        // A key of the wrong sort is the concern of `module-flag`.
        let is_right = found == wanted || found.strip_prefix("__SCK__") == trampoline.strip_prefix("__SCT__");
        if is_right || found == trampoline {
            return None;
        }
        GateFinding::new("wrong-key", format!("{at}: the call of '{trampoline}' has the key '{found}'"))
    };
    Some(cx.finding_at(finding.counterpart(trampoline), place.0, place.1))
}

fn rest(table: &Table) -> Option<GateFinding> {
    let text = format!(".static_call_sites ends in the middle of a record ({} bytes)", table.n_rest);
    (table.n_rest != 0).then(|| GateFinding::new("cut", text).section(".static_call_sites"))
}

fn look_at_world(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    processed::lost_in_link(cx, &[".static_call_sites"])
}
