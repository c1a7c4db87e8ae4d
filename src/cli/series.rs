// SPDX-License-Identifier: GPL-2.0-only

//! `postlink series`: which releases are known, and what a source tree is.

use std::path::Path;

use serde_json::Value;
use serde_json::json;

use crate::kernel::differences::Difference;
use crate::kernel::modpost;
use crate::kernel::probe::Probe;
use crate::kernel::releases;
use crate::kernel::releases::Point;
use crate::kernel::releases::RELEASES;
use crate::kernel::releases::Release;
use crate::kernel::series::Series;
use crate::kernel::series::Tree;
use crate::kernel::survey::Survey;

/// Which releases are known: one line each, with the stable releases that were compared.
pub fn list() -> String {
    let mut out = String::new();
    for release in &RELEASES {
        let tools = if release.has_objtool { "objtool,modpost" } else { "modpost" };
        out += &format!("{:<5} {tools:<16} {}\n", release.name, compared_with(release).join(" "));
    }
    out
}

/// As [`list`], for programs.
pub fn list_json() -> String {
    let release = |release: &Release| {
        let compared = compared_with(release);
        json!({ "release": release.name, "objtool": release.has_objtool, "modpost": true, "compared": compared })
    };
    pretty(&json!({ "releases": RELEASES.iter().map(release).collect::<Vec<_>>() }))
}

/// What the tree at `root` is, difference by difference; `None` if it has no sources of objtool.
pub fn tree(root: &Path) -> Option<String> {
    let tree = Tree::open(root)?;
    let survey = Survey::in_full(&tree)?;
    let verdict = Verdict::of(&survey);
    let mut out = format!("{}: {}\n", root.display(), verdict.sentence(tree.version().as_deref()));
    for row in verdict.differing(&survey) {
        let differs = if survey.facts.hold(row.fact) { "has" } else { "lacks" };
        out += &format!("  {differs} {}\n", row.fact.name());
    }
    out.push('\n');
    for (row, shown) in survey.rows() {
        let (answer, how) = (if shown.is_some() { "yes" } else { "no" }, evidence(row, shown));
        out += &format!("{answer:<4}{:<32} {how}\n", row.fact.name());
    }
    out += &modpost_of(&tree).unwrap_or_default();
    Some(out)
}

/// What the tree's `modpost` does, difference by difference.
fn modpost_of(tree: &Tree) -> Option<String> {
    let survey = modpost::survey::ModpostSurvey::of(tree)?;
    let same: Vec<_> = survey.compared().iter().map(|point| point.version).collect();
    let nearest = survey.nearest();
    let mut out = match same.is_empty() {
        false => format!("\nmodpost: compared: does what that of {} does\n", same.join(" and ")),
        true => format!("\nmodpost: not compared; nearest is {}, from which it differs:\n", nearest.version),
    };
    for row in survey.differing(nearest).filter(|_| same.is_empty()) {
        let differs = if survey.behaviours.contains(row.behaviour) { "has" } else { "lacks" };
        out += &format!("  {differs} {}\n", row.behaviour.name());
    }
    out.push('\n');
    for (row, shown) in survey.rows() {
        let Some(probe) = shown.or(row.probes.first()) else { continue };
        let verb = if shown.is_some() == probe.by_presence { "has" } else { "lacks" };
        let answer = if shown.is_some() { "yes" } else { "no" };
        let text = probe.text.split_whitespace().collect::<Vec<_>>().join(" ");
        out += &format!("{answer:<4}{:<32} {} {verb} `{text}`\n", row.behaviour.name(), probe.file);
    }
    Some(out)
}

