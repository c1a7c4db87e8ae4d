// SPDX-License-Identifier: GPL-2.0-only

//! Text cut into regions, one for each function or part of one, and regions joined into units that are analysed together.
//!
//! Compilers put the unlikely parts of a function elsewhere: gcc and clang as `NAME.cold`. Such a part has no state of its
//! own, it begins with that of the jump that leads there, so function and parts are one unit. The names only say which
//! symbols are parts; which function they belong to is seen from the branches, as names are not unique.

use std::ops::Range;

use arch::arm64;
use arch::arm64::branch::BranchKind;

use crate::arm64::object::Arm64Object;
use crate::arm64::object::Place;
use crate::elf::SectionId;
use crate::elf::SymbolId;

use super::edges::Edges;
use super::edges::branch_target;

/// A function, or a part of one.
#[derive(Debug, Clone, Copy)]
pub struct Region {
    /// Its section.
    pub section: SectionId,
    /// First byte.
    pub start: u64,
    /// The byte after the last.
    pub end: u64,
    /// The symbol it is named by.
    pub symbol: SymbolId,
    /// Whether it can be called; a cold part cannot.
    pub is_entry: bool,
}

impl Region {
    /// Number of instructions.
    pub fn n_words(&self) -> usize {
        usize::try_from((self.end - self.start) / u64::from(arm64::INSN_SIZE)).unwrap_or(0)
    }

    /// Its first instruction.
    pub fn place(&self) -> Place {
        Place { section: self.section, offset: self.start }
    }
}

/// Number of a region, in order of place.
pub type RegionId = u32;

/// All regions and units of an object.
#[derive(Debug, Default)]
pub struct Regions {
    /// Regions by section and start.
    pub all: Vec<Region>,
    /// Regions of each section.
    by_section: Vec<Range<u32>>,
    /// Regions grouped by unit; within a unit in order of place.
    members: Vec<RegionId>,
    /// Each unit's part of `members`, in the order of their first regions.
    units: Vec<Range<u32>>,
}

impl Regions {
    /// Finds the regions of an object and joins them.
    pub fn of(object: &Arm64Object<'_>, edges: &Edges) -> Self {
        let mut this = Self::default();
        for section in 0..object.elf.sections.len() as u32 {
            let first = this.all.len() as u32;
            if object.elf.section(SectionId(section)).is_exec() {
                cut(object, SectionId(section), &mut this.all);
            }
            this.by_section.push(first..this.all.len() as u32);
        }
        let joined = this.join(object, edges);
        this.group(joined);
        this
    }

    /// Number of units.
    pub fn n_units(&self) -> usize {
        self.units.len()
    }

