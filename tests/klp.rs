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

fn objtool(folder: &Path, release: &str, words: &[&str]) -> Command {
    let limits = format!("ulimit -v {MEMORY} && ulimit -t {SECONDS} && exec \"$0\" \"$@\"");
    let mut command = Command::new("sh");
    command.args(["-c", &limits, env!("CARGO_BIN_EXE_objtool"), "klp"]).args(words).current_dir(folder);
    command.env_clear().env("LC_ALL", "C").env("POSTLINK_SERIES", release).stdin(Stdio::null());
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
