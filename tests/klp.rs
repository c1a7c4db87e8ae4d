// SPDX-License-Identifier: GPL-2.0-only

//! `objtool klp` on the objects in `testdata/klp`: everything that the originals printed and left, and damaged ones.
//!
//! `scripts/parity/klp --update` writes what is expected.

mod common;
#[path = "mutated/mutations.rs"]
mod mutations;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::process::Stdio;

use common::checksum::crc32;
use mutations::Mutations;
use tempfile::TempDir;

const RELEASES: [&str; 3] = ["7.3", "7.2.13", "7.2.12"];

/// Seconds of the processor, and KiB of memory, that a call on a damaged object may take.
const SECONDS: u64 = 10;
const MEMORY: u64 = 4 << 20;

/// The folders of all cases.
fn cases() -> Vec<PathBuf> {
    let entries = fs::read_dir(common::testdata("klp/objects")).expect("the folder");
    let mut cases: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    cases.sort();
    assert!(cases.len() >= 40, "cases are gone");
    cases
}

fn name_of(case: &Path) -> String {
    case.file_name().expect("a name").to_string_lossy().into_owned()
}

/// A folder with the objects of a case, and the name of the one before the patch.
fn folder_of(case: &Path) -> (TempDir, String) {
    let folder = TempDir::new().expect("a folder");
    fs::create_dir(folder.path().join("patched")).expect("a folder");
    fs::copy(common::testdata("klp/Module.symvers"), folder.path().join("Module.symvers")).expect("a copy");
    let is_kernel = case.join("vmlinux.o").exists();
    let object = if is_kernel { "vmlinux.o" } else { "demo.o" }.to_owned();
    let mut files = vec![object.clone(), format!("patched/{object}")];
    files.extend(is_kernel.then(|| "vmlinux".to_owned()));
    for name in files {
        fs::write(folder.path().join(&name), fs::read(case.join(&name)).expect("an object")).expect("a copy");
    }
    (folder, object)
}

/// A `klp` call of a program, within limits.
fn klp(program: &str, folder: &Path, words: &[&str]) -> Command {
    let limits = format!("ulimit -v {MEMORY} && ulimit -t {SECONDS} && exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &limits, program, "klp"]).args(words).current_dir(folder).stdin(Stdio::null());
    command
}

fn objtool(folder: &Path, release: &str, words: &[&str]) -> Command {
    let mut command = klp(env!("CARGO_BIN_EXE_objtool"), folder, words);
    command.env_clear().env("LC_ALL", "C").env("POSTLINK_SERIES", release);
    command
}

/// The calls that are compared, one a line.
fn calls(object: &str) -> Vec<String> {
    vec![
        format!("checksum {object}"),
        format!("checksum patched/{object}"),
        format!("checksum --dry-run --debug-checksum=entry,total,counter,nosuch {object}"),
        format!("diff --debug {object} patched/{object} out.o"),
        format!("diff {object} patched/{object} again.o"),
        "post-link again.o".to_owned(),
    ]
}

/// What the calls print and leave, as `scripts/parity/klp` writes it.
fn transcript(case: &Path, release: &str) -> Vec<u8> {
    let (folder, object) = folder_of(case);
    let mut text = Vec::new();
    for call in calls(&object) {
        let words: Vec<&str> = call.split(' ').collect();
        let done = objtool(folder.path(), release, &words).output().expect("the program runs");
        let status = done.status.code().unwrap_or_else(|| panic!("{}: klp {call}: {}", case.display(), done.status));
        text.extend(format!("$ klp {call}\nexit {status}\n").into_bytes());
        text.extend(done.stdout);
        text.extend(done.stderr);
    }
    let mut files = Vec::new();
    list(folder.path(), "", &mut files);
    files.sort();
    for name in files {
        let path = folder.path().join(&name);
        let (data, mode) = (fs::read(&path).expect("a file"), fs::metadata(&path).expect("there").permissions().mode());
        text.extend(format!("{name} {:o} {:08x} {}\n", mode & 0o777, crc32(&data), data.len()).into_bytes());
    }
    text
}

fn list(folder: &Path, prefix: &str, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = format!("{prefix}{}", path.file_name().expect("a name").to_string_lossy());
        if path.is_dir() { list(&path, &format!("{name}/"), files) } else { files.push(name) }
    }
}

