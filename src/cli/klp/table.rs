// SPDX-License-Identifier: GPL-2.0-only

//! The answer of `postlink klp diff`, for readers and for programs.

use std::fmt::Write;

use serde_json::Value;
use serde_json::json;

use super::Asked;
use super::Compared;
use crate::gate::plain::plain;
use crate::objtool::klp::report::Change;
use crate::objtool::klp::report::Difference;
use crate::objtool::klp::report::How;
use crate::objtool::klp::report::PlaceInCode;

/// For readers: the changes if the table is asked for, then how many there are, and the verdict.
pub fn text(asked: &Asked, compared: &Compared) -> String {
    let mut out = String::new();
    if asked.table {
        compared.changes.iter().for_each(|change| write_change(&mut out, change));
    }
    // Writing to memory does not fail.
    let _ = writeln!(out, "{}", counts(&compared.changes));
    for refusal in &compared.refusals {
        let _ = writeln!(out, "said: {}", plain(refusal));
    }
    let verdict = match (compared.changes.is_empty(), compared.is_patchable()) {
        (true, _) => "there is nothing to patch",
        (false, true) => "a livepatch can be made of this",
        (false, false) => "NO livepatch can be made of this",
    };
    let _ = writeln!(out, "{verdict} (by the rules of {})", compared.release);
    out
}

fn how(how: How) -> &'static str {
    match how {
        How::Changed => "changed",
        How::Added => "added",
        How::Removed => "removed",
    }
}

fn kind(change: &Change) -> &'static str {
    if change.is_function { "function" } else { "data" }
}

fn write_change(out: &mut String, change: &Change) {
    let unit = change.unit.as_deref().map(|unit| format!("  ({})", plain(unit))).unwrap_or_default();
    let _ = writeln!(out, "{:<7}  {:<8}  {}{unit}", how(change.how), kind(change), plain(&change.name));
    if let Some(first) = &change.first {
        let _ = writeln!(out, "         first: {}", plain(&first.what));
        for (side, place) in [("before", &first.before), ("after", &first.after)] {
            let Some(place) = place else { continue };
            let insn = place.insn.as_deref().map(|insn| format!(": {}", plain(insn))).unwrap_or_default();
            let source =
                place.source.as_ref().map(|(file, line)| format!("  {}:{line}", plain(file))).unwrap_or_default();
            let _ = writeln!(out, "           {side:<6} {}{insn}{source}", plain(&place.place));
        }
    }
    if let Some(obstacle) = change.obstacle {
        let _ = writeln!(out, "         NOT PATCHABLE: {} [{}]", obstacle.why(), obstacle.id());
        let _ = writeln!(out, "         to do: {}", obstacle.remedy());
    }
}

fn counts(changes: &[Change]) -> String {
    let count = |wanted: How, is_function: bool| {
        changes.iter().filter(|change| change.how == wanted && change.is_function == is_function).count()
    };
    let mut parts = Vec::new();
    for (is_function, one, several) in [(true, "function", "functions"), (false, "object of data", "objects of data")] {
        for wanted in [How::Changed, How::Added, How::Removed] {
            let n = count(wanted, is_function);
            if n > 0 {
                parts.push(format!("{n} {} {}", if n == 1 { one } else { several }, how(wanted)));
            }
        }
    }
    if parts.is_empty() { "nothing has changed".to_owned() } else { parts.join(", ") }
}

/// For programs.
pub fn json(asked: &Asked, compared: &Compared) -> String {
    let changes = asked.table.then(|| compared.changes.iter().map(change).collect::<Vec<_>>());
    let value = json!({
        "orig": asked.orig.display().to_string(),
        "patched": asked.patched.display().to_string(),
        "release": compared.release,
        "is_changed": !compared.changes.is_empty(),
        "is_patchable": compared.is_patchable(),
        "refusals": compared.refusals,
        "changes": changes,
    });
    format!("{value:#}\n")
}

fn change(change: &Change) -> Value {
    let obstacle = change.obstacle;
    json!({
        "how": how(change.how),
        "kind": kind(change),
        "name": change.name,
        "unit": change.unit,
        "first": change.first.as_ref().map(difference),
        "obstacle": obstacle.map(|it| json!({ "id": it.id(), "why": it.why(), "remedy": it.remedy() })),
    })
}

fn difference(first: &Difference) -> Value {
    let (before, after) = (first.before.as_ref().map(place), first.after.as_ref().map(place));
    json!({ "what": first.what, "before": before, "after": after })
}

fn place(place: &PlaceInCode) -> Value {
    let (file, line) = place.source.clone().unzip();
    json!({ "place": place.place, "insn": place.insn, "file": file, "line": line })
}
