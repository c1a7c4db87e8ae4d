// SPDX-License-Identifier: GPL-2.0-only

//! Whether the tables that `objtool` makes are there: in the object that it worked on, and in what was linked of it.

use super::check::WorldCx;
use super::facts::FileFacts;
use super::facts::print::Body;
use super::facts::print::Print;
use super::finding::GateFinding;
use super::inputs::BuildStage;
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
    wants_any && !has_any && cx.file.stage != BuildStage::Module
}

/// The object that a finished module was linked from.
pub fn linked_of<'a>(cx: &WorldCx<'a>, module: &FileFacts) -> Option<&'a FileFacts> {
    let stages = [BuildStage::Object, BuildStage::Lto, BuildStage::Prelink];
    cx.facts.iter().rev().find(|other| {
        other.file.subject == module.file.subject && stages.contains(&other.file.stage) && !other.is_opaque
    })
}

/// The first function or constant that only one of both has, or that has another size, and that in words: they are of two
/// compilations.
pub fn other_code(made: &Print, of: &Print) -> Option<(String, String)> {
    let key = |body: &Body| (body.name.clone(), body.size);
    let (made, of): (Vec<_>, Vec<_>) = (made.bodies.iter().map(key).collect(), of.bodies.iter().map(key).collect());
    let lost = of.iter().find(|body| made.binary_search(body).is_err());
    let size = |list: &[(String, u64)], name: &str| list.iter().find(|body| body.0 == name).map(|body| body.1);
    if let Some((name, wanted)) = lost {
        let what = match size(&made, name) {
            Some(size) => format!("'{name}' has {wanted} bytes there, and {size} here"),
            None => format!("'{name}' is not in it"),
        };
        return Some((name.clone(), what));
    }
    let added = made.iter().find(|body| of.binary_search(body).is_err())?;
    Some((added.0.clone(), format!("'{}' is only in the module", added.0)))
}

/// Whether a module and the object beside it are of two compilations, so that nothing else of them needs to be compared.
fn is_of_other_code(module: &FileFacts, linked: &FileFacts) -> bool {
    let prints = module.print.as_ref().zip(linked.print.as_ref());
    prints.is_some_and(|(made, of)| other_code(made, of).is_some())
}

/// Tables that a module's linked object has and its `.ko` has not, or has fewer records of.
pub fn lost_in_link(cx: &WorldCx<'_>, names: &[&str]) -> Vec<GateFinding> {
    let mut findings = Vec::new();
    for module in cx.facts.iter().filter(|facts| facts.file.stage == BuildStage::Module && !facts.is_opaque) {
        let Some(linked) = linked_of(cx, module).filter(|linked| !is_of_other_code(module, linked)) else { continue };
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
