// SPDX-License-Identifier: GPL-2.0-only

//! The function tracer's tables: `__patchable_function_entries` as compilers make it, `__mcount_loc` as `--mcount` does.
//!
//! A record is the absolute address of a patch site. With call ops the site begins with two NOPs before the function,
//! otherwise at its first instruction behind a `bti`:
//!
//! ```text
//!     entry -8:  nop; nop; function: [bti c;] nop; nop      -fpatchable-function-entry=4,2
//!     entry  0:  function: nop; nop                         -fpatchable-function-entry=2
//!     entry +4:  function: bti c; nop; nop                  the same with branch protection
//! ```
//!
//! The kernel assumes one of the first two for all of them (`ftrace_call_adjust()`). A site without a symbol is what a weak
//! function leaves when another definition replaces it, as happens to the stubs of system calls that are configured: code
//! and record stay, nobody calls it. Those are listed, not reported.

use object::elf;
use rustc_hash::FxHashMap;
use rustc_hash::FxHashSet;

use super::Record;
use super::records;
use crate::arm64::finding::Arm64Finding;
use crate::arm64::finding::Kind;
use crate::arm64::object::Arm64Object;
use crate::arm64::object::Function;
use crate::arm64::object::Place;
use crate::arm64::words;
use crate::elf::SectionId;

/// What compilers make.
pub const ENTRIES: &str = "__patchable_function_entries";
/// What the kernel reads in other builds, and `--mcount` makes.
pub const MCOUNT_LOC: &str = "__mcount_loc";

/// Where a record stands relative to its function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum McountLayout {
    /// 8 bytes before it.
    Before,
    /// At its first instruction, or behind a `bti` there.
    AtStart,
}

impl McountLayout {
    /// Where entries are, in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Before => "8 bytes before their functions",
            Self::AtStart => "at the start of their functions",
        }
    }
}

/// The records of all tables of one name.
#[derive(Debug, Default)]
pub struct McountSurvey {
    /// What most records have in common; `None` if no record is at a function.
    pub layout: Option<McountLayout>,
    /// Places of sites that are fine, in the order of the tables.
    pub sites: Vec<Place>,
    /// Sites of functions that the link has dropped in favour of others.
    pub dropped: Vec<Place>,
    /// What is wrong.
    pub findings: Vec<Arm64Finding>,
    /// Starts of the functions that some record is about, sorted.
    claimed: Vec<Place>,
}

/// Checks both tables, and that no traceable function is missing.
pub fn check(object: &Arm64Object<'_>) -> Vec<Arm64Finding> {
    let mut findings = Vec::new();
    for table in [ENTRIES, MCOUNT_LOC] {
        let survey = survey(object, table);
        let has_table = object.sections_named(table).next().is_some();
        findings.extend(survey.findings.iter().cloned());
        // A function that is missing because a record went astray has its finding already.
        let is_stray = |finding: &&Arm64Finding| matches!(finding.kind, Kind::McountNoCode | Kind::McountTwice);
        let n_stray = survey.findings.iter().filter(is_stray).count();
        let missing = if has_table { missing(object, &survey) } else { Vec::new() };
        if missing.len() > n_stray {
            findings.extend(missing);
        }
    }
    findings
}

/// Reads the tables of one name.
pub fn survey(object: &Arm64Object<'_>, table: &str) -> McountSurvey {
    let mut survey = McountSurvey::default();
    let mut places = Vec::new();
    for section in object.sections_named(table) {
        let (all, cut) = records(object, section, 8);
        let first = places.len();
        survey.findings.extend(cut);
        places.extend(all.map(|record| (record, target(object, record))));
        let own = places.get(first..).unwrap_or_default();
        survey.findings.extend(wrong_tie(object, section, own.iter().filter_map(|(_, place)| *place)));
    }
    survey.layout = common_layout(object, places.iter().filter_map(|(_, place)| *place));
    let mut order = Order::of(places.iter().filter_map(|(record, place)| Some((*record, (*place)?))));
    for (record, place) in places {
        let Some(place) = place else {
            survey.findings.push(Arm64Finding::at(record.place, Kind::McountNoCode));
            continue;
        };
        survey.claimed.extend(claims(object, place));
        let wrong = order.look(record, place).or_else(|| wrong(object, survey.layout, place));
        match wrong {
            Some(kind) => survey.findings.push(describe(object, survey.layout, place, kind)),
            None if candidates(object, place).is_empty() => survey.dropped.push(place),
            None => survey.sites.push(place),
        }
    }
    survey.claimed.sort_unstable();
    survey
}

