// SPDX-License-Identifier: GPL-2.0-only

//! How many entries a jump table has: from the comparison before the jump, or from the width of the index.

use arch::arm64;
use arch::arm64::Class;
use arch::arm64::branch::BranchKind;
use arch::arm64::written;

use super::MAX_ENTRIES;
use super::REACH;
use super::Search;
use super::backwards::Backwards;
use super::reg;
use crate::arm64::object::Place;
use crate::arm64::stack::regions::for_each_branch;

/// How many values the index in register `index` can have before `place`.
pub(super) fn bound(search: &Search<'_>, place: Place, index: u8) -> Option<u64> {
    let mut walk = Walk { index, field: None, limit: None, condition: None, bounded: Vec::new() };
    let mut at = place;
    for _ in 0..REACH {
        let Some(before) = search.before(at) else { break };
        let word = search.object.word(before)?;
        if arm64::class(word).ends_flow() {
            // Nothing falls through: go on at the one branch that leads here.
            let Some(branch) = only_branch_to(search, before, at) else { break };
            walk.condition = Some((search.object.word(branch)?, true));
            at = branch;
            continue;
        }
        at = before;
        match walk.pass(word) {
            Step::On => {}
            Step::Bound(count) => return Some(count).filter(|count| *count <= MAX_ENTRIES),
            Step::End => break,
        }
    }
    let of_copy =
        walk.bounded.iter().find(|(other, _)| is_copy_of(search, place, index, *other)).map(|(_, count)| *count);
    of_copy.or(walk.limit).or_else(|| widest(search, place, index)).filter(|count| *count <= MAX_ENTRIES)
}

/// The most values that the instructions which set `index` leave it, if each is known and none can be missing.
fn widest(search: &Search<'_>, place: Place, index: u8) -> Option<u64> {
    let all = Backwards::of(search).all_definitions(place, index)?;
    all.iter().try_fold(0, |most, (_, word)| Some(values(*word)?.max(most)))
}

/// How many values an instruction leaves the register that it sets: those of a constant, or of a number of bits.
fn values(word: u32) -> Option<u64> {
    // movz without a shift, of 32 or 64 bits.
    if word & 0x7fe0_0000 == 0x5280_0000 {
        return Some(u64::from(word >> 5 & 0xffff) + 1);
    }
    let width = field(word).map(|(_, width)| width).or_else(|| source(word)?.1)?;
    Some(1 << width)
}

/// Whether `index` was copied from `other`, far before `place` maybe, and both are as they were then.
fn is_copy_of(search: &Search<'_>, place: Place, index: u8, other: u8) -> bool {
    let Some((copied_at, word)) = search.definition(place, index) else { return false };
    let set_at = search.definition(place, other).map(|(at, _)| at);
    source(word) == Some((Some(other), None)) && set_at.is_none_or(|at| at < copied_at)
}

/// What an instruction on the way back says.
enum Step {
    On,
    Bound(u64),
    End,
}

/// The way back from the use of an index.
struct Walk {
    /// The register that the index is made from, so far back.
    index: u8,
    /// The bits of that register that the index is, if not all: the lowest and their number.
    field: Option<(u32, u32)>,
    /// The most that the width of the value allows.
    limit: Option<u64>,
    /// The last branch on a comparison that was passed, and whether it was taken.
    condition: Option<(u32, bool)>,
    /// Other registers with a bound, as long as nothing that was passed set them.
    bounded: Vec<(u8, u64)>,
}

impl Walk {
    fn pass(&mut self, word: u32) -> Step {
        if self.condition.is_none() && word >> 24 == 0x54 && matches!(word & 15, HS | LO | HI | LS) {
            self.condition = Some((word, false));
        }
        if let Some((branch, is_taken)) = self.condition
            && let Some((other, count)) = compared(word, branch, is_taken)
        {
            if other == self.index && self.field.is_none() {
                return Step::Bound(count);
            }
            self.bounded.push((other, count));
        }
        if sets_flags(word) {
            self.condition = None;
        }
        let all = written(word);
        // The compared register may be the same field of the same register, cut out once more.
        let twin = self.field.is_some() && field(word) == self.field && reg(word, 5) == self.index;
        if let Some((_, count)) = self.bounded.iter().find(|(other, _)| twin && reg(word, 0) == *other) {
            return Step::Bound(*count);
        }
        self.bounded.retain(|(other, _)| all >> other & 1 == 0);
        if all >> self.index & 1 == 0 { Step::On } else { self.set(word) }
    }

