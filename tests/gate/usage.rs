// SPDX-License-Identifier: GPL-2.0-only

//! The command line: options, exit statuses, and input that is no build folder.

use std::fs;
use std::fs::File;
use std::io::Read;
use std::io::Seek;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::process::Output;
use std::process::Stdio;
use std::time::Duration;
use std::time::Instant;

use crate::common;
use crate::copy;
use crate::damages;
use crate::kernel;
use crate::parts::Parts;

/// Nothing here takes as long; what hangs is stopped.
const PATIENCE: Duration = Duration::from_secs(60);

fn gate_in(dir: &Path, args: &[&str]) -> Output {
    // Files, since nobody empties a pipe while the process is watched.
    let [mut stdout, mut stderr] = [(); 2].map(|()| tempfile::tempfile().expect("a file"));
    let mut child = Command::new(env!("CARGO_BIN_EXE_postlink"))
        .arg("gate")
        .args(args)
        .current_dir(dir)
        .env_remove("POSTLINK_SERIES")
        .stdin(Stdio::null())
        .stdout(stdout.try_clone().expect("a handle"))
        .stderr(stderr.try_clone().expect("a handle"))
        .spawn()
        .expect("it starts");
    let started = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("it can be waited for") {
            break status;
        }
        if started.elapsed() > PATIENCE {
            child.kill().expect("it can be stopped");
            panic!("postlink gate {args:?} does not end");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    Output { status, stdout: content(&mut stdout), stderr: content(&mut stderr) }
}

fn content(file: &mut File) -> Vec<u8> {
    let mut data = Vec::new();
    file.rewind().expect("a file");
    file.read_to_end(&mut data).expect("it can be read");
    data
}

fn gate(args: &[&str]) -> (i32, String, String) {
    let output = gate_in(&kernel(), args);
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("a status"), text(output.stdout), text(output.stderr))
}

/// It could not do its work, and says why in one line that has these words.
fn assert_refused(args: &[&str], words: &str) {
    let (status, stdout, stderr) = gate(args);
    assert_eq!((status, &*stdout), (2, ""), "{args:?}: {stderr}");
    assert!(stderr.starts_with("postlink gate: ") && stderr.lines().count() == 1, "{args:?}: {stderr}");
    assert!(stderr.contains(words), "{args:?}: {stderr}");
}

fn damage(parts: &Parts, name: &str) {
    let damage = damages::ALL.iter().find(|damage| damage.name == name);
    (damage.unwrap_or_else(|| panic!("no damage '{name}'")).make)(parts);
}

#[test]
fn exit_statuses() {
    let (status, stdout, stderr) = gate(&[]);
    assert_eq!((status, &*stderr), (0, ""), "{stdout}");
    assert!(stdout.ends_with("\nPASS: 27 of 28 checks ran, 1 not for this build\n"), "{stdout}");
    let dir = copy();
    damage(&Parts::of(dir.path()), "no srcversion");
    let dir = dir.path().to_str().expect("text");
    let (status, stdout, stderr) = gate(&[dir]);
    assert_eq!((status, &*stderr), (1, ""));
    assert!(stdout.ends_with("\nFAIL: 1 error; 27 of 28 checks ran, 1 not for this build\n"), "{stdout}");
    assert_eq!(gate(&[dir, "--skip", "versions"]).0, 0);
    assert_eq!(gate(&[dir, "--nonsense"]).0, 2);
    assert_eq!(gate(&[dir, "--format", "nonsense"]).0, 2);
    assert_eq!(gate(&[dir, "--baseline", "a", "--compare", "b"]).0, 2);
}

#[test]
fn what_fails_a_run() {
    // Notes, and no more.
    assert_eq!(gate(&["--fail-on", "error"]).0, 0);
    assert_eq!(gate(&["--fail-on", "warning"]).0, 0);
    assert_eq!(gate(&["--fail-on", "new"]).0, 1);
    let dir = copy();
    damage(&Parts::of(dir.path()), "a traced call that is not listed");
    let dir = dir.path().to_str().expect("text");
    for (level, status) in [("error", 1), ("warning", 1), ("new", 1)] {
        assert_eq!(gate(&[dir, "--fail-on", level]).0, status, "{level}");
    }
    assert_eq!(gate(&["--fail-on", "nonsense"]).0, 2);
}