#[test]
fn calls_do_what_the_originals_did() {
    let mut wrong = Vec::new();
    for case in cases() {
        let newest = fs::read(case.join("transcript")).expect("what is expected");
        for release in RELEASES {
            let own = fs::read(case.join(format!("transcript@{release}")));
            let expected = if release == "7.3" { newest.clone() } else { own.unwrap_or_else(|_| newest.clone()) };
            let found = transcript(&case, release);
            let lines = |text: &[u8]| String::from_utf8_lossy(text).lines().map(str::to_owned).collect::<Vec<_>>();
            if let Some((old, new)) = lines(&expected).into_iter().zip(lines(&found)).find(|(old, new)| old != new) {
                wrong.push(format!("{} {release}:\n  {old}\n  {new}", name_of(&case)));
            } else if expected != found {
                wrong.push(format!("{} {release}: one of the two goes on", name_of(&case)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn objects_are_of_their_sources() {
    for case in cases() {
        let name = name_of(&case);
        let parts = [format!("{name}.c"), "klp.h".to_owned(), "modinfo.S".to_owned()];
        let source: Vec<u8> = parts.iter().flat_map(|part| common::read(&format!("klp/{part}"))).collect();
        let recorded = fs::read_to_string(case.join("source")).expect("recorded");
        assert_eq!(format!("{:08x}\n", crc32(&source)), recorded, "{name}: run scripts/parity/klp --update");
    }
}

/// Damaged inputs of all three sub-commands end in a message or in a file, never in a signal.
#[test]
fn damaged_objects_are_survived() {
    const N_PER_CALL: u64 = 12;
    let mut n_refused = 0;
    let mut n_done = 0;
    for case in cases() {
        let (folder, object) = folder_of(&case);
        let patched = format!("patched/{object}");
        for call in &calls(&object)[..2] {
            let words: Vec<&str> = call.split(' ').collect();
            assert!(objtool(folder.path(), "7.3", &words).status().expect("it runs").success(), "{call}");
        }
        let diff = ["diff", "-d", &object, &patched, "out.o"];
        let _ = objtool(folder.path(), "7.3", &diff).output().expect("it runs");
        let both = [&diff[..], &["checksum", "--debug-checksum=entry", &object]].map(<[&str]>::to_vec);
        let mut jobs: Vec<(&str, Vec<&str>)> = both.iter().map(|words| (&*object, words.clone())).collect();
        jobs.push((&patched, diff.to_vec()));
        if folder.path().join("out.o").exists() {
            jobs.push(("out.o", vec!["post-link", "out.o"]));
        }
        for (nth, (file, words)) in jobs.iter().enumerate() {
            let path = folder.path().join(file);
            let whole = fs::read(&path).expect("an object");
            for seed in 0..N_PER_CALL {
                let (damage, bytes) = Mutations::new(&whole, seed + 1000 * nth as u64).apply();
                fs::write(&path, &bytes).expect("written");
                let done = objtool(folder.path(), "7.3", words).output().expect("it runs");
                let what = format!("{}: {file} #{seed}: {damage}: {}", name_of(&case), words.join(" "));
                match done.status.code() {
                    Some(0) => n_done += 1,
                    Some(1 | 255) => {
                        n_refused += 1;
                        assert!(!done.stderr.is_empty(), "nothing is said on {what}");
                    }
                    _ => panic!("{} on {what}: {}", done.status, String::from_utf8_lossy(&done.stderr)),
                }
            }
            fs::write(&path, &whole).expect("written");
        }
    }
    assert!(n_refused > 100 && n_done > 100, "{n_refused} refused, {n_done} done: this tests nothing");
}

/// What `postlink klp diff --report` says of a case, as JSON, and its exit status.
fn report(case: &Path) -> (serde_json::Value, i32) {
    let (folder, object) = folder_of(case);
    let patched = format!("patched/{object}");
    let words = ["diff", &object, &patched, "--report", "--format", "json"];
    let (status, text, said) = postlink(folder.path(), &words);
    let value = serde_json::from_str(&text);
    (value.unwrap_or_else(|error| panic!("{}: {error}: {text}{said}", case.display())), status)
}

/// The lines of the recorded `klp diff`, and its exit status.
fn recorded_diff(case: &Path) -> (Vec<String>, i32) {
    let transcript = fs::read_to_string(case.join("transcript")).expect("what is expected");
    let call = transcript.split("$ klp ").find(|call| call.starts_with("diff ") && call.contains(" again.o\n"));
    let mut lines = call.expect("the call").lines().skip(1).map(str::to_owned);
    let status = lines.next().and_then(|line| line.strip_prefix("exit ")?.parse().ok());
    (lines.collect(), status.expect("a status"))
}

/// Names behind a word of the original's lines.
fn named<'l>(lines: &'l [String], what: &str) -> Vec<&'l str> {
    lines.iter().filter_map(|line| line.split_once(what).map(|(_, name)| name)).collect()
}

#[test]
fn the_report_says_what_the_original_does() {
    let (mut n_patchable, mut n_refused) = (0, 0);
    for case in cases() {
        let (name, (lines, code)) = (name_of(&case), recorded_diff(&case));
        let (report, status) = report(&case);
        let changes = report["changes"].as_array().expect("a list");
        let functions = |how: &str| -> Vec<&str> {
            let is_one = |change: &&serde_json::Value| change["how"] == how && change["kind"] == "function";
            changes.iter().filter(is_one).filter_map(|change| change["name"].as_str()).collect()
        };
        let refused = report["refusals"].as_array().expect("a list");
        assert_eq!(refused.is_empty(), code == 0, "{name}: {report:#}");
        // What is refused at once is not listed by the original.
        if code == 0 {
            let mut wanted = named(&lines, ": changed function: ");
            let mut found = functions("changed");
            wanted.sort_unstable();
            found.sort_unstable();
            assert_eq!(found, wanted, "{name}");
            let new = named(&lines, ": new function: ");
            assert!(functions("added").iter().all(|added| new.contains(added)), "{name}: {new:?}");
        } else {
            let said: Vec<&str> = refused.iter().filter_map(serde_json::Value::as_str).collect();
            assert!(lines.iter().any(|line| said.contains(&line.as_str())), "{name}: {said:?} {lines:?}");
        }
        for change in changes.iter().filter(|change| change["how"] == "changed") {
            let first = &change["first"];
            assert!(first["what"].is_string() && first["after"]["place"].is_string(), "{name}: {change:#}");
        }
        let is_patchable = report["is_patchable"] == true;
        assert_eq!(status, i32::from(!is_patchable && report["is_changed"] == true), "{name}");
        n_patchable += usize::from(is_patchable);
        n_refused += usize::from(code != 0);
    }
    assert!(n_patchable > 20 && n_refused > 5, "{n_patchable} {n_refused}");
}

fn postlink(folder: &Path, words: &[&str]) -> (i32, String, String) {
    let done = klp(env!("CARGO_BIN_EXE_postlink"), folder, words).output().expect("it runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let status = done.status.code().unwrap_or_else(|| panic!("{words:?}: {}", done.status));
    (status, text(&done.stdout), text(&done.stderr))
}

#[test]
fn the_table_says_what_is_in_the_way() {
    let case = common::testdata("klp/objects/changed-data");
    let (folder, object) = folder_of(&case);
    let patched = format!("patched/{object}");
    let verdict = "1 function changed, 1 object of data changed\n\
        said: demo.o: error: objtool: changed data: table\n\
        NO livepatch can be made of this (by the rules of 7.3)\n";
    let (status, table, _) = postlink(folder.path(), &["diff", &object, &patched, "--report"]);
    let start = "changed  function  entry  (changed-data.c)\n         first: another instruction\n           before entry+0xa: ret\n";
    let data = "changed  data      table  (changed-data.c)\n         first: other bytes\n           before table+0x8\n";
    assert!(table.starts_with(start) && table.contains(data) && table.ends_with(verdict), "{table}");
    assert!(table.contains("[changed-data]\n         to do: "), "{table}");
    // Without the table, the verdict alone.
    assert_eq!(postlink(folder.path(), &["diff", &object, &patched]), (status, verdict.to_owned(), String::new()));
    assert_eq!(status, 1);
    let (status, text, _) = postlink(folder.path(), &["diff", &object, &object, "--report"]);
    assert_eq!((status, text.as_str()), (0, "nothing has changed\nthere is nothing to patch (by the rules of 7.3)\n"));
    let (status, text, _) = postlink(folder.path(), &["diff", &object, &patched, "--series", "7.2"]);
    assert_eq!((status, text.ends_with("(by the rules of 7.2)\n")), (1, true), "{text}");
    for (words, why) in [
        (["diff", &*object, "gone.o", "--format=text"], "gone.o: No such file"),
        (["diff", &*object, "Module.symvers", "--format=text"], "Module.symvers: "),
        (["diff", &*object, &*patched, "--series=6.12"], "kernels of series 6.12 have no klp"),
        (["diff", &*object, &*patched, "--series=x"], "x"),
    ] {
        let (status, out, said) = postlink(folder.path(), &words);
        assert!(status == 2 && out.is_empty() && said.contains(why) && said.lines().count() == 1, "{words:?}: {said}");
    }
}

#[test]
fn the_report_survives_damaged_objects() {
    const N_PER_FILE: u64 = 8;
    let mut n_refused = 0;
    for case in cases() {
        let (folder, object) = folder_of(&case);
        let patched = format!("patched/{object}");
        for file in [&object, &patched] {
            let path = folder.path().join(file);
            let whole = fs::read(&path).expect("an object");
            for seed in 0..N_PER_FILE {
                let (damage, bytes) = Mutations::new(&whole, seed).apply();
                fs::write(&path, &bytes).expect("written");
                let (status, out, said) = postlink(folder.path(), &["diff", &object, &patched, "--report"]);
                assert!(matches!(status, 0..=2), "{}: {file} #{seed}: {damage}: {status}", name_of(&case));
                assert_eq!(status == 2, out.is_empty() && !said.is_empty(), "{file} #{seed}: {damage}: {said}");
                n_refused += u32::from(status == 2);
            }
            fs::write(&path, &whole).expect("written");
        }
    }
    assert!(n_refused > 50, "{n_refused} refused: this tests nothing");
}

#[test]
fn functions_that_are_hard_to_patch_are_named() {
    let mut seen = std::collections::BTreeSet::new();
    for case in cases() {
        let (folder, object) = folder_of(&case);
        let (status, text, said) = postlink(folder.path(), &["check", &object, "--format", "json"]);
        assert_eq!(status, 0, "{}: {said}", name_of(&case));
        let value: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let hard = value["objects"][0]["hard"].as_array().expect("a list");
        assert!(value["objects"][0]["functions"].as_u64() >= Some(hard.len() as u64), "{text}");
        for function in hard {
            let (name, reasons) = (function["name"].as_str().expect("a name"), function["reasons"].to_string());
            assert_eq!(name.contains(".llvm."), reasons.contains("promoted"), "{}: {name}", name_of(&case));
            seen.extend(
                function["reasons"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|reason| format!("{} {reason}", name_of(&case))),
            );
        }
    }
    for wanted in ["promoted \"promoted\"", "namesakes \"namesake\""] {
        assert!(seen.contains(wanted), "{wanted}: {seen:?}");
    }
    // A folder, of which the modules are those of its list.
    let (folder, object) = folder_of(&common::testdata("klp/objects/promoted"));
    fs::write(folder.path().join("modules.order"), format!("{object}\n")).expect("written");
    let (status, text, _) = postlink(folder.path(), &["check", ".", "--list"]);
    assert!(status == 0 && text.contains("functions are hard to patch\n") && text.contains(".llvm.333  ("), "{text}");
    for path in ["patched/gone.o", "Module.symvers", "patched"] {
        let (status, out, said) = postlink(folder.path(), &["check", path]);
        assert!(status == 2 && out.is_empty() && said.lines().count() == 1, "{path}: {said}");
    }
}
