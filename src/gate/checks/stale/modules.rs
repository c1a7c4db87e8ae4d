// SPDX-License-Identifier: GPL-2.0-only

//! A `.ko` against the object and the generated source that it was linked from.

use std::collections::BTreeMap;

use rustc_hash::FxHashSet;

use super::is_explained;
use super::mend;
use super::times;
use crate::gate::check::WorldCx;
use crate::gate::facts::FileFacts;
use crate::gate::facts::print::Print;
use crate::gate::finding::GateFinding;
use crate::gate::finding::GateSeverity;
use crate::gate::inputs::BuildStage;
use crate::gate::inputs::mod_c::ModC;
use crate::gate::processed;

/// Texts that are searched for one by one, where the linker has put two into one.
const MAX_SEARCHED: usize = 256;

/// All finished modules.
pub fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let mut findings = Vec::new();
    for module in cx.facts.iter().filter(|facts| facts.file.stage == BuildStage::Module && !facts.is_opaque) {
        let found = of_object(cx, module).or_else(|| of_source(cx, module));
        findings.extend(found.map(|finding| finding.about(&module.file.subject, &module.file.name)));
    }
    findings.extend(packed(cx));
    findings
}

/// The object that a module was linked from has other code, or other data.
fn of_object(cx: &WorldCx<'_>, module: &FileFacts) -> Option<GateFinding> {
    let linked = processed::linked_of(cx, module)?;
    let (made, of) = (module.print.as_ref()?, linked.print.as_ref()?);
    let what = match processed::other_code(made, of) {
        // Who says that it is lost has named the cause.
        Some((symbol, _)) if is_named(cx, &module.file.subject, &symbol) => return None,
        Some((_, what)) => what,
        // Somebody has changed one of both, and another check says what is wrong with it.
        None if is_explained(cx, &module.file.subject) => return None,
        None => changed_code(made, of).or_else(|| other_data(cx, module, made, of))?,
    };
    let text = format!("{} was not linked from this {}: {what}", module.file.name, linked.file.name);
    let mut finding = GateFinding::new("module", text).counterpart(&linked.file.name);
    finding.detail.extend(times(&module.file, &linked.file));
    finding.detail.push(mend(cx, &module.file.name));
    Some(finding)
}

/// Whether an error is about this symbol of the module.
fn is_named(cx: &WorldCx<'_>, subject: &str, symbol: &str) -> bool {
    cx.found.iter().any(|finding| {
        finding.subject == subject && finding.symbol == symbol && finding.severity == GateSeverity::Error
    })
}

/// The first function of the same size and with other bytes.
fn changed_code(made: &Print, of: &Print) -> Option<String> {
    let known: FxHashSet<_> = made.bodies.iter().map(|body| (&body.name, body.digest)).collect();
    let body = of.bodies.iter().find(|body| !known.contains(&(&body.name, body.digest)))?;
    Some(format!("'{}' has other bytes there", body.name))
}

/// The first kind of section whose bytes or relocations are others, or a text that is not there.
fn other_data(cx: &WorldCx<'_>, module: &FileFacts, made: &Print, of: &Print) -> Option<String> {
    let source =
        cx.facts.iter().find(|f| f.file.stage == BuildStage::ModObject && f.file.subject == module.file.subject);
    let mut wanted = of.sums.clone();
    for (class, sums) in source.iter().filter_map(|facts| facts.print.as_ref()).flat_map(|print| &print.sums) {
        let total = wanted.entry(class.clone()).or_default();
        *total = (total.0.wrapping_add(sums.0), total.1.wrapping_add(sums.1));
    }
    for (class, sums) in &wanted {
        let found = made.sums.get(class).copied().unwrap_or_default();
        if found.0 != sums.0 {
            return Some(format!("{class} has other bytes there"));
        }
        if found.1 != sums.1 {
            return Some(format!("{class} refers to other symbols there"));
        }
    }
    let text = lost_text(made, of)?;
    Some(format!("the text '{}' is not in it", text.escape_debug()))
}

/// A text of the object that the module does not have.
fn lost_text(made: &Print, of: &Print) -> Option<String> {
    let pieces = |bytes: &'_ [u8]| -> Vec<Vec<u8>> { bytes.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect() };
    let known: FxHashSet<Vec<u8>> = pieces(&made.constants).into_iter().chain(pieces(&made.strings)).collect();
    let unknown: Vec<Vec<u8>> = pieces(&of.strings).into_iter().filter(|text| !known.contains(text)).collect();
    if unknown.len() > MAX_SEARCHED {
        return None;
    }
    let is_inside = |text: &[u8]| {
        let text = [text, &[0]].concat();
        [&made.constants, &made.strings].iter().any(|bytes| memchr::memmem::find(bytes, &text).is_some())
    };
    let lost = unknown.iter().find(|text| !is_inside(text))?;
    Some(String::from_utf8_lossy(lost).into_owned())
}