#[test]
fn the_series_is_what_was_asked_for() {
    assert!(gate(&["--series", "7.3"]).1.contains("(series 7.3: asked for by --kernel-series)"));
    assert!(gate(&["--kernel-series", "6.12.9-rc1"]).1.contains("(series 6.12: "));
    assert!(gate(&[]).1.contains("(series 7.3: by include/config/kernel.release, 7.3.0-gate)"));
    assert_refused(&["--series", "6.x"], "'6.x' is not a kernel series");
}

#[test]
fn unknown_checks_are_refused_in_one_line() {
    for option in ["--only", "--skip"] {
        assert_refused(&[option, "orc,nonsense"], "unknown check 'nonsense'; there are bitcode, elf, ");
    }
    let (status, stdout, _) = gate(&["--only", "promoted-symbols", "--fail-on", "new"]);
    assert!(
        status == 1
            && stdout.contains("promoted-symbols: ")
            && !stdout.contains("could not look")
            && !stdout.contains("not for this build: "),
        "{stdout}"
    );
    assert_eq!(gate(&["--skip", "promoted-symbols,orc", "--fail-on", "new"]).0, 0);
}

#[test]
fn any_number_of_threads_says_the_same() {
    let dir = copy();
    let parts = Parts::of(dir.path());
    for name in ["a proprietary user of GPL-only symbols", "a return that is not listed", "an empty module"] {
        damage(&parts, name);
    }
    let dir = dir.path().to_str().expect("text");
    for format in ["text", "json", "jsonl", "sarif", "junit", "kcidb", "github", "gitlab", "html"] {
        let one = gate(&[dir, "--format", format, "-j", "1"]);
        assert_eq!(one.0, 1);
        for threads in ["2", "7"] {
            assert!(one == gate(&[dir, "--format", format, "-j", threads]), "{format} with {threads} threads");
        }
    }
}

#[test]
fn a_baseline_is_made_kept_and_cleaned() {
    let dir = copy();
    let parts = Parts::of(dir.path());
    let root = dir.path().to_str().expect("text");
    let file = dir.path().join("accepted");
    let name = file.to_str().expect("text");
    let text = || fs::read_to_string(&file).expect("it is there");
    damage(&parts, "no srcversion");

    // Made: who only asks for that accepts what is there.
    let (status, stdout, _) = gate(&[root, "--update-baseline", name]);
    assert_eq!(status, 0, "{stdout}");
    assert!(stdout.contains(&format!("{name}: 3 lines added, 0 removed")), "{stdout}");
    assert_eq!(gate(&[root, "--baseline", name]).0, 0);

    // Reasons and compiler ranges stay; lines for other compilers do not count, and stay too.
    let line = text().lines().find(|line| line.starts_with("versions/")).expect("a line").to_owned();
    let ours = format!("{line} @clang:190000-199999 # known: bug 12");
    let theirs = "orc/missing vmlinux - - - @gcc:120000-129999 # another compiler";
    fs::write(&file, format!("{}{theirs}\n", text().replace(&line, &ours))).expect("it can be written");
    assert_eq!(gate(&[root, "--baseline", name]).0, 0);
    assert_eq!(gate(&[root, "--update-baseline", name]).0, 0);
    assert!(text().contains(&ours) && text().contains(theirs), "{}", text());
    fs::write(&file, text().replace("clang:190000-199999", "clang:170000-179999")).expect("it can be written");
    assert_eq!(gate(&[root, "--baseline", name]).0, 1, "accepted for an older compiler only");
    fs::write(&file, text().replace("clang:170000-179999", "clang:190000-199999")).expect("it can be written");

    // Gone lines are reported, and removed on request; what was not looked at is not gone.
    parts.restore();
    let (status, stdout, _) = gate(&[root, "--baseline", name]);
    assert!(status == 0 && stdout.contains("gone: versions/no-srcversion drivers/one"), "{stdout}");
    let (_, stdout, _) = gate(&[root, "--baseline", name, "--only", "orc"]);
    assert!(!stdout.contains("gone: "), "{stdout}");
    assert_eq!(gate(&[root, "--update-baseline", name, "--only", "orc"]).0, 0);
    assert!(text().contains(&ours), "{}", text());
    let (_, stdout, _) = gate(&[root, "--update-baseline", name]);
    assert!(stdout.contains("gone: versions/") && stdout.contains("0 lines added, 1 removed"), "{stdout}");
    assert!(!text().contains("versions/") && text().contains(theirs), "{}", text());

    // With a baseline to measure by, what is new fails all the same.
    damage(&parts, "no srcversion");
    let (status, _, _) = gate(&[root, "--baseline", name, "--update-baseline", name]);
    assert!(status == 1 && text().contains("versions/no-srcversion"), "{}", text());

    assert_refused(&[root, "--baseline", "/no/such/file"], "/no/such/file: ");
    fs::write(&file, "nonsense\n").expect("it can be written");
    assert_refused(&[root, "--baseline", name], "accepted: line 1: ");
    assert_refused(&[root, "--update-baseline", name], "accepted: line 1: ");
    assert_eq!(text(), "nonsense\n");
    assert_refused(&[root, "--update-baseline", "/no/such/folder/accepted"], "/no/such/folder/accepted: ");
}

