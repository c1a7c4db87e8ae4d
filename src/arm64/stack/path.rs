// SPDX-License-Identifier: GPL-2.0-only

//! The path through a function to a finding about its stack: the instructions that tell something, and the frame at each.
//!
//! The analysis goes over a function until nothing changes and remembers no path, so one is looked for afterwards: the
//! shortest from the function's start that brings the frame written down there. Where none is found (over a jump table, from
//! another part of the function) all that changes the frame above the finding is shown instead.

use std::collections::VecDeque;

use arch::arm64;
use arch::arm64::Class;
use arch::arm64::branch::BranchKind;
use rustc_hash::FxHashMap;

use crate::arm64::listing::insn_text;
use crate::arm64::object::Arm64Object;
use crate::arm64::object::Place;

use super::Function;
use super::StackTable;
use super::edges::branch_target;
use super::flow;
use super::state::Content;
use super::state::State;

/// Steps that are shown from the beginning of a long path, and from its end.
const FIRST_STEPS: usize = 6;
const LAST_STEPS: usize = 24;

/// One line of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathStep {
    /// The instruction.
    pub place: Place,
    /// What it does to the frame, or where the path goes from there.
    pub remark: String,
}

/// The path to a place, as lines of equal columns: place, instruction, remark. Empty outside of functions.
pub fn lines(object: &Arm64Object<'_>, table: &StackTable, place: Place) -> Vec<String> {
    let steps = steps(object, table, place);
    let n_left_out = steps.len().saturating_sub(FIRST_STEPS + LAST_STEPS);
    let left_out = FIRST_STEPS..FIRST_STEPS + n_left_out;
    let shown: Vec<_> = steps.iter().enumerate().filter(|(nth, _)| !left_out.contains(nth)).collect();
    let rows: Vec<_> = shown
        .iter()
        .map(|(_, step)| (object.describe(step.place), insn_text(object, step.place), &step.remark))
        .collect();
    let width = |of: fn(&(String, String, &String)) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let (places, texts) = (width(|row| row.0.len()), width(|row| row.1.len()));
    let mut lines: Vec<String> = rows
        .iter()
        .map(|(place, text, remark)| format!("{place:<places$}  {text:<texts$}  {remark}").trim_end().to_owned())
        .collect();
    if n_left_out != 0 {
        lines.insert(FIRST_STEPS, format!("... {n_left_out} more steps"));
    }
    lines
}

/// The steps of the path to a place that tell something; the last one is the place.
pub fn steps(object: &Arm64Object<'_>, table: &StackTable, place: Place) -> Vec<PathStep> {
    let Some(function) = table.function(place.section, place.offset) else { return Vec::new() };
    let path = shortest(object, function, place.offset).unwrap_or_else(|| {
        let above = function.rows.iter().map(|row| row.offset).filter(|offset| *offset < place.offset);
        let mut all: Vec<u64> =
            above.flat_map(|offset| [offset.saturating_sub(4).max(function.start), offset]).collect();
        all.push(place.offset);
        all.dedup();
        all
    });
    let mut steps = Vec::new();
    let at = |offset| Place { section: place.section, offset };
    for (nth, pair) in path.windows(2).enumerate() {
        let &[from, to] = pair else { continue };
        let (before, after) = (function.state(from), function.state(to));
        let mut remarks = Vec::new();
        if nth == 0
            && let Some(state) = before
        {
            remarks.push(format!("starts with {}", describe(state)));
        }
        if to != from.wrapping_add(4) && is_branch(object, at(from)) {
            remarks.push("taken".to_owned());
        }
        if before != after {
            remarks.extend(after.map(|state| format!("then {}", describe(state))));
        }
        if !remarks.is_empty() {
            steps.push(PathStep { place: at(from), remark: remarks.join(", ") });
        }
    }
    let here =
        function.state(place.offset).map_or("<- here".to_owned(), |state| format!("<- here, with {}", describe(state)));
    steps.push(PathStep { place, remark: here });
    steps
}

/// The other paths that lead directly to a place with another frame than the one written down there, as sentences.
pub fn others(object: &Arm64Object<'_>, table: &StackTable, place: Place) -> Vec<String> {
    let Some(function) = table.function(place.section, place.offset) else { return Vec::new() };
    let Some(known) = function.state(place.offset) else { return Vec::new() };
    let mut sentences = Vec::new();
    for offset in (function.start..function.end).step_by(4) {
        let from = Place { offset, ..place };
        let leads_there = successors(object, function, offset).into_iter().flatten().any(|to| to == place.offset);
        if let Some(before) = function.state(offset).filter(|_| leads_there)
            && let Some(after) = flow::after(object, function.start, from, *before).map(|state| state.essence())
            && after != *known
        {
            sentences.push(format!("the path from {} comes with {}", object.describe(from), describe(&after)));
        }
    }
    sentences
}