    /// The regions of a unit.
    pub fn members(&self, unit: usize) -> &[RegionId] {
        let range = self.units.get(unit).cloned().unwrap_or_default();
        self.members.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// The region that holds a place.
    pub fn at(&self, place: Place) -> Option<RegionId> {
        let range = self.by_section.get(place.section.index())?.clone();
        let list = self.all.get(range.start as usize..range.end as usize)?;
        let after = list.partition_point(|region| region.start <= place.offset);
        let last = after.checked_sub(1)?;
        (place.offset < list.get(last)?.end).then_some(range.start + last as u32)
    }

    /// The region with this number.
    pub fn get(&self, id: RegionId) -> Option<&Region> {
        self.all.get(id as usize)
    }

    /// For each region the lowest number among those it belongs with.
    fn join(&self, object: &Arm64Object<'_>, edges: &Edges) -> Vec<RegionId> {
        let mut joined = Joined((0..self.all.len() as u32).collect());
        for (id, region) in self.all.iter().enumerate() {
            for_each_branch(object, region, |_, target| {
                if let Some(other) = self.part_at(id as u32, target) {
                    joined.join(id as u32, other);
                }
            });
        }
        for edge in edges.all() {
            if let Some(from) = self.at(edge.from)
                && let Some(other) = self.part_at(from, edge.to)
            {
                joined.join(from, other);
            }
        }
        (0..self.all.len() as u32).map(|id| joined.root(id)).collect()
    }

    /// The other region that a branch from region `from` to `target` makes part of the same unit: one that is entered
    /// elsewhere than at its start, or that is no function.
    fn part_at(&self, from: RegionId, target: Place) -> Option<RegionId> {
        let to = self.at(target).filter(|to| *to != from)?;
        let region = self.get(to)?;
        (region.start != target.offset || !region.is_entry).then_some(to)
    }

    /// Makes units of joined regions.
    fn group(&mut self, roots: Vec<RegionId>) {
        let mut order: Vec<RegionId> = (0..roots.len() as u32).collect();
        order.sort_by_key(|id| roots.get(*id as usize).copied());
        let mut last = None;
        for (position, id) in order.iter().enumerate() {
            let root = roots.get(*id as usize).copied();
            if root != last {
                self.units.push(position as u32..position as u32);
                last = root;
            }
            if let Some(range) = self.units.last_mut() {
                range.end = position as u32 + 1;
            }
        }
        self.members = order;
    }
}

/// Calls `found` with place and target of every direct jump of a region, calls excepted.
pub fn for_each_branch(object: &Arm64Object<'_>, region: &Region, mut found: impl FnMut(Place, Place)) {
    let data = object.elf.section(region.section).data;
    let range = usize::try_from(region.start).unwrap_or(0)..usize::try_from(region.end).unwrap_or(0);
    for (nth, bytes) in data.get(range).unwrap_or_default().chunks_exact(4).enumerate() {
        let word = bytes.first_chunk().map_or(0, |word| u32::from_le_bytes(*word));
        // Most words are no branches, and asking for the relocation of each would cost more than all the rest.
        let Some(branch) = arm64::branch(word).filter(|branch| branch.kind != BranchKind::Call) else { continue };
        let place = Place { section: region.section, offset: region.start + nth as u64 * u64::from(arm64::INSN_SIZE) };
        if let Some(target) = branch_target(object, place, &branch) {
            found(place, target);
        }
    }
}

/// Cuts one section at the starts and ends of its functions.
fn cut(object: &Arm64Object<'_>, section: SectionId, out: &mut Vec<Region>) {
    let size = object.elf.section(section).data.len() as u64;
    let mut covered = 0;
    let functions = object.functions(section);
    for (nth, function) in functions.iter().enumerate() {
        let next = functions.get(nth + 1).map_or(u64::MAX, |next| next.start);
        // Of several names for one place the last one has the greatest end; the others add nothing.
        if next == function.start || function.start == function.end || !function.start.is_multiple_of(4) {
            continue;
        }
        let is_inside = function.start < covered;
        let end = function.end.max(if is_inside { covered } else { 0 });
        let end = end.min(size) & !3;
        covered = covered.max(end);
        let end = end.min(next & !3);
        if function.start < end {
            let is_entry = !is_cold(object, function.symbol);
            out.push(Region { section, start: function.start, end, symbol: function.symbol, is_entry });
        }
    }
}

/// Whether a symbol names the unlikely part of a function: `NAME.cold`, with gcc's number behind it.
fn is_cold(object: &Arm64Object<'_>, id: SymbolId) -> bool {
    let Some(symbol) = object.elf.symbol(id) else { return false };
    let name = object.elf.symbol_name(symbol);
    let mut parts = name.rsplit(|byte| *byte == b'.');
    let last = parts.next().unwrap_or_default();
    if last.iter().all(u8::is_ascii_digit) { parts.next() == Some(b"cold") } else { last == b"cold" }
}

/// Sets of regions.
struct Joined(Vec<RegionId>);

impl Joined {
    fn root(&mut self, id: RegionId) -> RegionId {
        let mut at = id;
        while let Some(up) = self.0.get(at as usize).copied().filter(|up| *up != at) {
            // Halve the path on the way.
            let next = self.0.get(up as usize).copied().unwrap_or(up);
            if let Some(slot) = self.0.get_mut(at as usize) {
                *slot = next;
            }
            at = next;
        }
        at
    }

    /// The lower number becomes the root, so the outcome does not depend on the order.
    fn join(&mut self, a: RegionId, b: RegionId) {
        let (a, b) = (self.root(a), self.root(b));
        if let Some(slot) = self.0.get_mut(a.max(b) as usize) {
            *slot = a.min(b);
        }
    }
}