/// What is wrong with the section that a table is tied to. A link merges tables whose records are about several sections.
fn wrong_tie(
    object: &Arm64Object<'_>,
    table: SectionId,
    mut places: impl Iterator<Item = Place>,
) -> Option<Arm64Finding> {
    let header = object.elf.section(table);
    let is_tied = header.flags & u64::from(elf::SHF_LINK_ORDER) != 0;
    let first = places.next().filter(|_| is_tied)?;
    let is_right = |place: Place| place.section.0 == header.link;
    let finding = || {
        let finding = Arm64Finding::of_object(Kind::McountLinkOrder).with(object.section_name(table));
        finding.with(object.section_name(SectionId(header.link)))
    };
    (!is_right(first) && !places.any(is_right)).then(finding)
}

/// Where a record leads, if that is code.
fn target(object: &Arm64Object<'_>, record: Record) -> Option<Place> {
    let reloc = record.field(object, 0, elf::R_AARCH64_ABS64)?;
    object.target(&reloc).filter(|place| object.is_code(*place))
}

/// The functions that a record may be about.
#[derive(Debug, Clone, Copy)]
struct Candidates<'a> {
    /// One that starts 8 bytes further.
    before: Option<&'a Function>,
    /// One that starts here, or at a `bti` before.
    at_start: Option<&'a Function>,
}

impl Candidates<'_> {
    fn is_empty(&self) -> bool {
        self.before.is_none() && self.at_start.is_none()
    }

    fn of(&self, layout: McountLayout) -> bool {
        match layout {
            McountLayout::Before => self.before.is_some(),
            McountLayout::AtStart => self.at_start.is_some(),
        }
    }
}

fn candidates<'o>(object: &'o Arm64Object<'_>, place: Place) -> Candidates<'o> {
    let at = |distance: i64| place.plus(distance).and_then(|start| object.function_at(start));
    let has_bti = place.plus(-4).and_then(|start| object.word(start)).is_some_and(words::is_bti);
    Candidates { before: at(8), at_start: at(0).or_else(|| at(-4).filter(|_| has_bti)) }
}

/// The layout that explains more records; those that both explain do not count.
fn common_layout(object: &Arm64Object<'_>, places: impl Iterator<Item = Place>) -> Option<McountLayout> {
    let (mut n_before, mut n_at_start) = (0_u64, 0_u64);
    for place in places {
        let found = candidates(object, place);
        n_before += u64::from(found.before.is_some());
        n_at_start += u64::from(found.at_start.is_some());
    }
    match (n_before, n_at_start) {
        (0, 0) => None,
        _ if n_before > n_at_start => Some(McountLayout::Before),
        _ => Some(McountLayout::AtStart),
    }
}

/// What is wrong with the record for a place.
fn wrong(object: &Arm64Object<'_>, layout: Option<McountLayout>, place: Place) -> Option<Kind> {
    let found = candidates(object, place);
    let Some(layout) = layout else {
        let fits = has_nops(object, McountLayout::Before, place) || has_nops(object, McountLayout::AtStart, place);
        return (!fits).then_some(Kind::McountNoEntry);
    };
    if !found.of(layout) && !found.is_empty() {
        return Some(Kind::McountWrongOffset);
    }
    let first = match layout {
        McountLayout::Before => place.plus(8).unwrap_or(place),
        McountLayout::AtStart => place,
    };
    // Without a symbol it is either a dropped function, or a place inside of another function.
    let is_inside =
        found.is_empty() && (object.function_over(place).is_some() || object.function_over(first).is_some());
    if is_inside {
        return Some(Kind::McountNoEntry);
    }
    if !has_nops(object, layout, place) {
        return Some(if found.is_empty() { Kind::McountNoEntry } else { Kind::McountNotNops });
    }
    (layout == McountLayout::Before && !is_aligned(object, place)).then_some(Kind::McountMisaligned)
}

fn is_aligned(object: &Arm64Object<'_>, place: Place) -> bool {
    place.offset.is_multiple_of(8) && object.elf.section(place.section).align.is_multiple_of(8)
}

/// Whether the NOPs of a site are there.
fn has_nops(object: &Arm64Object<'_>, layout: McountLayout, place: Place) -> bool {
    let is_nop = |distance: i64| place.plus(distance).and_then(|at| object.word(at)) == Some(words::NOP);
    if !is_nop(0) || !is_nop(4) {
        return false;
    }
    match layout {
        McountLayout::AtStart => true,
        McountLayout::Before => {
            let first = place.plus(8).and_then(|at| object.word(at));
            let start = if first.is_some_and(words::is_bti) { 12 } else { 8 };
            is_nop(start) && is_nop(start + 4)
        }
    }
}

