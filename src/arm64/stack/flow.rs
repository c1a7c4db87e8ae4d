// SPDX-License-Identifier: GPL-2.0-only

//! The way of the state through one unit: forwards along every path that control may take, until nothing changes.
//!
//! Where ways meet, what they agree on holds ([`State::meet`]), so an instruction is seen a few times at most. A call may
//! not return, and neither need a `brk`: what follows one is known to be its successor only if nothing else leads there.
//! So the state behind a call goes on as long as it agrees with what comes from elsewhere; if it does not, the call is
//! taken for one that never returns.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use arch::arm64;
use arch::arm64::Class;
use arch::arm64::Effect;
use arch::arm64::branch::BranchKind;
use arch::arm64::effects;
use arch::arm64::written;
use rustc_hash::FxHashMap;
use rustc_hash::FxHashSet;

use crate::arm64::object::Arm64Object;
use crate::arm64::object::Place;

use super::Context;
use super::StateRow;
use super::Trouble;
use super::TroubleKind;
use super::edges::branch_target;
use super::jump_table;
use super::jump_table::Indirect;
use super::regions::Region;
use super::regions::RegionId;
use super::regions::for_each_branch;
use super::state::State;

/// No state yet.
const NONE: u32 = u32::MAX;
/// `bl` of the next instruction.
const CALL_NEXT: u32 = 0x9400_0001;
/// How often a unit is walked again after a call turned out not to return.
const MAX_RESTARTS: usize = 200;

/// What became of a unit.
#[derive(Debug, Default)]
pub struct Walked {
    /// Rows of each of its regions, in the order of its members.
    pub rows: Vec<Vec<StateRow>>,
    /// What is wrong with it.
    pub troubles: Vec<Trouble>,
    /// What could not be followed, if anything.
    pub unresolved: Option<(Place, &'static str)>,
}

/// How certain it is that control goes from one instruction to the next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Certainty {
    /// It does.
    Sure,
    /// It does if a call returns.
    IfReturns,
}

/// Walks one unit.
pub fn walk(cx: &Context<'_>, members: &[RegionId]) -> Walked {
    let mut flow = Flow::new(cx, members);
    for _ in 0..MAX_RESTARTS {
        flow.restart();
        flow.run();
        if !flow.again || flow.out.unresolved.is_some() {
            break;
        }
    }
    flow.emit();
    flow.out
}

struct Flow<'a> {
    cx: &'a Context<'a>,
    members: &'a [RegionId],
    /// Number of the first instruction of each member.
    firsts: Vec<u32>,
    /// State before each instruction.
    ids: Vec<u32>,
    /// Instructions that something else than the one before may lead to.
    targets: Vec<bool>,
    states: Vec<State>,
    known: FxHashMap<State, u32>,
    sure: Vec<(u32, u32)>,
    /// What follows calls and may be reached otherwise, lowest first.
    unsure: BinaryHeap<Reverse<(u32, u32)>>,
    /// Instructions whose state so far comes from the call before them.
    after_call: FxHashSet<u32>,
    /// Calls that do not return.
    dead_calls: FxHashSet<u32>,
    /// Another call was found not to return, so all is to be done again.
    again: bool,
    out: Walked,
}

impl<'a> Flow<'a> {
    fn new(cx: &'a Context<'a>, members: &'a [RegionId]) -> Self {
        let mut firsts = Vec::with_capacity(members.len());
        let mut n_words = 0;
        for region in members.iter().filter_map(|id| cx.regions.get(*id)) {
            firsts.push(n_words as u32);
            n_words += region.n_words();
        }
        let mut this = Self {
            cx,
            members,
            firsts,
            ids: vec![NONE; n_words],
            targets: vec![false; n_words],
            states: Vec::new(),
            known: FxHashMap::default(),
            sure: Vec::new(),
            unsure: BinaryHeap::new(),
            after_call: FxHashSet::default(),
            dead_calls: FxHashSet::default(),
            again: false,
            out: Walked::default(),
        };
        this.mark_targets();
        this
    }

    fn regions(&self) -> impl Iterator<Item = &'a Region> + use<'a> {
        let cx = self.cx;
        self.members.iter().filter_map(|id| cx.regions.get(*id))
    }

