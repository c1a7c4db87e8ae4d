// SPDX-License-Identifier: GPL-2.0-only

//! Functions that share no instruction, walked on all threads with the outcome of walking one after another.
//!
//! The functions are divided into parts, in the original's order; those of one unit are in one part. Each part has a table of
//! states of its own, a continuation of the common one with numbers that no other part uses. In the end the tables become
//! one, and findings are put into the order of the functions they are about.

use rayon::prelude::*;

use super::Marks;
use super::Tally;
use super::Walker;
use super::observe::Unobserved;
use super::units::Units;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::objtool::cfi::CfiId;
use crate::objtool::code::Code;
use crate::objtool::code::InsnId;
use crate::objtool::finding::Finding;

/// A function to walk, with its place in the original's order.
struct Start {
    nth: u32,
    section: SectionId,
    symbol: SymbolId,
}

/// What the walk of a part leaves besides marks.
struct Done {
    tally: Tally,
    /// Findings with the place of the function they are about.
    findings: Vec<(u32, Vec<Finding>)>,
}

/// Walks all functions. `None` if that can only be done in order.
pub(super) fn walk_functions(code: &Code<'_>, n_parts: usize) -> Option<(Marks, Tally, Vec<Finding>)> {
    // Before 5.18 a path goes on into the next function of an assembled file.
    let falls_through = code.profile.has(Behaviour::FallThroughInC) && !code.is_compiled();
    // Each part has a copy of the states that hints made.
    if falls_through || code.cfis.len() > MOST_COMMON_STATES {
        return None;
    }
    let parts = divide(code, n_parts.clamp(1, MOST_PARTS))?;
    let marks = Marks::new(code);
    let walk = |(nth, part): (usize, &Vec<Start>)| walk_part(code, &marks, nth, part);
    let done: Vec<Done> = parts.par_iter().enumerate().map(walk).collect();
    if done.iter().any(|done| done.tally.fatal.is_some() || done.tally.cfis.n_own() > STATES_PER_PART as usize) {
        // Nothing is walked after that, and what had been walked until then shows.
        return None;
    }
    Some(merge(code, marks, done))
}

/// Numbers of states that a part may use.
const STATES_PER_PART: u32 = 1 << 20;
const MOST_PARTS: usize = 1 << 10;
const MOST_COMMON_STATES: usize = 1 << 12;

/// The number of the first state that part `nth` makes.
fn first_state(code: &Code<'_>, nth: usize) -> u32 {
    code.cfis.len() as u32 + nth as u32 * STATES_PER_PART
}

/// Divides the functions into parts of about the same number of bytes. `None` if a walk may lead nearly anywhere.
fn divide(code: &Code<'_>, n_parts: usize) -> Option<Vec<Vec<Start>>> {
    let mut units = Units::find(code)?;
    let starts = starts(code);
    // Walks that are of no function come first: what they may reach becomes one unit.
    for start in &starts {
        if let Some(first) = first_of(code, start).filter(|first| code.func_of(*first).is_none()) {
            units.add_of_no_function(first)?;
        }
    }
    let len = |start: &Start| code.symbols.get(start.symbol).len;
    let total = starts.iter().fold(0_u64, |total, start| total.saturating_add(len(start)));
    let share = (total / n_parts as u64).max(1);
    let mut parts: Vec<Vec<Start>> = Vec::new();
    parts.resize_with(n_parts, Vec::new);
    let mut part_of = vec![u32::MAX; units.len()];
    let mut reached = 0_u64;
    for start in starts {
        let here = ((reached / share) as usize).min(n_parts - 1) as u32;
        reached = reached.saturating_add(len(&start));
        let part = match first_of(code, &start) {
            None => here,
            Some(first) => {
                let part = &mut part_of[units.of(code.func_of(first)) as usize];
                if *part == u32::MAX {
                    *part = here;
                }
                *part
            }
        };
        parts[part as usize].push(start);
    }
    Some(parts)
}

/// What is walked, or remarked on because it has no size.
fn starts(code: &Code<'_>) -> Vec<Start> {
    let mut starts = Vec::new();
    for text in &code.insns.texts {
        for &symbol in code.symbols.in_section(text.section) {
            let sym = code.symbols.get(symbol);
            if sym.is_func() && (sym.len == 0 || sym.pfunc == symbol && sym.alias == symbol) {
                starts.push(Start { nth: starts.len() as u32, section: text.section, symbol });
            }
        }
    }
    starts
}

/// The instruction that a walk begins with, if there is to be one.
fn first_of(code: &Code<'_>, start: &Start) -> Option<InsnId> {
    let sym = code.symbols.get(start.symbol);
    if sym.len == 0 { None } else { code.insns.at(start.section, sym.offset) }
}

fn walk_part(code: &Code<'_>, marks: &Marks, nth: usize, part: &[Start]) -> Done {
    let mut nobody = Unobserved;
    let mut walker = Walker::new(code, marks, &mut nobody);
    walker.tally = Tally::new(code.cfis.continued(first_state(code, nth)));
    let mut findings = Vec::new();
    for start in part {
        walker.walk_function(start.section, start.symbol, walker.is_noinstr(start.section));
        if !walker.findings.is_empty() {
            findings.push((start.nth, std::mem::take(&mut walker.findings)));
        }
    }
    Done { tally: walker.tally, findings }
}

fn merge(code: &Code<'_>, mut marks: Marks, done: Vec<Done>) -> (Marks, Tally, Vec<Finding>) {
    let mut all = Tally::new(code.cfis.clone());
    let mut numbers: Vec<Vec<CfiId>> = Vec::new();
    let mut findings = Vec::new();
    for part in done {
        numbers.push(all.cfis.absorb(&part.tally.cfis));
        all.n_visited += part.tally.n_visited;
        all.n_reused += part.tally.n_reused;
        all.n_warnings += part.tally.n_warnings;
        findings.extend(part.findings);
    }
    findings.sort_by_key(|(nth, _)| *nth);
    let n_common = code.cfis.len() as u32;
    let number = |id: CfiId| {
        let Some(own) = id.0.checked_sub(n_common).filter(|_| id != CfiId::NONE) else { return id };
        let part = numbers.get((own / STATES_PER_PART) as usize);
        part.and_then(|part| part.get((own % STATES_PER_PART) as usize)).copied().unwrap_or(CfiId::NONE)
    };
    marks.renumber(number);
    (marks, all, findings.into_iter().flat_map(|(_, findings)| findings).collect())
}
