// SPDX-License-Identifier: GPL-2.0-only

//! Which functions have instructions in common, so that one walk may meet what another one left.
//!
//! Calls are not followed, and a walk ends where it comes to an instruction of another function. So what two walks can share
//! is their own function (cold parts belong to their parent) and code that belongs to no function: assembly beside functions,
//! replacements of alternatives, padding. Such code is taken in runs of instructions. A way into a run joins it with
//! where the way comes from; whether any path takes it does not matter. Ways from a run back into a function join
//! nothing, since only this function's own walk goes on there.

use arch::InsnKind;
use rustc_hash::FxHashSet;

use crate::elf::SymbolId;
use crate::objtool::code::Code;
use crate::objtool::code::InsnFlags;
use crate::objtool::code::InsnId;
use crate::objtool::code::NO_SYMBOL;
use crate::objtool::code::Text;

/// What belongs together: a forest over functions, runs of code without function, and groups of alternatives.
pub(super) struct Units<'a, 'd> {
    code: &'a Code<'d>,
    /// First instruction of each run and the one past its last, in order.
    runs: Vec<(u32, u32)>,
    /// By node: symbols first, then runs, then groups, then one for all walks that are of no function.
    parents: Vec<u32>,
    /// Instructions that walks of no function may come to.
    reached: FxHashSet<InsnId>,
}

/// Instructions that walks of no function may come to before the code counts as one that cannot be divided.
const MOST_REACHED: usize = 1 << 16;

impl<'a, 'd> Units<'a, 'd> {
    /// Looks at every way from an instruction to another. `None` if there are too many of them to be numbered.
    pub fn find(code: &'a Code<'d>) -> Option<Self> {
        let pieces = code.insns.pieces(|insn| code.func_of(insn).is_some());
        let runs = runs(code, &pieces);
        let n_nodes = u32::try_from(code.symbols.table.len() + runs.len() + code.groups.len() + 1).ok()?;
        let mut units = Self { code, runs, parents: (0..n_nodes).collect(), reached: FxHashSet::default() };
        units.join_falls_into_runs();
        for insn in code.elf.map(&pieces, |piece| ways_in(code, piece)).into_iter().flatten().chain(fillers(code)) {
            units.join_ways(insn);
        }
        Some(units)
    }

    /// Joins what there is a way to from one instruction.
    fn join_ways(&mut self, insn: InsnId) {
        let code = self.code;
        if let Some(dest) = code.jump_dest(insn) {
            self.join_way(insn, dest);
        }
        if code.has(insn, InsnFlags::HAS_RARE) {
            self.join_alternatives(insn);
        }
        if code.insns.is_filler(insn) {
            code.insns.prev(insn).into_iter().for_each(|prev| self.join_way(prev, insn));
            code.insns.next(insn).into_iter().for_each(|next| self.join_way(insn, next));
        }
        if code.has(insn, InsnFlags::RESTORE) {
            self.join_saved(insn);
        }
    }

    /// The unit that walks of `func`, or of no function, belong to, as a number below [`Self::len`].
    pub fn of(&mut self, func: Option<SymbolId>) -> u32 {
        self.root(func.map_or(self.no_function(), |func| func.0))
    }

    /// The node of all walks that are of no function.
    fn no_function(&self) -> u32 {
        (self.parents.len() - 1) as u32
    }

    /// Takes in a walk that begins at `first`, which belongs to no function: no function stops it. `None` if it may come to
    /// more than is worth looking at.
    pub fn add_of_no_function(&mut self, first: InsnId) -> Option<()> {
        let (code, node) = (self.code, self.no_function());
        let mut open = vec![first];
        while let Some(insn) = open.pop() {
            if !self.reached.insert(insn) {
                continue;
            }
            if self.reached.len() > MOST_REACHED {
                return None;
            }
            if let Some(other) = self.node(insn) {
                self.join(node, other);
            }
            open.extend(code.jump_dest(insn));
            open.extend(code.alts_of(insn).iter().filter_map(|alt| alt.insn.some()));
            let ends = matches!(code.insns.kind(insn), InsnKind::Return | InsnKind::JumpUncond | InsnKind::JumpDyn);
            if !ends && !code.has(insn, InsnFlags::DEAD_END) {
                open.extend(code.next_to_validate(insn));
            }
        }
        Some(())
    }

    /// More than any unit's number.
    pub fn len(&self) -> usize {
        self.parents.len()
    }