    fn mark_targets(&mut self) {
        for region in self.regions() {
            let mut targets = Vec::new();
            for_each_branch(self.cx.object, region, |_, target| targets.push(target));
            let edges = self.cx.edges.within(region.section, region.start, region.end);
            targets.extend(edges.iter().map(|edge| edge.to));
            for target in targets {
                if let Some(slot) = self.index(target).and_then(|index| self.targets.get_mut(index as usize)) {
                    *slot = true;
                }
            }
        }
    }

    /// Forgets all but which calls do not return.
    fn restart(&mut self) {
        self.ids.fill(NONE);
        self.sure.clear();
        self.unsure.clear();
        self.after_call.clear();
        self.again = false;
        self.out = Walked::default();
        for (region, first) in self.regions().zip(self.firsts.clone()).collect::<Vec<_>>() {
            if region.is_entry {
                let state = self.intern(State::ENTRY);
                self.sure.push((first, state));
            }
        }
    }

    fn run(&mut self) {
        loop {
            if let Some((index, state)) = self.sure.pop() {
                self.follow(index, state, Certainty::Sure);
            } else if let Some(Reverse((index, state))) = self.unsure.pop() {
                self.follow(index, state, Certainty::IfReturns);
            } else {
                return;
            }
        }
    }

    /// Goes on from one instruction for as long as there is anything new.
    fn follow(&mut self, mut index: u32, mut state: u32, mut certainty: Certainty) {
        while self.out.unresolved.is_none()
            && let Some(met) = self.arrive(index, state, certainty)
            && let Some((region, place)) = self.place(index)
        {
            let Some(before) = self.states.get(met as usize).copied() else { return };
            let Some((after, next)) = self.step(region, place, before) else { return };
            if before.has_cfa() && !after.has_cfa() {
                self.trouble(place, TroubleKind::CfaLost);
                return;
            }
            if place.offset + 4 >= region.end && !self.continues(region) {
                if next == Certainty::Sure {
                    self.trouble(place, TroubleKind::FallsThrough);
                }
                return;
            }
            (index, certainty, state) = (index + 1, next, self.intern(after));
            if certainty == Certainty::IfReturns && self.targets.get(index as usize) == Some(&true) {
                self.unsure.push(Reverse((index, state)));
                return;
            }
        }
    }

    /// Whether the code behind a region belongs to the same unit.
    fn continues(&self, region: &Region) -> bool {
        self.index(Place { section: region.section, offset: region.end }).is_some()
    }

    /// Joins a state into that of an instruction. Returns the outcome if it is new.
    fn arrive(&mut self, index: u32, state: u32, certainty: Certainty) -> Option<u32> {
        let old = *self.ids.get(index as usize)?;
        if old == NONE {
            *self.ids.get_mut(index as usize)? = state;
            if certainty == Certainty::IfReturns {
                self.after_call.insert(index);
            }
            return Some(state);
        }
        if certainty == Certainty::IfReturns && self.is_dead_call(index) {
            return None;
        }
        let met = self.states.get(old as usize)?.meet(self.states.get(state as usize)?);
        match met {
            Ok(met) => {
                if certainty == Certainty::Sure {
                    self.after_call.remove(&index);
                }
                let met = self.intern(met);
                *self.ids.get_mut(index as usize)? = met;
                (met != old).then_some(met)
            }
            Err(_) if certainty == Certainty::IfReturns => None,
            Err(_) if self.after_call.contains(&index) => {
                self.again |= self.dead_calls.insert(index.wrapping_sub(1));
                None
            }
            Err(conflict) => {
                let (_, place) = self.place(index)?;
                self.trouble(place, TroubleKind::Conflict(conflict));
                None
            }
        }
    }

    fn is_dead_call(&self, index: u32) -> bool {
        self.dead_calls.contains(&index.wrapping_sub(1))
    }

