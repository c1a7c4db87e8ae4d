// SPDX-License-Identifier: GPL-2.0-only

//! The function tracer's tables.

use object::elf;

use crate::arm64;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::gate::check::Arm64Need;
use crate::gate::check::Need;
use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::BuildStage;
use crate::gate::object::ObjectCx;
use crate::gate::processed;
use crate::gate::tables::Record;
use crate::gate::tables::Table;
use crate::objtool::finding::Topic;

check! {
    /// The function tracer's table of patch sites does not fit the code.
    ///
    /// At boot ftrace rewrites every place in `__mcount_loc`, and with it every function that can be traced or livepatched.
    /// A place that is no patch site makes it switch itself off with a warning, or overwrites code; a function that is
    /// missing cannot be traced, probed or patched.
    ///
    /// Cause: under LTO objtool makes the table in place of recordmcount; both ran, or none did, or a section was dropped
    /// or relocated by something that is no call.
    ///
    /// Remedy: see that exactly one tool makes the table (`CONFIG_FTRACE_MCOUNT_USE_*`), and rebuild the object.
    "mcount", Error, needs: [Need::Analysis(|opts| opts.mcount, Arm64Need::Tables)], topics: [Topic::Mcount],
    object: look, world: look_at_world,
}

const NOP5: [u8; 5] = [0x0f, 0x1f, 0x44, 0x00, 0x00];
const ENDBR64: [u8; 4] = [0xf3, 0x0f, 0x1e, 0xfa];

