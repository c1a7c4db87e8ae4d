// SPDX-License-Identifier: GPL-2.0-only

//! The command line of `postlink` itself: help, and where its text goes.

mod common;

use std::fs;
use std::fs::File;
use std::io;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;

use tempfile::TempDir;

/// A folder with what the sub-commands work on: a build, a kernel tree, and two objects.
fn workplace() -> TempDir {
    let dir = tempfile::tempdir().expect("a folder");
    let write = |name: &str, data: &[u8]| {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, data).expect("a file");
    };
    write("scripts/Makefile.lib", b"objtool := $(objtree)/tools/objtool/objtool\n");
    write("scripts/Makefile.modpost", b"MODPOST = $(objtree)/scripts/mod/modpost\n");
    write("a.o", &common::read("demo/demo.o"));
    write("orc.o", &common::read("gate/kernel/vmlinux.o"));
    dir
}

/// Every sub-command that prints, with its exit status when somebody listens.
fn calls() -> Vec<(Vec<String>, i32)> {
    let kernel = common::testdata("gate/kernel").display().to_string();
    let gate = |format: &str| (format!("gate {kernel} --format {format}"), 0);
    let mut calls: Vec<(String, i32)> = ["text", "json", "sarif", "junit", "kcidb", "github", "html"].map(gate).into();
    for (line, status) in [
        ("--help", 0),
        ("--version", 0),
        ("gate --help", 0),
        ("objtool --help", 0),
        ("modpost --help", 0),
        ("compare a.o a.o", 0),
        ("compare --all a.o orc.o", 1),
        ("explain", 0),
        ("explain module-flag", 0),
        ("explain cant-decode", 0),
        ("series", 0),
        ("series --format json", 0),
        ("kbuild-args .", 0),
        ("manual", 0),
        ("manual objtool", 0),
        ("completions zsh", 0),
        ("objtool --dump=orc orc.o", 0),
    ] {
        calls.push((line.to_owned(), status));
    }
    calls.into_iter().map(|(line, status)| (line.split(' ').map(str::to_owned).collect(), status)).collect()
}

fn run(dir: &Path, args: &[String], stdout: Stdio) -> Output {
    let child = Command::new(env!("CARGO_BIN_EXE_postlink"))
        .args(args)
        .current_dir(dir)
        .env("POSTLINK_SERIES", "7.3")
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn();
    child.expect("it starts").wait_with_output().expect("it ends")
}

#[test]
fn a_reader_who_has_gone_away_has_seen_enough() {
    let dir = workplace();
    for (args, status) in calls() {
        let (reader, writer) = io::pipe().expect("a pipe");
        drop(reader);
        let output = run(dir.path(), &args, writer.into());
        let said = String::from_utf8_lossy(&output.stderr);
        // The note that `kbuild-args` may add, and what `objtool` says of the series, are of an open run too.
        assert_eq!(output.status.code(), Some(status), "{args:?}: {said}");
        assert!(!said.contains("roken pipe") && !said.contains("panicked"), "{args:?}: {said}");
    }
}

#[test]
fn a_full_disk_is_a_failure() {
    let dir = workplace();
    for (args, _) in calls() {
        let full = File::options().write(true).open("/dev/full").expect("Linux has it");
        let output = run(dir.path(), &args, full.into());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        let line = said.lines().last().unwrap_or_default();
        assert!(line.starts_with("postlink ") && line.contains("standard output: No space left"), "{args:?}: {said}");
    }
}

#[test]
fn nobody_need_read_the_errors() {
    let dir = workplace();
    for (line, status) in [
        ("gate absent", 2),
        ("compare absent absent", 2),
        ("explain no-such-thing-at-all", 1),
        ("series absent", 2),
        ("kbuild-args absent", 2),
        ("manual absent", 2),
        ("--nonsense", 2),
        ("objtool absent.o", 1),
        ("modpost -z", 1),
    ] {
        let full = File::options().write(true).open("/dev/full").expect("Linux has it");
        let (reader, writer) = io::pipe().expect("a pipe");
        drop(reader);
        for stderr in [Stdio::from(full), Stdio::from(writer)] {
            let mut command = Command::new(env!("CARGO_BIN_EXE_postlink"));
            command.args(line.split(' ')).current_dir(dir.path()).env("POSTLINK_SERIES", "7.3").stderr(stderr);
            let found = command.stdout(Stdio::null()).status().expect("it runs").code();
            assert_eq!(found, Some(status), "{line}");
        }
    }
}