#[test]
fn two_builds_are_compared() {
    let dir = copy();
    damage(&Parts::of(dir.path()), "an export that is not listed");
    let dir = dir.path().to_str().expect("text");
    let whole = kernel();
    let whole = whole.to_str().expect("text");
    assert_eq!(gate(&[whole, "--compare", whole]).0, 0);
    assert_eq!(gate(&[dir, "--compare", whole]).0, 1);
    assert_eq!(gate(&[dir, "--compare", dir]).0, 0, "what was there before is accepted");
    assert_refused(&[whole, "--compare", "/no/such/folder"], "/no/such/folder");
}

#[test]
fn reports_go_where_they_are_asked_to() {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("report");
    let (status, stdout, _) = gate(&["--output", file.to_str().expect("text")]);
    assert_eq!((status, &*stdout), (0, ""));
    assert_eq!(fs::read_to_string(&file).expect("it was written"), gate(&[]).1);
    assert_refused(&["--output", "/no/such/folder/report"], "/no/such/folder/report: ");
}

#[test]
fn several_reports_of_one_run() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name).to_str().expect("text").to_owned();
    let (html, json) = (format!("html={}", path("gate.html")), format!("json={}", path("gate.json")));
    let (status, stdout, stderr) = gate(&["--report", &html, "--report", &json]);
    assert_eq!((status, &*stdout, &*stderr), (0, &*gate(&[]).1, ""));
    for (name, format) in [("gate.html", "html"), ("gate.json", "json")] {
        assert_eq!(fs::read_to_string(path(name)).expect("it was written"), gate(&["--format", format]).1);
    }
    // The verdict is seen even when everything goes to files, unless nobody wants to.
    let (_, stdout, stderr) = gate(&["--report", &html, "--output", &path("text")]);
    assert_eq!((&*stdout, &*stderr), ("", "postlink gate: PASS: 27 of 28 checks ran, 1 not for this build\n"));
    let (_, stdout, stderr) = gate(&["-q", "--report", &html, "--output", &path("text")]);
    assert_eq!((&*stdout, &*stderr), ("", ""));
    assert_eq!(fs::read_to_string(path("text")).expect("it was written"), gate(&[]).1, "a file has all");
    for bad in ["html", "html=", "nonsense=x", "json=/no/such/folder/x"] {
        assert_eq!(gate(&["--report", bad]).0, 2, "{bad}");
    }
}

#[test]
fn how_much_and_how_it_looks() {
    assert_eq!(gate(&["-q"]).1, "PASS: 27 of 28 checks ran, 1 not for this build\n");
    assert_eq!(gate(&["-q", "-v"]).0, 2);
    let dir = copy();
    damage(&Parts::of(dir.path()), "no srcversion");
    let dir = dir.path().to_str().expect("text");
    let plain = gate(&[dir]).1;
    assert!(!plain.contains('\x1b') && plain == gate(&[dir, "--color", "never"]).1);
    let coloured = gate(&[dir, "--color", "always"]).1;
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), plain);
    assert!(coloured.contains("\x1b[1m\x1b[31mFAIL: "), "{coloured}");
    // What could not look is not green.
    let one = kernel().join("drivers/one.ko");
    let partial = gate(&[one.to_str().expect("text"), "--color", "always"]).1;
    assert!(partial.contains("\x1b[1m\x1b[33mPASS: ") && partial.contains("\x1b[33mcould not look"), "{partial}");
    assert!(gate(&["--color", "always"]).1.contains("\x1b[1m\x1b[32mPASS: "));
    // Nothing in a file that was not asked for it.
    assert!(gate(&["-v"]).1.len() >= gate(&[]).1.len());
    let keyed = gate(&[dir, "--keys"]).1;
    assert!(keyed.contains("    | key: versions/no-srcversion drivers/one - - -\n"), "{keyed}");
    assert!(plain.contains("explained by: postlink explain versions/no-srcversion"), "{plain}");
    let (status, schema, _) = gate(&["--schema"]);
    let schema: serde_json::Value = serde_json::from_str(&schema).expect("it is JSON");
    assert!(status == 0 && schema["title"].as_str().is_some_and(|title| title.ends_with("version 2.0")));
    assert_refused(&["--source-root", "/no/such/folder"], "/no/such/folder: ");
}

