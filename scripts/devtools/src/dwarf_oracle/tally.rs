// SPDX-License-Identifier: GPL-2.0-only

//! What came of a comparison: one verdict for each function, and totals.

use std::io;
use std::io::Write;

use super::Detail;

/// One function that the compiler describes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    /// Its name.
    pub name: String,
    /// Where it is, for people: section and offset.
    pub place: String,
    /// Instructions that both sides describe, and that agree.
    pub n_agree: u64,
    /// Instructions that both sides describe, and that do not.
    pub n_disagree: u64,
    /// Instructions that no way leads to, in stretches.
    pub unreached: Vec<Stretch>,
    /// The verdict.
    pub verdict: Verdict,
}

/// Instructions beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// First byte, from the function's start.
    pub start: u64,
    /// The byte after the last.
    pub end: u64,
    /// Number of instructions.
    pub n_insns: u64,
}

impl Compared {
    /// A function that nothing has been said about.
    pub(super) fn new(name: String, place: String) -> Self {
        Self { name, place, n_agree: 0, n_disagree: 0, unreached: Vec::new(), verdict: Verdict::Agrees }
    }

    /// No way leads to the instruction of `len` bytes at `from_start`.
    pub(super) fn skip(&mut self, from_start: u64, len: u64) {
        let end = from_start.saturating_add(len);
        match self.unreached.last_mut() {
            Some(last) if last.end == from_start => (last.end, last.n_insns) = (end, last.n_insns + 1),
            _ => self.unreached.push(Stretch { start: from_start, end, n_insns: 1 }),
        }
    }

    /// The instruction at `from_start` has been compared.
    pub(super) fn record(&mut self, from_start: u64, difference: Option<String>) {
        let Some(text) = difference else {
            self.n_agree += 1;
            return;
        };
        self.n_disagree += 1;
        self.decide(Verdict::Disagrees(format!("+{from_start:#x}: {text}")));
    }

    /// The first verdict that is not a good one counts.
    pub(super) fn decide(&mut self, verdict: Verdict) {
        if self.verdict == Verdict::Agrees {
            self.verdict = verdict;
        }
    }
}

/// What became of one function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Every instruction that is reached agrees.
    Agrees,
    /// The first instruction that does not, in words.
    Disagrees(String),
    /// It does not agree, and what the tables say cannot be, and why.
    Misdescribed(String),
    /// We could not follow it, and why.
    Unresolved(String),
    /// The compiler's description cannot be read, and why.
    Unreadable(String),
    /// Code that is no function: no symbol covers it, so nothing leads there. Not counted with the others.
    Unnamed,
}

/// All functions of an object.
#[derive(Debug, Default)]
pub struct Tally {
    /// In order of place.
    pub functions: Vec<Compared>,
    /// What could not be read at all.
    pub errors: Vec<String>,
}

impl Tally {
    /// Whether everything agrees, as far as the tables can be right.
    pub fn is_clean(&self) -> bool {
        let is_fine = |function: &Compared| {
            matches!(function.verdict, Verdict::Agrees | Verdict::Misdescribed(_) | Verdict::Unnamed)
        };
        self.errors.is_empty() && self.functions.iter().all(is_fine)
    }

    /// Writes a line for each function that does not agree, then totals.
    pub(super) fn write(&self, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
        for error in &self.errors {
            writeln!(out, "unreadable: {error}")?;
        }
        for function in &self.functions {
            let (name, place) = (&function.name, &function.place);
            match &function.verdict {
                Verdict::Agrees => {}
                Verdict::Disagrees(text) => writeln!(out, "disagrees: {name} ({place}): {text}")?,
                Verdict::Misdescribed(text) => writeln!(out, "described wrongly: {name} ({place}): {text}")?,
                Verdict::Unresolved(text) => writeln!(out, "unresolved: {name} ({place}): {text}")?,
                Verdict::Unreadable(text) => writeln!(out, "unreadable: {name} ({place}): {text}")?,
                Verdict::Unnamed => writeln!(out, "without a symbol: {place}")?,
            }
            for Stretch { start, n_insns, .. } in function.unreached.iter().filter(|_| detail == Detail::Unreached) {
                writeln!(out, "unreached: {name}+{start:#x} ({place}): {n_insns} instructions")?;
            }
        }
        self.write_totals(out)
    }

    fn write_totals(&self, out: &mut dyn Write) -> io::Result<()> {
        let count = |is: fn(&Verdict) -> bool| self.functions.iter().filter(|function| is(&function.verdict)).count();
        let n_agree = count(|verdict| *verdict == Verdict::Agrees);
        let n_disagree = count(|verdict| matches!(verdict, Verdict::Disagrees(_)));
        let n_wrong = count(|verdict| matches!(verdict, Verdict::Misdescribed(_)));
        let n_unresolved = count(|verdict| matches!(verdict, Verdict::Unresolved(_)));
        let n_unreadable = count(|verdict| matches!(verdict, Verdict::Unreadable(_)));
        let sum = |of: fn(&Compared) -> u64| self.functions.iter().map(of).fold(0, u64::saturating_add);
        let (insns, wrong) = (sum(|function| function.n_agree), sum(|function| function.n_disagree));
        let unreached = sum(|function| function.unreached.iter().map(|stretch| stretch.n_insns).sum());
        let n_unnamed = count(|verdict| *verdict == Verdict::Unnamed);
        let n_functions = self.functions.len() - n_unnamed;
        let percent = 100.0 * n_agree as f64 / n_functions.max(1) as f64;
        writeln!(
            out,
            "{n_functions} functions: {n_agree} agree ({percent:.2}%), {n_disagree} disagree, {n_wrong} described wrongly, \
             {n_unresolved} unresolved, {n_unreadable} unreadable; {n_unnamed} stretches without a symbol"
        )?;
        writeln!(out, "{} instructions: {insns} agree, {wrong} disagree; {unreached} are not reached", insns + wrong)
    }
}
