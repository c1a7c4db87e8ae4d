// SPDX-License-Identifier: GPL-2.0-only

//! `postlink klp`: what a patch has changed in an object, and whether a livepatch can be made of it; which functions of a build are
//! hard to patch.
//!
//! The verdict is that of `objtool klp checksum` and `klp diff`, which run on copies; the table is made from the objects themselves.

mod check;
mod table;

use std::ffi::OsStr;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::path::PathBuf;

pub use check::check;
use tempfile::TempDir;

use super::args::Format;
use super::compare;
use super::run;
use crate::kernel::OptionTable;
use crate::kernel::Profile;
use crate::kernel::series;
use crate::kernel::series::Selection;
use crate::kernel::series::Series;
use crate::objtool::klp::report;
use crate::objtool::klp::report::Change;
use crate::objtool::options::KlpCall;
use crate::objtool::options::KlpDiff;
use crate::objtool::opts::Opts;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The object before the patch.
    pub orig: PathBuf,
    /// The object with the patch.
    pub patched: PathBuf,
    /// The kernel's release; without, the newest that is known.
    pub series: Option<OsString>,
    /// Whether the table is wanted, or the verdict alone.
    pub table: bool,
    /// How to print.
    pub format: Format,
}

/// What there is to say about two objects.
#[derive(Debug)]
pub struct Compared {
    /// The name of the release by whose rules.
    pub release: &'static str,
    /// Everything that is not as it was.
    pub changes: Vec<Change>,
    /// What the tools say against a livepatch of it, a line each.
    pub refusals: Vec<String>,
}

impl Compared {
    /// Whether there is anything to patch, and nothing in the way.
    pub fn is_patchable(&self) -> bool {
        !self.changes.is_empty()
            && self.refusals.is_empty()
            && self.changes.iter().all(|change| change.obstacle.is_none())
    }
}

/// Prints the answer, with exit status 0 if a livepatch can be made, or nothing has changed, and 1 if not. An object that cannot
/// be read, or a release without `klp`, is an error.
pub fn diff(asked: &Asked) -> Result<(Vec<u8>, u8), String> {
    let compared = compare(asked)?;
    let status = u8::from(!compared.is_patchable() && !compared.changes.is_empty());
    let text = match asked.format {
        Format::Text => table::text(asked, &compared),
        Format::Json => table::json(asked, &compared),
    };
    Ok((text.into_bytes(), status))
}

fn compare(asked: &Asked) -> Result<Compared, String> {
    let (selection, profile) = rules(asked.series.as_deref())?;
    let (orig, patched) = (read(&asked.orig)?, read(&asked.patched)?);
    let [orig_name, patched_name] = [&asked.orig, &asked.patched].map(|path| path.display().to_string());
    let changes = report::changes(&profile, (&orig_name, &orig), (&patched_name, &patched))?;
    let refusals = match changes.is_empty() {
        true => Vec::new(),
        false => refusals(asked, &selection).map_err(|error| format!("the objects' copies: {error}"))?,
    };
    Ok(Compared { release: selection.series.name(), changes, refusals })
}

/// The release, and its rules; without a name those of the newest.
fn rules(series: Option<&OsStr>) -> Result<(Selection, Profile), String> {
    let name = series.unwrap_or(OsStr::new(Series::NEWEST.name()));
    let selection = series::select(Some(name), &[], Path::new("")).map_err(|unknown| unknown.to_string())?;
    let profile = selection.profile().filter(|_| selection.facts().options == OptionTable::V7_2);
    let profile = profile.ok_or_else(|| format!("kernels of series {} have no klp", selection.series.name()))?;
    Ok((selection, profile))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    compare::read(path).map_err(|error| error.to_string())
}

/// What `klp checksum` and `klp diff` say when they fail, with the names of the objects that were asked for.
fn refusals(asked: &Asked, selection: &Selection) -> io::Result<Vec<String>> {
    let dir = tempfile::Builder::new().prefix("postlink-").tempdir()?;
    let copies = [copy(&dir, "orig", &asked.orig)?, copy(&dir, "patched", &asked.patched)?];
    let said_by = |call: KlpCall| {
        let exit = run::klp(call, selection);
        if exit.code == 0 { Vec::new() } else { exit.stderr }
    };
    let checksum = |copy: &PathBuf| {
        let opts = Opts { checksum: true, file: copy.clone(), ..Opts::default() };
        said_by(KlpCall::Checksum(Box::new(opts)))
    };
    let mut said = copies.iter().map(checksum).collect::<Vec<_>>().concat();
    if said.is_empty() {
        let [orig, patched] = copies.clone();
        said = said_by(KlpCall::Diff(KlpDiff { orig, patched, out: dir.path().join("out.o"), ..KlpDiff::default() }));
    }
    let mut text = String::from_utf8_lossy(&said).into_owned();
    for (copy, path) in copies.iter().zip([&asked.orig, &asked.patched]) {
        let folder = |path: &Path| match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => format!("{}/", parent.display()),
            _ => String::new(),
        };
        text = text.replace(&folder(copy), &folder(path));
    }
    Ok(text.lines().map(str::to_owned).collect())
}

/// A copy of an object under its own name, which says whether it is the kernel; the linked kernel is looked for beside that.
fn copy(dir: &TempDir, side: &str, path: &Path) -> io::Result<PathBuf> {
    let folder = dir.path().join(side);
    fs::create_dir(&folder)?;
    let copy = folder.join(path.file_name().unwrap_or(OsStr::new("object.o")));
    fs::copy(path, &copy)?;
    let linked = path.with_extension("");
    if copy.ends_with("vmlinux.o") && linked.is_file() {
        symlink(fs::canonicalize(linked)?, folder.join("vmlinux"))?;
    }
    Ok(copy)
}