/// What `postlink TOOL --help` prints for a release.
fn help(tool: &str, release: &str) -> String {
    let args = [tool, &format!("--kernel-series={release}"), "--help"].map(str::to_owned);
    let output = run(Path::new("/"), &args, Stdio::piped());
    assert_eq!((output.status.code(), String::from_utf8_lossy(&output.stderr).as_ref()), (Some(0), ""), "{args:?}");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn help_has_the_options_of_the_release_and_our_own() {
    let newest = help("objtool", "7.3");
    for words in [
        "--source ",
        "--kernel-series=RELEASE",
        "-d, --disas[=<function-pattern>]",
        "--werror",
        "Actions:",
        "objtool klp diff",
        "--debug-clone",
    ] {
        assert!(newest.contains(words), "'{words}' is missing in {newest}");
    }
    let oldest = help("objtool", "5.10");
    assert!(oldest.contains("Usage: postlink objtool orc dump file.o") && oldest.contains("-f, --no-fp"), "{oldest}");
    assert!(!oldest.contains("--werror") && !oldest.contains("--disas"), "{oldest}");
    let newest = help("modpost", "7.3");
    assert!(
        newest.contains("\n  -o FILE ") && newest.contains("\n  -x ") && newest.contains("--kernel-series"),
        "{newest}"
    );
    assert!(!help("modpost", "5.10").contains("\n  -x "));
}

#[test]
fn options_of_modpost_are_described() {
    for release in ["5.10", "5.15", "6.1", "6.6", "6.12", "6.18", "7.2", "7.3"] {
        let text = help("modpost", release);
        let shown: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("  -")?.split("  ").next()).collect();
        // Each is taken, with a value or without, by the parser: an unknown letter is what it complains about.
        for option in shown.iter().filter(|option| !option.starts_with('-')) {
            let letter = format!("-{}", &option[..1]);
            let output = Command::new(env!("CARGO_BIN_EXE_modpost"))
                .args([&letter])
                .env("POSTLINK_SERIES", release)
                .current_dir("/")
                .output()
                .expect("it runs");
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert_eq!(said.contains("requires an argument"), option.len() > 1, "{release} {option}: {said}");
            assert!(!said.contains("invalid option"), "{release} {option}: {said}");
        }
        assert!(shown.len() > 11, "{release}: {shown:?}");
    }
}

#[test]
fn the_drop_ins_print_what_the_originals_do() {
    let run = |program: &str| {
        let mut command = Command::new(program);
        command.arg("--help").env("POSTLINK_SERIES", "7.3").current_dir("/").output().expect("it runs")
    };
    let objtool = run(env!("CARGO_BIN_EXE_objtool"));
    let said = String::from_utf8_lossy(&objtool.stderr);
    assert_eq!((objtool.status.code(), objtool.stdout.len()), (Some(129), 0));
    assert!(
        said.starts_with("\n Usage: objtool <actions> [<options>] file.o\n") && !said.contains("--source"),
        "{said}"
    );
    let modpost = run(env!("CARGO_BIN_EXE_modpost"));
    assert!(String::from_utf8_lossy(&modpost.stderr).contains("invalid option -- '-'"));
    assert_eq!((modpost.status.code(), modpost.stdout.len()), (Some(1), 0));
}

#[test]
fn a_kernel_that_nobody_knows_is_refused_in_one_line() {
    let object: PathBuf = common::testdata("demo/demo.o");
    for release in ["100.1", "4.19", "5.9", "7.4", "0.0", "6", "", "18446744073709551616.1"] {
        for (call, status) in [
            (vec!["gate", "--series", release, "."], 2),
            (vec!["objtool", "--kernel-series", release, "--dry-run", object.to_str().expect("text")], 129),
            (vec!["modpost", "--kernel-series", release, "x.o"], 1),
        ] {
            let call: Vec<String> = call.into_iter().map(str::to_owned).collect();
            let output = run(&common::testdata("gate/kernel"), &call, Stdio::piped());
            let said = String::from_utf8_lossy(&output.stderr);
            assert_eq!((output.status.code(), output.stdout.len()), (Some(status), 0), "{call:?}: {said}");
            assert_eq!(said.lines().count(), 1, "{call:?}: {said}");
            assert!(said.contains(&format!("'{release}' is not a kernel series that is known (5.10, ")), "{said}");
        }
    }
}

#[test]
fn any_number_of_threads_ends() {
    let kernel = common::testdata("gate/kernel").display().to_string();
    let args = ["gate", &kernel, "-j", "99999"].map(str::to_owned);
    let output = run(Path::new("/"), &args, Stdio::piped());
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
}