fn describe(object: &Arm64Object<'_>, layout: Option<McountLayout>, place: Place, kind: Kind) -> Arm64Finding {
    const BEFORE: &str = "8 bytes before";
    const AT_START: &str = "at the start of";
    // Named after the function, if one begins right after the entry.
    let start = place.plus(8).filter(|start| object.function_at(*start).is_some());
    let finding = Arm64Finding::at(start.unwrap_or(place), kind);
    match (kind, layout) {
        (Kind::McountWrongOffset, Some(McountLayout::Before)) => finding.with(AT_START).with(BEFORE),
        (Kind::McountWrongOffset, _) => finding.with(BEFORE).with(AT_START),
        _ => finding,
    }
}

/// Whether records repeat or go back.
///
/// A table for one text section is in the order of the code, as compilers and lld write it. GNU ld mixes those of several
/// text sections into one table in an order of its own, which the kernel's build or start sorts.
#[derive(Debug, Default)]
struct Order {
    /// The highest place so far, for tables of one text section.
    last: FxHashMap<SectionId, u64>,
    mixed: FxHashSet<SectionId>,
    seen: FxHashSet<Place>,
}

impl Order {
    /// For these records, none of which has been looked at.
    fn of(records: impl Iterator<Item = (Record, Place)>) -> Self {
        let mut order = Self::default();
        let mut texts = FxHashMap::default();
        for (record, place) in records {
            let table = record.place.section;
            if *texts.entry(table).or_insert(place.section) != place.section {
                order.mixed.insert(table);
            }
        }
        order
    }

    fn look(&mut self, record: Record, place: Place) -> Option<Kind> {
        if !self.seen.insert(place) {
            return Some(Kind::McountTwice);
        }
        if self.mixed.contains(&record.place.section) {
            return None;
        }
        let last = self.last.entry(record.place.section).or_insert(place.offset);
        if place.offset < *last {
            return Some(Kind::McountUnsorted);
        }
        *last = place.offset;
        None
    }
}

/// Starts of the functions that a record for this place is, or was, about.
fn claims(object: &Arm64Object<'_>, place: Place) -> impl Iterator<Item = Place> + use<> {
    let over = |place: Place| object.function_over(place).map(|found| Place { offset: found.start, ..place });
    let next = |distance: i64| place.plus(distance).filter(|start| object.function_at(*start).is_some());
    [over(place), next(4), next(8), next(12)].into_iter().flatten()
}

/// Functions with the NOPs of a site that no record is about.
fn missing(object: &Arm64Object<'_>, survey: &McountSurvey) -> Vec<Arm64Finding> {
    // Where nothing tells the layout, only the NOPs before functions are a sure sign.
    let layout = survey.layout.unwrap_or(McountLayout::Before);
    let patched = patched_places(object);
    let mut findings = Vec::new();
    let mut last = None;
    for (start, function) in object.all_functions() {
        if last.replace(start) == Some(start) || !object.is_code(start) {
            continue;
        }
        let Some(site) = site_of(object, layout, start) else { continue };
        let is_known = survey.claimed.binary_search(&start).is_ok();
        if !is_known && has_nops(object, layout, site) && !is_patched(&patched, start) {
            let name = object.symbol_name(function.symbol);
            findings.push(Arm64Finding::at(start, Kind::McountMissing).with(name));
        }
    }
    findings
}

/// Where the record of a function that starts at `start` must lead.
fn site_of(object: &Arm64Object<'_>, layout: McountLayout, start: Place) -> Option<Place> {
    match layout {
        McountLayout::Before => start.plus(-8),
        McountLayout::AtStart if object.word(start).is_some_and(words::is_bti) => start.plus(4),
        McountLayout::AtStart => Some(start),
    }
}

/// Whether a NOP in the first words of a function is there for something else.
fn is_patched(patched: &[Place], start: Place) -> bool {
    let first = patched.partition_point(|place| *place < start);
    patched.get(first).is_some_and(|place| place.section == start.section && place.offset - start.offset < 12)
}

/// Where other tables have their NOPs: alternatives and jump labels, sorted.
fn patched_places(object: &Arm64Object<'_>) -> Vec<Place> {
    const TABLES: [(&str, u64); 2] = [(".altinstructions", 12), ("__jump_table", 16)];
    let mut places = Vec::new();
    for (name, size) in TABLES {
        for section in object.sections_named(name) {
            let relocs = records(object, section, size).0;
            let relocs = relocs.filter_map(|record| record.field(object, 0, elf::R_AARCH64_PREL32));
            places.extend(relocs.filter_map(|reloc| object.target(&reloc)));
        }
    }
    places.sort_unstable();
    places
}
