// SPDX-License-Identifier: GPL-2.0-only

//! Whether the tables that `objtool` makes are there: in the object that it worked on, and in what was linked of it.

use super::check::WorldCx;
use super::finding::GateFinding;
use super::inputs::Stage;
use super::object::ObjectCx;
use super::tables::MADE_BY_OBJTOOL;

/// Whether `objtool` should have made tables for this object and has made none: it never ran.
pub fn is_unprocessed(cx: &ObjectCx<'_>) -> bool {
    let Some(fresh) = cx.fresh else { return false };
    let has = |name: &str| cx.section(name).is_some_and(|id| cx.elf.section(id).size > 0);
    let has_any = MADE_BY_OBJTOOL.iter().any(|(name, _)| has(name));
    let Some(sites) = &fresh.sites else { return false };
    let wants_any = fresh.orc.as_ref().is_some_and(|entries| !entries.is_empty())
        || (fresh.opts.rethunk && !sites.returns.is_empty())
        || (fresh.opts.static_call && !sites.static_calls.is_empty())
        || (fresh.opts.retpoline && !sites.retpolines.is_empty());
    wants_any && !has_any && cx.file.stage != Stage::Module
}

/// Tables that a module's linked object has and its `.ko` has not, or has fewer records of.
pub fn lost_in_link(cx: &WorldCx<'_>, names: &[&str]) -> Vec<GateFinding> {
    let mut findings = Vec::new();
    for module in cx.facts.iter().filter(|facts| facts.file.stage == Stage::Module && !facts.is_opaque) {
        let stages = [Stage::Object, Stage::Lto, Stage::Prelink];
        let linked = cx.facts.iter().rev().find(|other| {
            other.file.subject == module.file.subject && stages.contains(&other.file.stage) && !other.is_opaque
        });
        let Some(linked) = linked else { continue };
        for name in names {
            let count = |tables: &[(&str, u64)]| tables.iter().find(|(table, _)| table == name).map_or(0, |(_, n)| *n);
            let (before, after) = (count(&linked.tables), count(&module.tables));
            if after < before {
                let text = format!("{name}: {before} records in {}, {after} in {}", linked.file.name, module.file.name);
                let finding = GateFinding::new("lost-in-link", text).section(*name);
                findings.push(finding.about(&module.file.subject, &module.file.name));
            }
        }
    }
    findings
}
