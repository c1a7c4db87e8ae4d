// SPDX-License-Identifier: GPL-2.0-only

//! One cause, one finding: findings that differ in the object alone are told once, where people read.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use crate::gate::baseline::Judged;
use crate::gate::finding::GateFinding;
use crate::gate::finding::GateSeverity;
use crate::gate::finding::Key;
use crate::gate::finding::counted;

/// A finding of as many objects or more is told once.
const MANY_OBJECTS: usize = 3;

/// Findings with one cause; a finding by itself is one as well.
pub struct Cause<'a> {
    /// The first of them stands for all.
    pub first: &'a Judged,
    /// All of them, with the first.
    pub all: Vec<&'a Judged>,
}

impl Cause<'_> {
    /// The finding that stands for all.
    pub fn finding(&self) -> &GateFinding {
        &self.first.finding
    }

    /// The other objects, in order.
    pub fn others(&self) -> Vec<&str> {
        let subjects: BTreeSet<&str> = self.all.iter().map(|judged| judged.finding.subject.as_str()).collect();
        subjects.into_iter().filter(|subject| *subject != self.finding().subject).collect()
    }

    /// What the first says, with the number of objects that it stands for.
    pub fn message(&self) -> String {
        self.with_others(self.finding().message.clone())
    }

    /// The same where the first one's place stands before it.
    pub fn told(&self) -> String {
        self.with_others(self.finding().told())
    }

    fn with_others(&self, text: String) -> String {
        let n_others = self.others().len();
        if n_others == 0 { text } else { format!("{text} (and in {})", counted(n_others, "more object")) }
    }
}

/// Number of the cause of each finding, in the order in which causes come up.
pub fn numbers(findings: &[Judged]) -> Vec<usize> {
    let mut known: BTreeMap<(Key, GateSeverity, bool), usize> = BTreeMap::new();
    let of = |judged: &Judged| {
        let key = Key { subject: String::new(), ..judged.finding.key() };
        (key, judged.finding.severity, judged.is_open())
    };
    let numbers = findings.iter().map(|judged| {
        let next = known.len();
        *known.entry(of(judged)).or_insert(next)
    });
    numbers.collect()
}

/// Findings by cause, in the order of the first ones. A cause that few objects have is told for each.
pub fn of<'a>(findings: impl Iterator<Item = &'a Judged>) -> Vec<Cause<'a>> {
    let mut groups: Vec<Vec<&Judged>> = Vec::new();
    let mut known: BTreeMap<(Key, GateSeverity, bool), usize> = BTreeMap::new();
    for judged in findings {
        let key = Key { subject: String::new(), ..judged.finding.key() };
        let nth = *known.entry((key, judged.finding.severity, judged.is_open())).or_insert(groups.len());
        match groups.get_mut(nth) {
            Some(group) => group.push(judged),
            None => groups.push(vec![judged]),
        }
    }
    groups.into_iter().flat_map(causes_of).collect()
}

fn causes_of(group: Vec<&Judged>) -> Vec<Cause<'_>> {
    let subjects: BTreeSet<&str> = group.iter().map(|judged| judged.finding.subject.as_str()).collect();
    match group.first() {
        Some(first) if subjects.len() >= MANY_OBJECTS => vec![Cause { first, all: group }],
        _ => group.into_iter().map(|judged| Cause { first: judged, all: vec![judged] }).collect(),
    }
}