/// The generated source says something else than the module.
fn of_source(cx: &WorldCx<'_>, module: &FileFacts) -> Option<GateFinding> {
    let files = cx.inputs.modules.iter().find(|files| files.name == module.file.subject)?;
    if is_explained(cx, &module.file.subject) {
        return None;
    }
    let source = ModC::parse(&std::fs::read_to_string(files.mod_c.as_ref()?).ok()?);
    let name = format!("{}.mod.c", files.name);
    let what = other_words(module, &source).or_else(|| other_versions(module, &source))?;
    let text = format!("{} was not made of this {name}: {what}", module.file.name);
    let mut finding = GateFinding::new("source", text).counterpart(&name);
    finding.detail.push(mend(cx, &format!("{0}.mod.o {1}", files.name, module.file.name)));
    Some(finding)
}

fn other_words(module: &FileFacts, source: &ModC) -> Option<String> {
    let mut has: FxHashSet<(&str, &str)> = FxHashSet::default();
    has.extend(module.modinfo.iter().map(|(tag, value)| (tag.as_str(), value.as_str())));
    // A module without a `srcversion` at all is the business of `versions`.
    let is_known = |tag: &str| tag == "srcversion" && module.info(tag).is_none();
    let mut infos = source.infos.iter().filter(|(tag, _)| !is_known(tag));
    let lost = infos.find(|(tag, value)| !has.contains(&(tag.as_str(), value.as_str())))?;
    let found = match module.info(&lost.0) {
        Some(found) if lost.0 != "alias" => format!("'{}={found}'", lost.0),
        _ => "it has not".to_owned(),
    };
    Some(
        format!("the source has '{}={}', the module {found}", lost.0, lost.1)
            .replace("the module it has not", "the module has not"),
    )
}

fn other_versions(module: &FileFacts, source: &ModC) -> Option<String> {
    if let Some(wanted) = &source.versions {
        let found: BTreeMap<&str, u32> =
            module.versions.iter().flatten().map(|(name, crc)| (name.as_str(), *crc)).collect();
        let differs = wanted.iter().find(|(name, crc)| found.get(name.as_str()) != Some(*crc));
        let extra = || found.keys().find(|name| !wanted.contains_key(**name)).copied();
        if let Some(name) = differs.map(|(name, _)| name.as_str()).or_else(extra) {
            return Some(format!("their versions of '{name}' differ"));
        }
    }
    let crcs: BTreeMap<&str, u32> =
        module.module.iter().flat_map(|facts| &facts.crcs).map(|(name, crc)| (name.as_str(), *crc)).collect();
    let other = source.crcs.iter().find(|(name, crc)| crcs.get(name.as_str()).is_some_and(|found| found != crc));
    let lost = || source.exports.iter().find(|name| !module.ksymtab.contains(*name));
    match (other, lost()) {
        (Some((name, _)), _) => Some(format!("their versions of the export '{name}' differ")),
        (None, Some(name)) if !module.ksymtab.is_empty() => Some(format!("the module does not export '{name}'")),
        _ => None,
    }
}

/// A packed module beside the one that was packed.
fn packed(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let finished = || cx.facts.iter().filter(|facts| facts.file.stage == BuildStage::Module && facts.digest != 0);
    let mut plain: BTreeMap<&str, &FileFacts> = BTreeMap::new();
    plain.extend(finished().filter(|f| f.file.name.ends_with(".ko")).map(|f| (f.file.subject.as_str(), f)));
    let others = finished().filter(|facts| !facts.file.name.ends_with(".ko"));
    let differing = others.filter_map(|facts| {
        let of = plain.get(facts.file.subject.as_str()).filter(|of| of.digest != facts.digest)?;
        let text = format!("{} does not unpack to {}", facts.file.name, of.file.name);
        let mut finding = GateFinding::new("packed", text).counterpart(&of.file.name);
        finding.detail.push(mend(cx, &facts.file.name));
        Some(finding.about(&facts.file.subject, &facts.file.name))
    });
    differing.collect()
}