    /// The instruction that set the index: on with what it was made from.
    fn set(&mut self, word: u32) -> Step {
        if let Some((low, width)) = field(word).filter(|_| self.field.is_none()) {
            self.field = Some((low, width));
            self.limit = Some(1 << width);
            self.index = reg(word, 5);
            return Step::On;
        }
        let Some((from, width)) = source(word) else { return Step::End };
        if self.field.is_none() {
            self.limit = width.map(|bits| 1 << bits).or(self.limit);
        } else if width.is_some() {
            return Step::End;
        }
        let Some(from) = from else { return Step::End };
        self.index = from;
        let known = self.bounded.iter().find(|(other, _)| *other == from);
        match known.filter(|_| width.is_none() && self.field.is_none()) {
            Some((_, count)) => Step::Bound(*count),
            None => Step::On,
        }
    }
}

/// The one conditional branch of the function that leads to a place behind `from` and up to `to`.
fn only_branch_to(search: &Search<'_>, from: Place, to: Place) -> Option<Place> {
    let (mut found, mut count) = (None, 0);
    for_each_branch(search.object, search.region, |place, target| {
        if target.section == to.section && from.offset < target.offset && target.offset <= to.offset {
            found = Some(place);
            count += 1;
        }
    });
    let found = found.filter(|_| count == 1)?;
    let class = arm64::class(search.object.word(found)?);
    matches!(class, Class::Branch(branch) if branch.kind == BranchKind::Cond).then_some(found)
}

const HS: u32 = 2;
const LO: u32 = 3;
const HI: u32 = 8;
const LS: u32 = 9;

/// The register that `word` compares, and how many values it has where a branch on that was taken or not:
/// `cmp reg, #value`, or `adds reg, other, #value`, whose carry says that the sum came around to less than the value.
fn compared(word: u32, branch: u32, is_taken: bool) -> Option<(u8, u64)> {
    let value = u64::from(word >> 10 & 0xfff) << (12 * (word >> 22 & 1));
    let condition = (branch >> 24 == 0x54).then_some((branch & 15, is_taken))?;
    if word & 0x7f80_001f == 0x7100_001f {
        return match condition {
            (HI, false) | (LS, true) => Some((reg(word, 5), value + 1)),
            (HS, false) | (LO, true) => Some((reg(word, 5), value)),
            _ => None,
        };
    }
    let is_sum = word & 0x7f80_0000 == 0x3100_0000 && matches!(condition, (HS, true) | (LO, false));
    is_sum.then(|| (reg(word, 0), value))
}

/// `ubfx`: the lowest bit and the number of bits of a field that does not start at the bottom.
fn field(word: u32) -> Option<(u32, u32)> {
    let (low, high) = (word >> 16 & 63, word >> 10 & 63);
    let is_field = word & 0x7f80_0000 == 0x5300_0000 && low != 0 && low <= high && high - low < 31;
    is_field.then(|| (low, high - low + 1))
}

/// Whether the condition flags are written: what is before has nothing to do with a branch that is behind.
fn sets_flags(word: u32) -> bool {
    // adds, subs, ands with immediates, registers or extended registers; ccmp.
    let is_arithmetic = word & 0x3f00_0000 == 0x3100_0000 || word & 0x3f00_0000 == 0x2b00_0000;
    is_arithmetic
        || word & 0x7f80_0000 == 0x7200_0000
        || word & 0x7f00_0000 == 0x6a00_0000
        || word & 0x3fe0_0000 == 0x3a40_0000
}

/// Where an instruction that sets an index takes it from, and to how many bits it cuts it: copies, masks and bit fields
/// go on with another register, loads of small values do not.
fn source(word: u32) -> Option<(Option<u8>, Option<u32>)> {
    let from = Some(reg(word, 5));
    if word & 0x7fe0_ffe0 == 0x2a00_03e0 {
        return Some((Some(reg(word, 16)), None));
    }
    // ubfm: the bits from immr to imms, where that is a field.
    if word & 0x7f80_0000 == 0x5300_0000 {
        let (low, high) = (word >> 16 & 63, word >> 10 & 63);
        let width = high.checked_sub(low)? + 1;
        return (low == 0).then_some((from, Some(width).filter(|width| *width < 32)));
    }
    // and with low ones: a run of them over 32 or 64 bits, not rotated.
    if word & 0x7fbf_8000 == 0x1200_0000 || word & 0xffff_0000 == 0x9240_0000 {
        return Some((from, Some((word >> 10 & 63) + 1).filter(|width| *width < 32)));
    }
    // ldrb, ldrh.
    match word & 0xfb00_0000 {
        0x3900_0000 | 0x3800_0000 if word >> 22 & 3 == 1 => Some((None, Some(8))),
        0x7900_0000 | 0x7800_0000 if word >> 22 & 3 == 1 => Some((None, Some(16))),
        _ => None,
    }
}
