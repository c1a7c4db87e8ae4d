// SPDX-License-Identifier: GPL-2.0-only

//! Registers, followed backwards along every way that control may have come.

use arch::arm64;
use arch::arm64::written;
use rustc_hash::FxHashSet;

use super::Search;
use super::stack_slots;
use crate::arm64::object::Place;
use crate::arm64::stack::regions::for_each_branch;

/// The last register that a function may use up.
const LAST_OF_CALLEE: u8 = 18;

/// Instructions in the order in which control may have come.
pub(super) struct Backwards<'a> {
    search: &'a Search<'a>,
    /// (target, source) of every direct jump of the function, in order; jumps through registers are not among them.
    jumps: Vec<(u64, Place)>,
}

impl<'a> Backwards<'a> {
    /// Collects the jumps of the function that `search` is for.
    pub fn of(search: &'a Search<'a>) -> Self {
        Self { search, jumps: collect(search) }
    }

    /// All instructions that may have set `reg` to what it holds before `place`; `None` if there are none or very many.
    ///
    /// Ways on which nothing sets it are not taken: the code that reads it would read nothing in particular. They are those
    /// behind calls that do not return.
    pub fn definitions(&self, place: Place, reg: u8) -> Option<Vec<(Place, u32)>> {
        self.search(place, Ends::Ignore, |word| sets(word, reg))
    }

    /// The same, but `None` as well if there is a way on which nothing is known to set it.
    pub fn all_definitions(&self, place: Place, reg: u8) -> Option<Vec<(Place, u32)>> {
        self.search(place, Ends::GiveUp, |word| sets(word, reg))
    }

    /// All instructions that may have stored what the 64-bit stack slot at `[sp, #slot]` holds before `place`.
    pub fn stores(&self, place: Place, slot: u32) -> Option<Vec<(Place, u32)>> {
        self.search(
            place,
            Ends::Ignore,
            |word| if stack_slots::stores_to(word, slot) { Met::Sets } else { Met::Nothing },
        )
    }

    /// The instructions on all ways back that `meet` says set something.
    fn search(&self, place: Place, ends: Ends, meet: impl Fn(u32) -> Met) -> Option<Vec<(Place, u32)>> {
        const MAX_STEPS: usize = 20_000;
        let (mut found, mut seen) = (Vec::new(), FxHashSet::default());
        let mut work = vec![place];
        while let Some(at) = work.pop() {
            if !seen.insert(at) {
                continue;
            }
            let before = self.before(at);
            if seen.len() > MAX_STEPS || before.is_empty() && ends == Ends::GiveUp {
                return None;
            }
            for from in before {
                let word = self.search.object.word(from)?;
                match meet(word) {
                    Met::Sets => found.push((from, word)),
                    Met::Nothing => work.push(from),
                    // Gone: so control does not come this way.
                    Met::Loses if ends == Ends::Ignore => {}
                    Met::Loses => return None,
                }
            }
        }
        found.sort_unstable();
        found.dedup();
        (!found.is_empty() && found.len() <= 16).then_some(found)
    }

    /// The instructions that may be followed by the one at `place`. Of what only a jump through a register leads to
    /// nothing is known; what does the jump is.
    fn before(&self, place: Place) -> Vec<Place> {
        let jumps = &self.jumps;
        let to = |offset: u64| {
            let first = jumps.partition_point(|(target, _)| *target < offset);
            jumps.iter().skip(first).take_while(move |(target, _)| *target == offset).map(|(_, from)| *from)
        };
        let mut all: Vec<Place> = to(place.offset).collect();
        let falls = |from: &Place| self.search.object.word(*from).is_some_and(|word| !arm64::class(word).ends_flow());
        all.extend(self.search.before(place).filter(falls));
        all
    }
}

/// What an instruction means for what is searched.
enum Met {
    Nothing,
    Sets,
    Loses,
}

/// What a way means on which nothing sets what is searched.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    Ignore,
    GiveUp,
}

fn sets(word: u32, reg: u8) -> Met {
    let is_call = arm64::class(word).is_call();
    match () {
        () if is_call && reg <= LAST_OF_CALLEE => Met::Loses,
        () if written(word) >> reg & 1 != 0 => Met::Sets,
        () => Met::Nothing,
    }
}

fn collect(search: &Search<'_>) -> Vec<(u64, Place)> {
    let (object, region) = (search.object, search.region);
    let mut jumps = Vec::new();
    for_each_branch(object, region, |from, target| {
        if target.section == region.section {
            jumps.push((target.offset, from));
        }
    });
    jumps.sort_unstable();
    jumps
}
