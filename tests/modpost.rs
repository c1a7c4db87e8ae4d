// SPDX-License-Identifier: GPL-2.0-only

//! `modpost` on small cases: `testdata/modpost/**/*.case`, with what is to come out beside them.
//!
//! `NAME.expect` holds the exit status, the messages and every file that a run makes or changes; `NAME@RELEASE.expect` the
//! same where a release differs from the next newer one, for that release and those before it. `UPDATE_EXPECT=1` rewrites them. With `EXPORT_CASES=FOLDER` the cases
//! are also written out in the layout of captured calls, for `scripts/parity/modpost FOLDER` to compare with the
//! original; that is how the expectations are known to be right.

#[path = "modpost/buses.rs"]
mod buses;
#[path = "modpost/case.rs"]
mod case;
mod common;
#[path = "modpost/extended.rs"]
mod extended;
#[path = "modpost/flags.rs"]
mod flags;

use std::env;
use std::fs;
use std::path::Path;
use std::path::PathBuf;
use std::sync::LazyLock;

use case::Case;
use case::Entry;
use common::program::Program;
use postlink::kernel::releases;
use postlink::kernel::releases::Point;

/// The releases that cases run for, newest first, by the names that `scripts/lib/releases` has for them.
static RELEASES: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let sources = include_str!("../scripts/lib/releases");
    let named: Vec<&str> = sources.lines().filter_map(|line| line.split(' ').next()).collect();
    let name = |point: &'static Point| {
        let release = point.release();
        // A name of two numbers is that of the newest.
        let stands_for_all = point == release.newest() && named.contains(&release.name);
        if stands_for_all { release.name } else { point.version }
    };
    releases::points().rev().map(name).collect()
});

fn write_inputs(case: &Case, folder: &Path) {
    for (name, entry) in &case.files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder can be made");
        match entry {
            Entry::File(bytes) => fs::write(path, bytes).expect("a file can be written"),
            Entry::Folder => fs::create_dir_all(path).expect("a folder can be made"),
        }
    }
}

/// What a run leaves behind, as text.
fn run(case: &Case, series: &str) -> String {
    run_as(case, Program::modpost(series))
}

/// What a run of `program` leaves behind, as text.
fn run_as(case: &Case, program: Program) -> String {
    let mut program = program.args(&case.args);
    if case.is_posix {
        program = program.env("POSIXLY_CORRECT", "1");
    }
    write_inputs(case, program.folder());
    let before = program.files();
    let ran = program.run();
    let mut text = format!("exit {}\n", ran.status.unwrap_or(-1));
    text += &String::from_utf8_lossy(&ran.stdout);
    text += &format!("--- stderr\n{}", ran.said());
    for (name, bytes) in ran.files() {
        if before.get(&name) != Some(&bytes) {
            text += &format!("--- {name}\n{}", String::from_utf8_lossy(&bytes));
        }
    }
    text
}

/// Writes a case out as a captured call.
fn export(case: &Case, folder: &Path) {
    fs::create_dir_all(folder.join("input")).expect("a folder can be made");
    write_inputs(case, &folder.join("input"));
    let args: String = case.args.iter().map(|arg| format!("{arg}\n")).collect();
    fs::write(folder.join("args"), args).expect("a file can be written");
    let posix = if case.is_posix { "POSIXLY_CORRECT=1\n" } else { "" };
    fs::write(folder.join("env"), posix).expect("a file can be written");
    fs::write(folder.join("tool"), "modpost\n").expect("a file can be written");
    fs::write(folder.join("target"), target_of(case)).expect("a file can be written");
}

/// Which build of the original reads the objects of a case.
fn target_of(case: &Case) -> &'static str {
    let is_object = |bytes: &&Vec<u8>| bytes.starts_with(b"\x7fELF") && bytes.len() > 52;
    let files = case.files.iter().filter_map(|(_, entry)| match entry {
        Entry::File(bytes) => Some(bytes),
        Entry::Folder => None,
    });
    match files.filter(is_object).map(|bytes| (bytes[4], bytes[5])).next() {
        Some((1, 2)) => "32-big",
        Some((1, _)) => "32",
        Some((_, 2)) => "64-big",
        _ => "",
    }
}

fn find_cases(folder: &Path, cases: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        if entry.path().is_dir() {
            find_cases(&entry.path(), cases);
        } else if entry.path().extension().is_some_and(|extension| extension == "case") {
            cases.push(entry.path());
        }
    }
}

/// Compares with what is expected, or rewrites that.
fn check(path: &Path, results: &[(&str, String)]) -> Result<(), String> {
    let base = path.with_extension("expect");
    let special = |release: &str| {
        let stem = path.file_stem().expect("a name").to_string_lossy();
        path.with_file_name(format!("{stem}@{release}.expect"))
    };
    if env::var_os("UPDATE_EXPECT").is_some() {
        for release in RELEASES.iter() {
            let _ = fs::remove_file(special(release));
        }
        fs::write(&base, &results[0].1).expect("a file can be written");
        for pair in results.windows(2).filter(|pair| pair[0].1 != pair[1].1) {
            fs::write(special(pair[1].0), &pair[1].1).expect("a file can be written");
        }
        return Ok(());
    }
    let mut file = base;
    for (index, (release, text)) in results.iter().enumerate() {
        file = Some(special(release)).filter(|file| index > 0 && file.exists()).unwrap_or(file);
        let expected = fs::read(&file).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
        if expected != *text {
            return Err(format!("{}: expected\n{expected}\nbut got\n{text}", file.display()));
        }
    }
    Ok(())
}

#[test]
fn cases() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/modpost");
    let mut paths = Vec::new();
    find_cases(&folder, &mut paths);
    paths.sort();
    assert!(!paths.is_empty(), "no cases");
    let mut failures = Vec::new();
    for path in paths {
        let text = fs::read_to_string(&path).expect("a case");
        let name = path.strip_prefix(&folder).expect("below").with_extension("").to_string_lossy().replace('/', "+");
        let mut results = Vec::new();
        for series in RELEASES.iter().copied() {
            let case = Case::parse(&text, series);
            if !case.series.is_empty() && !case.series.iter().any(|wanted| case::is_of(series, wanted)) {
                continue;
            }
            if let Some(target) = env::var_os("EXPORT_CASES") {
                export(&case, &Path::new(&target).join(series).join(&name));
            }
            results.push((series, run(&case, series)));
        }
        failures.extend(check(&path, &results).err());
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What is said by a run that finds nothing to do in a folder without anything, in this environment.
fn said(environ: &[(&str, &str)]) -> (Option<i32>, String) {
    let program = Program::other(env!("CARGO_BIN_EXE_modpost")).args(["-w"]);
    let ran = environ.iter().fold(program, |program, (name, value)| program.env(name, value)).run();
    (ran.status, ran.said())
}

#[test]
fn kernels_that_were_not_compared_are_said_or_refused() {
    assert_eq!(said(&[("KERNELVERSION", "6.12.117")]), (Some(0), String::new()));
    let (code, text) = said(&[("KERNELVERSION", "6.8.1")]);
    assert_eq!(code, Some(0));
    assert!(text.starts_with("postlink: kernel 6.8.1 was not compared, taken for 6.6.80 "), "{text}");
    assert_eq!(said(&[("KERNELVERSION", "6.8.1"), ("POSTLINK_SERIES", "6.6")]), (Some(0), String::new()));
    let (code, text) = said(&[("KERNELVERSION", "5.4.200")]);
    assert_eq!(code, Some(1));
    assert!(text.starts_with("postlink: kernel 5.4.200 is not among those that are known"), "{text}");
}
