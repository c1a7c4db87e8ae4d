// SPDX-License-Identifier: GPL-2.0-only

//! Packages of kernels and modules, opened with their own tools as libabigail's `abipkgdiff` does it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use tempfile::TempDir;

use super::below;
use crate::gate::error::GateError;

/// What a package's files are unpacked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Deb,
    Rpm,
}

fn sort_of(path: &Path) -> Option<Sort> {
    let ending = path.extension().filter(|_| path.is_file())?;
    match ending.to_str()? {
        "deb" | "udeb" | "ddeb" => Some(Sort::Deb),
        "rpm" => Some(Sort::Rpm),
        _ => None,
    }
}

/// Whether a path names a package.
pub fn is_package(path: &Path) -> bool {
    sort_of(path).is_some()
}

/// Unpacks packages over each other into one folder, which goes with the value.
pub fn unpack(packages: &[PathBuf]) -> Result<TempDir, GateError> {
    let dir = tempfile::Builder::new().prefix("postlink-").tempdir();
    let dir = dir.map_err(|error| GateError(format!("a folder to unpack into: {error}")))?;
    for package in packages {
        let fail = |what: String| GateError(format!("{}: {what}", package.display()));
        // What has another name than it seems is no option of the tools.
        let file = fs::canonicalize(package).map_err(|error| fail(error.to_string()))?;
        match sort_of(package) {
            Some(Sort::Deb) => run(Command::new("dpkg-deb").arg("--extract").arg(&file).arg(dir.path()), "dpkg-deb"),
            Some(Sort::Rpm) => unpack_rpm(&file, dir.path()),
            None => Err("not a package".to_owned()),
        }
        .map_err(fail)?;
    }
    Ok(dir)
}

fn unpack_rpm(file: &Path, into: &Path) -> Result<(), String> {
    let mut reader = Command::new("rpm2cpio");
    let reader = reader.arg(file).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut reader = reader.spawn().map_err(|error| not_run("rpm2cpio", &error))?;
    let Some(archive) = reader.stdout.take() else { return Err("rpm2cpio says nothing".to_owned()) };
    let args = ["--extract", "--make-directories", "--no-absolute-filenames", "--quiet"];
    let unpacked = run(Command::new("cpio").args(args).current_dir(into).stdin(archive), "cpio");
    let read = reader.wait_with_output().map_err(|error| not_run("rpm2cpio", &error))?;
    match read.status.success() {
        true => unpacked,
        false => Err(format!("rpm2cpio: {}", first_line(&read.stderr))),
    }
}

/// Runs a tool to its end; what it says on errors is the error.
fn run(command: &mut Command, name: &str) -> Result<(), String> {
    let done = command.output().map_err(|error| not_run(name, &error))?;
    if done.status.success() { Ok(()) } else { Err(format!("{name}: {}", first_line(&done.stderr))) }
}

fn first_line(text: &[u8]) -> String {
    String::from_utf8_lossy(text).lines().next().unwrap_or("it failed without a word").to_owned()
}

fn not_run(name: &str, error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => {
            format!(
                "opening it takes {name}, which is not there; install that, or unpack the package and name the folder"
            )
        }
        _ => format!("{name}: {error}"),
    }
}

/// The folder of modules in what was unpacked: `lib/modules/RELEASE` if there is one, else everything.
pub fn modules_root(dir: &Path) -> PathBuf {
    let releases = ["usr/lib/modules", "lib/modules"].iter().flat_map(|name| below::folders(&dir.join(name)));
    match releases.collect::<Vec<_>>().as_slice() {
        [only] => only.clone(),
        _ => dir.to_owned(),
    }
}

/// The kernel's build folder in what was unpacked: below `usr/src`, the one with a dump of exports.
pub fn kernel_root(dir: &Path) -> Option<PathBuf> {
    let sources = below::folders(&dir.join("usr/src"));
    let builds = ["usr/lib/modules", "lib/modules"].iter().flat_map(|name| below::folders(&dir.join(name)));
    let builds = builds.map(|release| release.join("build"));
    sources.into_iter().chain(builds).find(|dir| dir.join("Module.symvers").is_file())
}
