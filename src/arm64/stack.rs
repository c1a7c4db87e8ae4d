// SPDX-License-Identifier: GPL-2.0-only

//! `--stackval` and the base of `--orc`: where the frame is at every instruction.
//!
//! For every function the frame address (CFA), the caller's frame pointer and the return address are followed along every
//! path through it. Functions that end up with something else than they began with, or whose paths disagree, are findings. A
//! function with an indirect jump that cannot be resolved is left alone and said to be so.
//!
//! The result depends on the object alone: units are walked on as many threads as there are, and put together in order.

pub mod edges;
mod flow;
pub mod jump_table;
pub mod path;
pub mod regions;
pub mod report;
pub mod state;

use rayon::prelude::*;
use rustc_hash::FxHashSet;

use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::noreturns::Noreturns;

use super::object::Arm64Object;
use super::object::Place;
use edges::Edges;
use flow::Walked;
use regions::Regions;
use state::State;
use state::StateConflict;

/// The state from one instruction on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StateRow {
    /// First byte, from the start of the section.
    pub offset: u64,
    /// The state, or `None` where no path leads to.
    pub state: Option<State>,
}

/// One function, or a part of one.
#[derive(Debug, Clone)]
pub struct Function {
    /// Its section.
    pub section: SectionId,
    /// First byte.
    pub start: u64,
    /// The byte after the last.
    pub end: u64,
    /// Where its state changes, in ascending order; the first row is at its start.
    pub rows: Vec<StateRow>,
    /// Why it could not be followed: the instruction and the reason. Its rows are then as far as it went.
    pub unresolved: Option<(Place, &'static str)>,
}

/// Something wrong with the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trouble {
    /// The instruction.
    pub place: Place,
    /// What it is.
    pub kind: TroubleKind,
}

/// The kinds of [`Trouble`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TroubleKind {
    /// Two paths meet that cannot.
    Conflict(StateConflict),
    /// The frame address can no longer be found after the instruction.
    CfaLost,
    /// Control goes on behind the function.
    FallsThrough,
    /// A jump to another function that leaves a frame behind.
    TailCall,
    /// A return that leaves a frame behind.
    ReturnWithFrame,
    /// A return to something else than the return address.
    ReturnLost,
    /// A return to an address that is still signed.
    ReturnSigned,
}

/// What is known of an object's stack use.
#[derive(Debug, Default)]
pub struct StackTable {
    /// Functions by section and start.
    pub functions: Vec<Function>,
    /// What is wrong, in order of place.
    pub troubles: Vec<Trouble>,
}

/// What the walk of a unit looks things up in.
pub struct Context<'a> {
    object: &'a Arm64Object<'a>,
    regions: Regions,
    edges: Edges,
    /// Symbols of functions that never return.
    noreturns: FxHashSet<SymbolId>,
    /// Which sections have data in their text.
    has_data: Vec<bool>,
}

impl Context<'_> {
    fn is_data(&self, place: Place) -> bool {
        self.has_data.get(place.section.index()) == Some(&true) && self.object.is_data(place)
    }
}

/// Text of this size and more is worth several threads.
const LARGE_TEXT: u64 = 256 << 10;

/// Follows every function of an object.
pub fn analyse(object: &Arm64Object<'_>, noreturns: &Noreturns) -> StackTable {
    let edges = Edges::of(object);
    let cx = Context {
        object,
        regions: Regions::of(object, &edges),
        edges,
        noreturns: of_names(object, noreturns),
        has_data: object.elf.section_ids().fold(vec![false], |mut list, id| {
            list.push(object.has_data(id));
            list
        }),
    };
    let walk = |unit: usize| flow::walk(&cx, cx.regions.members(unit));
    let n_bytes: u64 = object.code_sections().map(|id| object.elf.section(id).size).fold(0, u64::saturating_add);
    let walked: Vec<Walked> = if n_bytes < LARGE_TEXT {
        (0..cx.regions.n_units()).map(walk).collect()
    } else {
        (0..cx.regions.n_units()).into_par_iter().map(walk).collect()
    };
    collect(&cx, walked)
}

fn collect(cx: &Context<'_>, walked: Vec<Walked>) -> StackTable {
    let mut table = StackTable::default();
    for (unit, mut walked) in walked.into_iter().enumerate() {
        let members = cx.regions.members(unit).iter().filter_map(|id| cx.regions.get(*id));
        for (region, rows) in members.zip(walked.rows) {
            table.functions.push(Function {
                section: region.section,
                start: region.start,
                end: region.end,
                rows,
                unresolved: walked.unresolved,
            });
        }
        table.troubles.append(&mut walked.troubles);
    }
    table.functions.sort_by_key(|function| (function.section, function.start));
    table.troubles.sort_by_key(|trouble| trouble.place);
    table
}

impl StackTable {
    /// The function that covers a place.
    pub fn function(&self, section: SectionId, offset: u64) -> Option<&Function> {
        let after = self.functions.partition_point(|function| (function.section, function.start) <= (section, offset));
        let function = self.functions.get(after.checked_sub(1)?)?;
        (function.section == section && offset < function.end).then_some(function)
    }
}

impl Function {
    /// The state before the instruction at `offset`, which must lie in the function.
    pub fn state(&self, offset: u64) -> Option<&State> {
        let after = self.rows.partition_point(|row| row.offset <= offset);
        self.rows.get(after.checked_sub(1)?)?.state.as_ref()
    }
}

/// The symbols of functions that never return by their names.
fn of_names(object: &Arm64Object<'_>, noreturns: &Noreturns) -> FxHashSet<SymbolId> {
    let symbols = (0..).map(SymbolId).zip(&object.elf.symbols);
    let found = symbols.filter(|(_, symbol)| noreturns.contains(object.elf.symbol_name(symbol)));
    found.map(|(id, _)| id).collect()
}