#[test]
fn what_is_no_build_is_refused() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = |name: &str| dir.path().join(name).to_str().expect("text").to_owned();
    let none = "neither vmlinux.o nor a module is there";
    assert_refused(&[&path("")], none);
    assert_refused(&["/no/such/folder"], "no such file or folder");
    assert_refused(&["/dev/zero"], "/dev/zero: not a regular file");
    assert!(Command::new("mkfifo").arg(path("pipe.o")).status().expect("mkfifo runs").success());
    assert_refused(&[&path("pipe.o")], "not a regular file");
    fs::create_dir(path("folder")).expect("a folder");
    fs::write(path("folder/note.txt"), "no object").expect("it can be written");
    assert_refused(&[&path("folder")], none);
    assert_refused(&[&path("folder"), "vmlinux.o"], "a folder must be named alone");
    symlink(path("loop"), path("loop")).expect("a link");
    assert_refused(&[&path("loop")], "loop: ");
    assert_refused(&[&path("loop"), "vmlinux.o"], "loop: ");
    // Links that lead back are not followed for ever.
    symlink(path("folder"), path("folder/again")).expect("a link");
    assert_refused(&[&path("folder")], none);
}

#[test]
fn files_of_a_folder_that_cannot_be_read_are_told() {
    let dir = copy();
    let root = dir.path();
    let at = |name: &str| root.join(name);
    let name = root.to_str().expect("text");
    // Pipes in place of lists are not waited for.
    for list in ["modules.order", "Module.symvers", "drivers/.one.o.cmd", "include/config/auto.conf"] {
        fs::remove_file(at(list)).expect("it goes");
        assert!(Command::new("mkfifo").arg(at(list)).status().expect("mkfifo runs").success());
    }
    let (status, stdout, stderr) = gate(&[name]);
    assert!(status < 2, "{stderr}");
    for missing in ["modules.order: ", "Module.symvers ", "include/config/auto.conf: "] {
        assert!(stdout.contains(&format!("not there: {missing}")), "{stdout}");
    }
    // A module that is a loop of links, a pipe, or not there at all.
    let dir = copy();
    let root = dir.path();
    let order = fs::read_to_string(root.join("modules.order")).expect("it is there");
    fs::write(root.join("modules.order"), format!("{order}a.o\nb.o\n../../../etc/passwd.o\n"))
        .expect("it can be written");
    symlink(root.join("a.ko"), root.join("a.ko")).expect("a link");
    assert!(Command::new("mkfifo").arg(root.join("b.ko")).status().expect("mkfifo runs").success());
    let (status, stdout, _) = gate(&[root.to_str().expect("text")]);
    let line = "modules.order: error: ../../../etc/passwd: modules.order lists ../../../etc/passwd, and nothing of it is there \
         [modules-order/not-there]";
    assert!(stdout.contains(line) && stdout.contains("and in 2 more objects: a, b\n"), "{stdout}");
    assert_eq!(status, 1);
}

#[test]
fn what_cannot_be_read_is_no_finding() {
    // A regular file that gives an error as soon as it is read.
    let dir = copy();
    let root = dir.path();
    fs::remove_file(root.join("drivers/one.ko")).expect("it goes");
    symlink("/proc/self/mem", root.join("drivers/one.ko")).expect("a link");
    assert_refused(&[root.to_str().expect("text")], "drivers/one.ko: ");
    let text = root.join("text");
    fs::write(&text, "no object").expect("it can be written");
    assert_refused(&[text.to_str().expect("text")], "text: not an object: it is neither ELF nor LLVM bitcode");
}

