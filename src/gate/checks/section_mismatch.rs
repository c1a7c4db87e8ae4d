// SPDX-License-Identifier: GPL-2.0-only

//! References between sections, by `modpost`'s rules.

use std::collections::BTreeMap;

use crate::gate::check::Need;
use crate::gate::check::check;
use crate::gate::finding::GateFinding;
use crate::gate::finding::GateSeverity;
use crate::gate::finding::section_class;
use crate::gate::finding::stem;
use crate::gate::object::ObjectCx;
use crate::gate::scan::Mismatch;

check! {
    /// Code or data that stays refers to code or data that is freed after init.
    ///
    /// After boot the memory of `__init` functions is given away. A call into it from code that stays runs whatever is there
    /// now. Each pair is shown once, and clones that the compiler made are named by their source function.
    ///
    /// Cause: a function that is called from `__init` code only lost its `__init`, or one that is called later has it; ThinLTO
    /// clones of one function repeat the same pair.
    ///
    /// Remedy: mark both sides alike; `__ref` for a reference that is known to be safe.
    "section-mismatch", Error, needs: [Need::Scan], object: look,
}

fn look(cx: &ObjectCx<'_>) -> Vec<GateFinding> {
    let Some(scan) = cx.scan else { return Vec::new() };
    let mut pairs: BTreeMap<(&str, String, &str, String), (&Mismatch, u32)> = BTreeMap::new();
    for mismatch in &scan.mismatches {
        let from = (stem(&mismatch.from_symbol), section_class(&mismatch.from_section));
        let key = (from.0, from.1, stem(&mismatch.to_symbol), section_class(&mismatch.to_section));
        pairs.entry(key).or_insert((mismatch, 0)).1 += 1;
    }
    let is_warning = cx.inputs.config.has("SECTION_MISMATCH_WARN_ONLY");
    let severity = if is_warning { GateSeverity::Warning } else { GateSeverity::Error };
    let findings = pairs.into_iter().map(|((from, from_section, to, to_section), (mismatch, count))| {
        let times = if count > 1 { format!(" ({count} places)") } else { String::new() };
        let text = format!("{from} ({from_section}) refers to {to} ({to_section}){times}");
        let finding =
            GateFinding::new(kind_of(&mismatch.to_section), text).symbol(from).section(&mismatch.from_section);
        finding.at(mismatch.from_offset).counterpart(to).at_most(severity)
    });
    findings.collect()
}

fn kind_of(to_section: &str) -> &'static str {
    if to_section.starts_with(".exit") { "to-exit" } else { "to-init" }
}
