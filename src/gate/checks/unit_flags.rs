// SPDX-License-Identifier: GPL-2.0-only

//! Flags with which single units were compiled, against those of all others.

use std::collections::BTreeMap;

use crate::gate::check::WorldCx;
use crate::gate::check::check;
use crate::gate::facts::FileFacts;
use crate::gate::finding::GateFinding;
use crate::gate::inputs::BuildStage;
use crate::gate::inputs::compile::Compile;
use crate::gate::inputs::compile::FLAGS;
use crate::gate::inputs::compile::MFENTRY;
use crate::gate::inputs::text;

check! {
    /// A unit was compiled without a flag that all others have.
    ///
    /// Landing pads, thunks, type hashes, hooks for tracing and what else the compiler adds must be in every function, or the
    /// kernel stops, or is open, where one lacks them. With LTO a unit is bitcode if, and only if, its command says so: boot code
    /// that became bitcode would be optimized with code that runs much later.
    ///
    /// Cause: `CFLAGS_file.o` or `CFLAGS_REMOVE_file.o` in a Makefile, `KCFLAGS`, or an object of an earlier configuration that make
    /// did not build again.
    ///
    /// Remedy: `rm` the object and `make`; if it comes out the same, look at the Makefile beside it.
    "unit-flags", Error, world: look,
}

fn look(cx: &WorldCx<'_>) -> Vec<GateFinding> {
    let units: Vec<(&FileFacts, Compile)> = cx
        .facts
        .iter()
        .filter(|facts| matches!(facts.file.stage, BuildStage::Member | BuildStage::Object))
        .filter_map(|facts| Some((facts, facts.file.command.as_ref()?.compile?)))
        .collect();
    let mut findings = Vec::new();
    let asked = FLAGS.iter().enumerate().filter(|(index, flag)| *index != MFENTRY && flag.is_asked(&cx.inputs.config));
    for index in asked.map(|(index, _)| index) {
        let lacking: Vec<&FileFacts> =
            units.iter().filter(|(_, compile)| !compile.has(index)).map(|(facts, _)| *facts).collect();
        // What many units do without, a build does without on purpose.
        if units.len() >= 3 && lacking.len() <= (units.len() / 50).max(1) {
            findings.extend(lacking.into_iter().map(|facts| lacks(facts, index, "all others have")));
        }
    }
    findings.extend(untraced(cx, &units));
    findings.extend(units.iter().filter_map(|(facts, compile)| wrong_kind(cx, facts, *compile)));
    findings
}

fn lacks(facts: &FileFacts, flag: usize, who: &str) -> GateFinding {
    let (word, without) =
        FLAGS.get(flag).map_or(("", ""), |flag| (flag.words.first().copied().unwrap_or_default(), flag.without));
    let text = format!("{} was compiled without {word}, which {who}: {without}", facts.file.name);
    about(GateFinding::new("flag", text).counterpart(word), facts)
}

fn about(mut finding: GateFinding, facts: &FileFacts) -> GateFinding {
    finding.detail.push(format!("mend: rm {} && make", facts.file.name));
    finding.about(&facts.file.subject, &facts.file.name)
}

/// Units without hooks for tracing, though most of their folder have them and no Makefile takes them away.
fn untraced(cx: &WorldCx<'_>, units: &[(&FileFacts, Compile)]) -> Vec<GateFinding> {
    let folder = |facts: &FileFacts| facts.file.name.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (facts, compile) in units {
        let count = counts.entry(folder(facts)).or_default();
        count.0 += usize::from(compile.has(MFENTRY));
        count.1 += usize::from(!compile.has(MFENTRY));
    }
    let without = units.iter().filter(|(_, compile)| !compile.has(MFENTRY));
    let is_odd = |facts: &FileFacts, compile: Compile| {
        let (n_with, n_without) = counts.get(&folder(facts)).copied().unwrap_or_default();
        // Hooks of the old kind would call a function that is not there.
        (compile.has_pg && n_with > 0) || (n_with > n_without && !is_removed(cx, facts, &folder(facts)))
    };
    without
        .filter(|(facts, compile)| is_odd(facts, *compile))
        .map(|(facts, _)| lacks(facts, MFENTRY, "the others of its folder have"))
        .collect()
}

/// Whether a Makefile takes flags from this unit; what it takes may have any name.
fn is_removed(cx: &WorldCx<'_>, facts: &FileFacts, folder: &str) -> bool {
    let Some(tree) = &cx.inputs.source else { return true };
    let object = facts.file.name.rsplit('/').next().unwrap_or_default();
    let removes = |text: String| text.contains(&format!("CFLAGS_REMOVE_{object}"));
    let read = |file: &str| text::read(&tree.join(folder).join(file));
    // Without the sources nobody can say.
    let has_sources = facts.file.command.as_ref().is_some_and(|command| command.has_source(&cx.inputs.root));
    !has_sources || ["Makefile", "Kbuild"].into_iter().filter_map(read).any(removes)
}

/// Bitcode whose command does not say so, and native code whose command does.
fn wrong_kind(cx: &WorldCx<'_>, facts: &FileFacts, compile: Compile) -> Option<GateFinding> {
    let command = facts.file.command.as_ref()?;
    let is_bitcode = facts.bitcode.is_some();
    if !cx.inputs.config.has("LTO_CLANG") || (facts.is_opaque && !is_bitcode) {
        return None;
    }
    let name = &facts.file.name;
    // A module of one unit is linked at once, and native from then on.
    let text = match (is_bitcode, compile.has_lto) {
        (true, false) => format!("{name} is LLVM bitcode, and its command has no -flto: LTO is not for this unit"),
        (false, true) if !command.is_link && command.objtool.is_none() => {
            format!("{name} is native code, and its command has -flto: LTO does not see into it")
        }
        _ => return None,
    };
    let kind = if is_bitcode { "bitcode" } else { "native" };
    Some(about(GateFinding::new(kind, text), facts))
}