    fn join_falls_into_runs(&mut self) {
        for run in 0..self.runs.len() {
            let first = InsnId(self.runs[run].0);
            if let Some(prev) = self.code.insns.prev(first) {
                self.join_way(prev, first);
            }
        }
    }

    fn join_alternatives(&mut self, insn: InsnId) {
        let code = self.code;
        code.next_to_validate(insn).into_iter().for_each(|next| self.join_way(insn, next));
        for alt in code.alts_of(insn) {
            alt.insn.some().into_iter().for_each(|to| self.join_way(insn, to));
        }
        // The states that a group shares are common to all of its code.
        let Some(group) = code.group_of(insn) else { return };
        let group_node = |group: usize| (code.symbols.table.len() + self.runs.len() + group) as u32;
        let (node, original) = (group_node(group.index()), code.groups[group.index()].original);
        let original = original.map(|original| group_node(original.index()));
        if let Some(own) = self.node(insn) {
            self.join(own, node);
        }
        if let Some(original) = original {
            self.join(node, original);
        }
    }

    /// A hint that restores a state looks at the last place before it where one was saved, if that is in the function.
    fn join_saved(&mut self, insn: InsnId) {
        let code = self.code;
        let mut before = std::iter::successors(code.insns.prev(insn), |prev| code.insns.prev(*prev));
        if let Some(saved) = before.find(|prev| code.has(*prev, InsnFlags::SAVE))
            && let (Some(own), Some(other)) = (self.node(insn), self.node(saved))
        {
            self.join(own, other);
        }
    }

    /// Joins what a path may go between. Only code without function takes in paths of others.
    fn join_way(&mut self, from: InsnId, to: InsnId) {
        if self.code.func_of(to).is_some() {
            return;
        }
        if let (Some(from), Some(to)) = (self.node(from), self.node(to)) {
            self.join(from, to);
        }
    }

    /// The function that walks must be of to pass `insn`; `None` for code without function, and for code that none passes.
    fn func_node(&self, insn: InsnId) -> Option<u32> {
        let pfunc = self.code.symbols.get(self.code.func_of(insn)?).pfunc;
        (pfunc != NO_SYMBOL).then_some(pfunc.0)
    }

    fn node(&self, insn: InsnId) -> Option<u32> {
        if self.code.func_of(insn).is_some() {
            return self.func_node(insn);
        }
        let run = self.runs.partition_point(|(_, end)| *end <= insn.0);
        Some((self.code.symbols.table.len() + run) as u32)
    }

    fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        // The smaller number stays, so roots do not depend on the order of joining.
        self.parents[a.max(b) as usize] = a.min(b);
    }

    fn root(&mut self, mut node: u32) -> u32 {
        while self.parents[node as usize] != node {
            let parent = self.parents[node as usize];
            self.parents[node as usize] = self.parents[parent as usize];
            node = parent;
        }
        node
    }
}

/// The instructions of a piece from which ways lead that may join something: nearly all jumps stay in their function.
fn ways_in(code: &Code<'_>, piece: &[Text]) -> Vec<InsnId> {
    let special = InsnFlags::HAS_RARE | InsnFlags::RESTORE;
    let leads_out = |insn| code.jump_dest(insn).is_some_and(|dest| code.func_of(dest).is_none());
    let counts = |insn: &InsnId| code.flags[insn.index()].intersects(special) || leads_out(*insn);
    piece.iter().flat_map(Text::ids).filter(counts).collect()
}

fn fillers(code: &Code<'_>) -> impl Iterator<Item = InsnId> + use<> {
    (code.insns.len() as u32..code.insns.insns.len() as u32).map(InsnId)
}

/// Runs of instructions that belong to no function, each within one section, and so within one of `pieces`.
fn runs(code: &Code<'_>, pieces: &[Vec<Text>]) -> Vec<(u32, u32)> {
    let found = code.elf.map(pieces, |piece| runs_in(code, piece.iter().flat_map(Text::ids)));
    let mut runs: Vec<(u32, u32)> = found.into_iter().flatten().collect();
    runs.extend(runs_in(code, fillers(code)));
    runs
}

fn runs_in(code: &Code<'_>, insns: impl Iterator<Item = InsnId>) -> Vec<(u32, u32)> {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for insn in insns.filter(|insn| code.func_of(*insn).is_none()) {
        let is_start = code.insns.is_filler(insn) || code.insns.get(insn).offset == 0;
        match runs.last_mut() {
            Some((_, end)) if *end == insn.0 && !is_start => *end += 1,
            _ => runs.push((insn.0, insn.0 + 1)),
        }
    }
    runs
}