/// Where the frame is, and what the caller wants back, other than at a function's start.
pub fn describe(state: &State) -> String {
    let plus = |reg: &str, offset: i32| match offset {
        0 => format!("={reg}"),
        _ => format!("={reg}{:+}", i64::from(offset)),
    };
    let mut text = "cfa".to_owned();
    if let Some(sp) = state.sp {
        text.push_str(&plus("sp", sp.saturating_neg()));
    }
    if let Content::Cfa(fp) = state.fp {
        text.push_str(&plus("x29", fp.saturating_neg()));
    }
    if !state.has_cfa() {
        text.push_str(" unknown");
    }
    for (name, content, slot, is_found) in
        [("x29", state.fp, state.fp_slot, state.has_fp()), ("x30", state.lr, state.lr_slot, state.has_lr())]
    {
        match slot {
            Some(slot) => text.push_str(&format!(" {name}=(cfa{slot:+})")),
            None if content != Content::Caller && !is_found => text.push_str(&format!(" {name} lost")),
            None => {}
        }
    }
    if state.signed {
        text.push_str(" signed");
    }
    text
}

/// Offsets of the instructions on the shortest path from a function's start to one of its instructions.
fn shortest(object: &Arm64Object<'_>, function: &Function, goal: u64) -> Option<Vec<u64>> {
    let mut came_from: FxHashMap<u64, u64> = FxHashMap::default();
    let mut queue = VecDeque::from([function.start]);
    while let Some(offset) = queue.pop_front() {
        if offset == goal {
            let mut path = vec![goal];
            let mut at = goal;
            while at != function.start {
                at = *came_from.get(&at)?;
                path.push(at);
            }
            path.reverse();
            return Some(path);
        }
        for next in successors(object, function, offset).into_iter().flatten() {
            let is_new = next != function.start && !came_from.contains_key(&next);
            if is_new && brings(object, function, offset, next) {
                came_from.insert(next, offset);
                queue.push_back(next);
            }
        }
    }
    None
}

/// Whether an instruction leaves the stack pointer and the signature as another one finds them.
fn brings(object: &Arm64Object<'_>, function: &Function, from: u64, to: u64) -> bool {
    let place = Place { section: function.section, offset: from };
    let after = function.state(from).and_then(|state| flow::after(object, function.start, place, *state));
    let key = |state: &State| (state.sp, state.signed);
    after.is_some_and(|after| function.state(to).map(key) == Some(key(&after)))
}

/// Where control may go from an instruction, as far as that is inside of the function: on, and to where it branches.
fn successors(object: &Arm64Object<'_>, function: &Function, offset: u64) -> [Option<u64>; 2] {
    let place = Place { section: function.section, offset };
    let Some(word) = object.word(place).filter(|_| object.is_code(place)) else { return [None; 2] };
    let class = arm64::class(word);
    let is_inside = |offset: &u64| (function.start..function.end).contains(offset);
    let next = offset.checked_add(4).filter(|_| !class.ends_flow());
    let target = match class {
        Class::Branch(branch) if branch.kind != BranchKind::Call => branch_target(object, place, &branch),
        _ => None,
    };
    let target = target.filter(|to| to.section == function.section).map(|to| to.offset);
    [next.filter(is_inside), target.filter(is_inside)]
}

fn is_branch(object: &Arm64Object<'_>, place: Place) -> bool {
    object.word(place).and_then(arm64::branch).is_some_and(|branch| branch.kind != BranchKind::Call)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_are_described_by_what_is_special() {
        assert_eq!(describe(&State::ENTRY), "cfa=sp");
        let mut framed = State::ENTRY;
        (framed.sp, framed.fp, framed.lr) = (Some(-32), Content::Cfa(-32), Content::Unknown);
        (framed.fp_slot, framed.lr_slot, framed.signed) = (Some(-32), Some(-24), true);
        assert_eq!(describe(&framed), "cfa=sp+32=x29+32 x29=(cfa-32) x30=(cfa-24) signed");
        let mut lost = State::ENTRY;
        (lost.sp, lost.lr) = (None, Content::Unknown);
        assert_eq!(describe(&lost), "cfa unknown x30 lost");
    }
}