    /// Applies the instruction at `place` and sends its jumps on their way. Returns what follows it, if it is followed by
    /// the next instruction.
    fn step(&mut self, region: &Region, place: Place, before: State) -> Option<(State, Certainty)> {
        let word = self.cx.object.word(place).filter(|_| !self.cx.is_data(place))?;
        for target in self.cx.edges.from(place) {
            self.jump(region, place, Some(target), before);
        }
        let mut state = apply(self.cx.object, region.start, place, word, before);
        match arm64::class(word) {
            Class::Branch(branch) => match branch.kind {
                BranchKind::Call => return self.call(place, state),
                BranchKind::Jump => self.jump(region, place, branch_target(self.cx.object, place, &branch), state),
                BranchKind::Cond => {
                    self.jump(region, place, branch_target(self.cx.object, place, &branch), state);
                    return Some((state, Certainty::Sure));
                }
            },
            Class::CallReg { .. } => {
                state.call();
                return Some((state, Certainty::IfReturns));
            }
            Class::JumpReg { reg, .. } => self.jump_register(region, place, reg, state),
            Class::Return { reg, .. } => self.leave(place, reg, &state),
            Class::Break(_) | Class::Halt(_) | Class::OtherException => return Some((state, Certainty::IfReturns)),
            Class::ExceptionReturn | Class::DebugReturn | Class::Undefined(_) => {}
            Class::SystemCall | Class::Hint(_) | Class::Adr { .. } | Class::Literal | Class::Other => {
                return Some((state, Certainty::Sure));
            }
        }
        None
    }

    fn call(&self, place: Place, mut state: State) -> Option<(State, Certainty)> {
        let reloc = self.cx.object.relocs.at(place.section, place.offset);
        if reloc.is_some_and(|found| self.cx.noreturns.contains(&found.reloc.symbol)) {
            return None;
        }
        // A call of what follows it calls nothing: it fills the processor's stack of return addresses.
        if reloc.is_none() && self.cx.object.word(place) == Some(CALL_NEXT) {
            state.forget_lr();
            return Some((state, Certainty::Sure));
        }
        state.call();
        Some((state, Certainty::IfReturns))
    }

    /// A direct jump, or one that a table speaks of.
    fn jump(&mut self, region: &Region, place: Place, target: Option<Place>, state: State) {
        let inside = target.and_then(|target| Some((target, self.index(target)?)));
        let is_call = |target: &Place| {
            let to = self.cx.regions.at(*target).and_then(|id| self.cx.regions.get(id));
            to.is_some_and(|to| to.is_entry && to.place() == *target && to.place() != region.place())
        };
        match inside {
            Some((target, index)) if !is_call(&target) => {
                let state = self.intern(state);
                self.sure.push((index, state));
            }
            _ if state.is_popped() && !state.signed => {}
            // clang lets the branch to an impossible default lead right behind the function.
            _ if target.is_some_and(|to| to.section == region.section && to.offset == region.end) => {}
            _ => self.trouble(place, TroubleKind::TailCall),
        }
    }

    fn jump_register(&mut self, region: &Region, place: Place, reg: u8, state: State) {
        match jump_table::resolve(self.cx.object, region, place, reg) {
            Indirect::Table(targets) => {
                for target in targets {
                    match self.index(target) {
                        Some(index) => {
                            let state = self.intern(state);
                            self.sure.push((index, state));
                        }
                        None => self.give_up(place, "its table leads out of the function"),
                    }
                }
            }
            Indirect::Function if state.is_popped() && !state.signed => {}
            Indirect::Function if state.returns_through(reg) => self.leave(place, reg, &state),
            Indirect::Function => self.give_up(place, "it jumps through a register, with a frame, but not by a table"),
            Indirect::Unresolved(why) => self.give_up(place, why),
        }
    }

    /// A return.
    fn leave(&mut self, place: Place, reg: u8, state: &State) {
        if state.signed {
            self.trouble(place, TroubleKind::ReturnSigned);
        } else if !state.returns_through(reg) {
            self.trouble(place, TroubleKind::ReturnLost);
        } else if state.sp != Some(0) || state.fp != super::state::Content::Caller {
            self.trouble(place, TroubleKind::ReturnWithFrame);
        }
    }

    fn give_up(&mut self, place: Place, why: &'static str) {
        self.out.unresolved.get_or_insert((place, why));
    }

    fn trouble(&mut self, place: Place, kind: TroubleKind) {
        let trouble = Trouble { place, kind };
        if !self.out.troubles.contains(&trouble) && self.out.troubles.len() < 16 {
            self.out.troubles.push(trouble);
        }
    }

