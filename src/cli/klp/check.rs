// SPDX-License-Identifier: GPL-2.0-only

//! `postlink klp check`: which functions of a build are hard to patch, and why.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write;
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;
use serde_json::json;

use super::read;
use super::rules;
use crate::cli::args::Format;
use crate::gate::inputs::text;
use crate::gate::plain::plain;
use crate::objtool::klp::report;
use crate::objtool::klp::report::Functions;
use crate::objtool::klp::report::HardFunction;
use crate::objtool::klp::report::Reason;

/// Prints what there is to say of `path`: an object, or a build folder with `vmlinux.o` and the objects that `modules.order` lists.
/// With `list`, the text has every function, not their number alone. What cannot be read is an error.
pub fn check(path: &Path, series: Option<&OsStr>, list: bool, format: Format) -> Result<Vec<u8>, String> {
    let (selection, profile) = rules(series)?;
    let release = selection.series.name();
    let mut found = Vec::new();
    for object in objects(path)? {
        let name = object.strip_prefix(path).ok().filter(|rest| !rest.as_os_str().is_empty()).unwrap_or(&object);
        let name = name.display().to_string();
        found.push((name.clone(), report::functions(&profile, &name, &read(&object)?)?));
    }
    let text = match format {
        Format::Text => table(&found, list, release),
        Format::Json => json(&found, release),
    };
    Ok(text.into_bytes())
}

/// The objects of a folder, or the file itself.
fn objects(path: &Path) -> Result<Vec<PathBuf>, String> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let kernel = path.join("vmlinux.o");
    let modules = text::lines(text::read(&path.join("modules.order"))).into_iter().map(|line| path.join(line));
    let objects: Vec<PathBuf> = kernel.is_file().then_some(kernel).into_iter().chain(modules).collect();
    match objects.is_empty() {
        true => Err(format!("{}: neither vmlinux.o nor modules.order is in there", path.display())),
        false => Ok(objects),
    }
}

fn counts(functions: &Functions) -> BTreeMap<Reason, usize> {
    let mut counts = BTreeMap::new();
    for reason in functions.hard.iter().flat_map(|function| &function.reasons) {
        *counts.entry(*reason).or_default() += 1;
    }
    counts
}

fn table(found: &[(String, Functions)], list: bool, release: &str) -> String {
    let mut out = String::new();
    let mut all: BTreeMap<Reason, usize> = BTreeMap::new();
    // Writing to memory does not fail.
    for (name, functions) in found {
        let (total, hard) = (functions.total, functions.hard.len());
        let _ = writeln!(out, "{}: {hard} of {total} functions are hard to patch", plain(name));
        for (reason, count) in counts(functions) {
            *all.entry(reason).or_default() += count;
            let _ = writeln!(out, "  {count:>7}  {}", reason.id());
        }
        functions.hard.iter().filter(|_| list).for_each(|function| write_function(&mut out, function));
    }
    for reason in all.keys() {
        let _ = writeln!(out, "{}: {}", reason.id(), reason.why());
    }
    let _ = writeln!(out, "(by the rules of {release})");
    out
}

fn write_function(out: &mut String, function: &HardFunction) {
    let unit = function.unit.as_deref().map(|unit| format!("  ({})", plain(unit))).unwrap_or_default();
    let reasons: Vec<&str> = function.reasons.iter().map(|reason| reason.id()).collect();
    let _ = writeln!(out, "           {}{unit}  {}", plain(&function.name), reasons.join(" "));
}

fn json(found: &[(String, Functions)], release: &str) -> String {
    let objects = found.iter().map(|(name, functions)| object(name, functions)).collect::<Vec<_>>();
    let mut reasons: Vec<Reason> = found.iter().flat_map(|(_, functions)| counts(functions).into_keys()).collect();
    reasons.sort_unstable();
    reasons.dedup();
    let reasons: serde_json::Map<String, Value> =
        reasons.iter().map(|reason| (reason.id().to_owned(), reason.why().into())).collect();
    format!("{:#}\n", json!({ "release": release, "objects": objects, "reasons": reasons }))
}

fn object(name: &str, functions: &Functions) -> Value {
    let function = |function: &HardFunction| {
        let reasons: Vec<&str> = function.reasons.iter().map(|reason| reason.id()).collect();
        json!({ "name": function.name, "unit": function.unit, "reasons": reasons })
    };
    let hard = functions.hard.iter().map(function).collect::<Vec<_>>();
    json!({ "object": name, "functions": functions.total, "hard": hard })
}