fn look(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    if processed::is_unprocessed(cx) {
        return Vec::new();
    }
    // Arm64 has checks of its own.
    if cx.fresh.is_some() && arm64::object::is_supported(cx.elf) {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for section in cx.sections("__mcount_loc") {
        let table = Table::read_section(cx.elf, &cx.relocs, section, 8);
        findings.extend(records(cx, &table));
    }
    if cx.elf.machine == elf::EM_X86_64 {
        findings.extend(missing(cx));
    }
    for section in cx.sections("__patchable_function_entries") {
        findings.extend(entries(cx, section));
    }
    findings
}

/// Every record of `__mcount_loc`.
fn records(cx: &ObjectCx<'_>, table: &Table) -> Vec<GateFinding> {
    let name = cx.section_name(table.section);
    let mut findings = Vec::new();
    for record in &table.records {
        findings.extend(not_an_address(cx, &name, record));
        if let Some((section, offset)) = record.place
            && cx.elf.machine == elf::EM_X86_64
            && !is_site(cx, section, offset)
        {
            let at = cx.place(section, offset);
            let text = format!("{at} is in __mcount_loc, but no traced call is there");
            findings.push(cx.finding_at(GateFinding::new("no-site", text), section, offset));
        }
    }
    let places = table.places();
    for pair in places.windows(2) {
        if let [a, b] = pair
            && a == b
        {
            let text = format!("{} is in __mcount_loc twice", cx.place(a.0, a.1));
            findings.push(cx.finding_at(GateFinding::new("twice", text), a.0, a.1));
        }
    }
    if table.n_rest != 0 {
        findings.push(GateFinding::new("cut", format!("{name} ends in the middle of a record")).section(name));
    }
    findings
}

/// A record must be one absolute address of code.
fn not_an_address(cx: &ObjectCx<'_>, name: &str, record: &Record) -> Option<GateFinding> {
    let Some(reloc) = record.reloc else {
        let text = format!("the record at {:#x} of {name} has no relocation", record.offset);
        return Some(GateFinding::new("no-place", text).section(name).at(record.offset));
    };
    let wanted = match cx.elf.machine {
        elf::EM_X86_64 => elf::R_X86_64_64,
        elf::EM_AARCH64 => elf::R_AARCH64_ABS64,
        _ => return None,
    };
    let symbol = cx.symbol_name(reloc.symbol);
    if reloc.kind != wanted {
        let text = format!(
            "the record at {:#x} of {name} has relocation type {} instead of {wanted}",
            record.offset, reloc.kind
        );
        return Some(GateFinding::new("wrong-relocation", text).section(name).at(record.offset).counterpart(symbol));
    }
    let is_code = record.place.is_some_and(|(section, _)| cx.elf.section(section).is_exec());
    let text = format!("the record at {:#x} of {name} does not lead to code", record.offset);
    (!is_code).then(|| GateFinding::new("no-code", text).section(name).at(record.offset).counterpart(symbol))
}

/// Whether a traced call, or the NOP that objtool makes of it, is at the start of a function.
fn is_site(cx: &ObjectCx<'_>, section: SectionId, offset: u64) -> bool {
    let data = cx.elf.section(section).data;
    let bytes =
        |from: u64, len: u64| data.get(usize::try_from(from).ok()?..usize::try_from(from.checked_add(len)?).ok()?);
    let Some(site) = bytes(offset, 5) else { return false };
    let is_traced = is_fentry(cx, section, offset + 1);
    let is_call = site.first() == Some(&0xe8) && is_traced;
    let after_endbr = offset.checked_sub(4).filter(|start| bytes(*start, 4) == Some(&ENDBR64[..]));
    let is_start = |offset: u64| cx.places.starting_at(section, offset).next().is_some();
    // A weak function that another one has replaced keeps its code and loses its symbol.
    (site == NOP5 || is_call) && (is_traced || is_start(offset) || after_endbr.is_some_and(is_start))
}

fn is_fentry(cx: &ObjectCx<'_>, section: SectionId, offset: u64) -> bool {
    cx.relocs.at(section, offset).is_some_and(|found| cx.symbol_name(found.reloc.symbol) == "__fentry__")
}

/// Traced calls that are in no table: those that are still calls, and those that objtool made NOPs of.
fn missing(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    let wants = cx.fresh.is_some_and(|fresh| fresh.opts.mcount) && cx.is_linked_object();
    let fentry = cx.elf.symbols.iter().position(|symbol| cx.elf.symbol_name(symbol) == b"__fentry__");
    let Some(fentry) = fentry.filter(|_| wants) else { return Vec::new() };
    let fentry = SymbolId(fentry as u32);
    let mut listed = Vec::new();
    for section in cx.sections("__mcount_loc") {
        listed.extend(Table::read_section(cx.elf, &cx.relocs, section, 8).places());
    }
    listed.sort_unstable();
    let mut findings = Vec::new();
    for id in cx.elf.section_ids().filter(|id| cx.elf.section(*id).is_exec()) {
        let Some(relocs) = cx.relocs.of(id) else { continue };
        for reloc in relocs.relocs.iter().filter(|reloc| reloc.symbol == fentry) {
            let Some(place) = reloc.offset.checked_sub(1).map(|offset| (id, offset)) else { continue };
            // A removed call in noinstr code is a NOP that nobody patches.
            let is_removed = cx.section_name(id).contains("noinstr") || cx.section_name(id).contains("entry.text");
            if listed.binary_search(&place).is_err() && !is_removed && is_site(cx, place.0, place.1) {
                let text = format!("{}: the traced call is not in __mcount_loc", cx.place(place.0, place.1));
                findings.push(cx.finding_at(GateFinding::new("missing", text), place.0, place.1));
            }
        }
    }
    findings
}

/// `__patchable_function_entries`: one absolute address of code for each word.
fn entries(cx: &ObjectCx<'_>, section: SectionId) -> Vec<GateFinding> {
    if cx.file.stage == BuildStage::Member || cx.elf.kind != elf::ET_REL {
        return Vec::new();
    }
    let table = Table::read_section(cx.elf, &cx.relocs, section, 8);
    let name = cx.section_name(section);
    table.records.iter().filter_map(|record| not_an_address(cx, &name, record)).collect()
}

fn look_at_world(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    processed::lost_in_link(cx, &["__mcount_loc"])
}