    fn intern(&mut self, state: State) -> u32 {
        let next = self.states.len() as u32;
        let id = *self.known.entry(state).or_insert(next);
        if id == next {
            self.states.push(state);
        }
        id
    }

    /// Number of the instruction at a place, if it is one of this unit.
    fn index(&self, place: Place) -> Option<u32> {
        let region = self.cx.regions.at(place)?;
        let member = self.members.binary_search(&region).ok()?;
        let start = self.cx.regions.get(region)?.start;
        let words = u32::try_from((place.offset - start) / 4).ok()?;
        place.offset.is_multiple_of(4).then_some(self.firsts.get(member)? + words)
    }

    /// Region and place of an instruction.
    fn place(&self, index: u32) -> Option<(&'a Region, Place)> {
        let member = self.firsts.partition_point(|first| *first <= index).checked_sub(1)?;
        let region = self.cx.regions.get(*self.members.get(member)?)?;
        let offset = region.start + u64::from(index - self.firsts.get(member)?) * 4;
        (offset < region.end).then_some((region, Place { section: region.section, offset }))
    }

    /// Writes down the states that were found.
    fn emit(&mut self) {
        let essences: Vec<State> = self.states.iter().map(State::essence).collect();
        for (region, first) in self.regions().zip(self.firsts.clone()) {
            let mut rows: Vec<StateRow> = Vec::new();
            for nth in 0..region.n_words() {
                let id = self.ids.get(first as usize + nth).copied().unwrap_or(NONE);
                let state = essences.get(id as usize).copied();
                if rows.last().is_none_or(|last| last.state != state) {
                    rows.push(StateRow { offset: region.start + nth as u64 * 4, state });
                }
            }
            self.out.rows.push(rows);
        }
    }
}

/// The state after the instruction at `place` of a function that begins at `start`, when control goes on or to where the
/// instruction branches. `None` where there is no instruction.
pub fn after(object: &Arm64Object<'_>, start: u64, place: Place, before: State) -> Option<State> {
    let word = object.word(place).filter(|_| object.is_code(place))?;
    let mut state = apply(object, start, place, word, before);
    if arm64::class(word).is_call() {
        state.call();
    }
    Some(state)
}

/// Applies the effects of the instruction `word` at `place`; not those of a callee.
fn apply(object: &Arm64Object<'_>, start: u64, place: Place, word: u32, before: State) -> State {
    let mut state = before;
    let mut exact = 0;
    for effect in effects(word).iter() {
        exact |= 1_u32.checked_shl(dest(effect).into()).unwrap_or(0);
        state.apply(*effect, |reg| constant(object, start, place, reg));
    }
    state.forget(written(word) & !exact);
    state
}

/// The constant that register `reg` was set to just before `place`.
fn constant(object: &Arm64Object<'_>, start: u64, place: Place, reg: u8) -> Option<i32> {
    const REACH: i64 = 8;
    let mut inserted: Option<(u16, u8)> = None;
    for distance in 1..=REACH {
        let at = place.plus(-4 * distance).filter(|at| at.offset >= start)?;
        let word = object.word(at)?;
        match effects(word).iter().find(|effect| dest(effect) == reg) {
            Some(Effect::Const { value, .. }) => {
                let Some((bits, shift)) = inserted else { return Some(*value) };
                let mask = 0xffff_u32.checked_shl(shift.into())?;
                let bits = u32::from(bits).checked_shl(shift.into())?;
                return Some((value.cast_unsigned() & !mask | bits).cast_signed());
            }
            Some(Effect::Insert { value, shift, .. }) if inserted.is_none() => inserted = Some((*value, *shift)),
            None if written(word) >> reg & 1 == 0 && !arm64::class(word).ends_flow() => {}
            _ => return None,
        }
    }
    None
}

/// The register that an effect writes, or a number that no register has.
fn dest(effect: &Effect) -> u8 {
    match effect {
        Effect::Add { dest, .. }
        | Effect::AddReg { dest, .. }
        | Effect::Align { dest, .. }
        | Effect::Const { dest, .. }
        | Effect::Insert { dest, .. }
        | Effect::Load { reg: dest, .. }
        | Effect::Clobber { dest } => *dest,
        Effect::Save { .. } | Effect::Sign { .. } | Effect::Auth { .. } | Effect::Strip => u8::MAX,
    }
}