/// As [`modpost_of`], for programs.
fn modpost_json(tree: &Tree) -> Option<Value> {
    let survey = modpost::survey::ModpostSurvey::of(tree)?;
    let same = survey.compared();
    let nearest = survey.nearest();
    let differing: Vec<_> =
        survey.differing(nearest).filter(|_| same.is_empty()).map(|row| row.behaviour.name()).collect();
    let rows: Vec<Value> = survey
        .rows()
        .map(|(row, shown)| {
            let probe = shown.or(row.probes.first());
            json!({
                "name": row.behaviour.name(),
                "holds": shown.is_some(),
                "file": probe.map(|probe| probe.file),
                "text": probe.map(|probe| probe.text),
            })
        })
        .collect();
    Some(json!({
        "compared": !same.is_empty(),
        "same_as": same.iter().map(|point| point.version).collect::<Vec<_>>(),
        "nearest": nearest.version,
        "differs_from_nearest_in": differing,
        "differences": rows,
    }))
}

/// As [`tree`], for programs.
pub fn tree_json(root: &Path) -> Option<String> {
    let tree = Tree::open(root)?;
    let survey = Survey::in_full(&tree)?;
    let verdict = Verdict::of(&survey);
    let differing: Vec<_> = verdict.differing(&survey).iter().map(|row| row.fact.name()).collect();
    let rows: Vec<Value> = survey.rows().map(|(row, shown)| row_json(row, shown)).collect();
    let version = tree.version();
    let of_version =
        version.as_deref().and_then(|version| Some(Series::of_version(version)?.release().point_of(version)));
    let point = of_version.filter(|point| verdict.same.contains(point)).unwrap_or(verdict.nearest);
    Some(pretty(&json!({
        "tree": root.display().to_string(),
        "version": version,
        "digest": format!("{:032x}", survey.digest()),
        "has_lists": survey.has_lists_of(point),
        "compared": !verdict.same.is_empty(),
        "same_as": verdict.same.iter().map(|point| point.version).collect::<Vec<_>>(),
        "nearest": verdict.nearest.version,
        "differs_from_nearest_in": differing,
        "differences": rows,
        "modpost": modpost_json(&tree),
    })))
}

fn row_json(row: &Difference, shown: Option<&Probe>) -> Value {
    let probe = shown.or(row.probes.first());
    json!({
        "name": row.fact.name(),
        "holds": shown.is_some(),
        "file": probe.and_then(|probe| probe.file.paths().first()),
        "text": probe.map(|probe| probe.lines),
    })
}

/// What a tree was found to be.
struct Verdict {
    same: Vec<&'static Point>,
    nearest: &'static Point,
}

impl Verdict {
    fn of(survey: &Survey) -> Self {
        Self { same: survey.compared(), nearest: survey.nearest() }
    }

    fn sentence(&self, version: Option<&str>) -> String {
        let version = version.map(|version| format!("kernel {version}, ")).unwrap_or_default();
        let same: Vec<_> = self.same.iter().map(|point| point.version).collect();
        match same.is_empty() {
            false => format!("{version}compared: its objtool does what that of {} does", same.join(" and ")),
            true => format!("{version}not compared; nearest is {}, from which it differs:", self.nearest.version),
        }
    }

    fn differing(&self, survey: &Survey) -> Vec<&'static Difference> {
        if self.same.is_empty() { survey.differing(self.nearest).collect() } else { Vec::new() }
    }
}

/// The text that shows whether a difference holds, and where it is or would be.
fn evidence(row: &Difference, shown: Option<&Probe>) -> String {
    let Some(probe) = shown.or(row.probes.first()) else { return String::new() };
    let is_there = shown.is_some() == (probe.shows_by == crate::kernel::probe::Presence::There);
    let verb = if is_there { "has" } else { "lacks" };
    format!("{} {verb} `{}`", probe.file.paths().first().unwrap_or(&""), probe.lines.join(" "))
}

fn compared_with(release: &Release) -> Vec<&'static str> {
    let mut versions: Vec<_> =
        release.points.iter().flat_map(|point| point.also.iter().copied().chain([point.version])).collect();
    versions.sort_by_key(|version| releases::parts(version));
    versions
}

fn pretty(value: &Value) -> String {
    format!("{value:#}\n")
}