#[test]
fn checks_that_must_look() {
    let (status, stdout, _) = gate(&["--require", "all"]);
    assert_eq!(status, 0, "{stdout}");
    assert_eq!(gate(&["--fail-on-skipped"]).0, 0);
    // What the configuration does not ask for is missed only by those who ask for it by name.
    let (status, stdout, _) = gate(&["--require", "orc,trim"]);
    let line = "FAIL: required and could not look: trim; 27 of 28 checks ran, 1 not for this build\n";
    assert!(status == 1 && stdout.ends_with(line), "{stdout}");
    let dir = tempfile::tempdir().expect("a folder");
    for name in ["one.ko", "two.ko"] {
        fs::copy(kernel().join("drivers").join(name), dir.path().join(name)).expect("it can be copied");
    }
    let dir = dir.path().to_str().expect("text");
    let (status, stdout, _) = gate(&[dir]);
    let verdict = stdout.lines().last().expect("a verdict");
    assert!(status == 0 && verdict.starts_with("PASS: ") && verdict.contains(" could not look"), "{stdout}");
    for options in [&["--fail-on-skipped"][..], &["--require", "all"], &["--require", "undefined"]] {
        let (status, stdout, _) = gate(&[&[dir], options].concat());
        assert!(status == 1 && stdout.contains("\nFAIL: required and could not look: "), "{stdout}");
    }
    assert_refused(&["--require", "nonsense"], "the check 'nonsense' is required and does not run");
    assert_refused(&["--require", "orc", "--skip", "orc"], "the check 'orc' is required and does not run");
}

#[test]
fn packed_modules_that_are_damaged_are_findings() {
    let dir = copy();
    let root = dir.path();
    let ko = fs::read(root.join("drivers/one.ko")).expect("it is there");
    fs::remove_file(root.join("drivers/one.ko")).expect("it goes");
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    let zst = ruzstd::encoding::compress_to_vec(&*ko, level);
    let mut xz = Vec::new();
    lzma_rs::xz_compress(&mut &*ko, &mut xz).expect("it packs");
    let zeros = vec![0; 80 << 20];
    let bomb = ruzstd::encoding::compress_to_vec(&*zeros, level);
    for (name, bytes, words) in [
        ("one.ko.zst", &zst[..zst.len() / 2], "cannot be read: "),
        ("one.ko.xz", &xz[..xz.len() - 9], "cannot be read: "),
        ("one.ko.xz", &b""[..], "cannot be read: "),
        ("one.ko.zst", &bomb[..], "unpacks to far more than a module has"),
    ] {
        let file = root.join("drivers").join(name);
        fs::write(&file, bytes).expect("it can be written");
        let (status, stdout, stderr) = gate(&[root.to_str().expect("text")]);
        assert_eq!((status, &*stderr), (1, ""), "{stdout}");
        assert!(
            stdout.contains(": error: ") && stdout.contains(" [elf/malformed]") && stdout.contains(words),
            "{name}: {stdout}"
        );
        fs::remove_file(&file).expect("it goes");
    }
    fs::write(root.join("drivers/one.ko.zst"), zst).expect("it can be written");
    assert_eq!(gate(&[root.to_str().expect("text")]).0, 0, "whole, it is as good as unpacked");
}

#[test]
fn progress_is_shown_on_terminals_only() {
    let (_, _, stderr) = gate(&[]);
    assert_eq!(stderr, "");
    // util-linux's script gives a command a terminal.
    let dir = tempfile::tempdir().expect("a folder");
    let seen = dir.path().join("seen");
    let command = format!("{} gate {} >/dev/null", env!("CARGO_BIN_EXE_postlink"), kernel().display());
    let run = Command::new("script").args(["-qec", &command]).arg(&seen).stdin(Stdio::null()).output();
    let Ok(run) = run else { return common::skip("there is no script(1) to make a terminal") };
    assert!(run.status.success());
    let seen = fs::read(&seen).expect("it was written");
    let has = |text: &str| memchr::memmem::find(&seen, text.as_bytes()).is_some();
    assert!(has("\u{2591}"), "a bar, whatever it has got to: {}", String::from_utf8_lossy(&seen));
}

#[test]
fn a_folder_without_a_name_is_the_working_one() {
    assert_eq!(gate(&[]).1.replace("gate: . ", ""), gate(&["."]).1.replace("gate: . ", ""));
}
