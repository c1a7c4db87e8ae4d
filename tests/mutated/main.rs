// SPDX-License-Identifier: GPL-2.0-only

//! Thousands of damaged objects: nothing panics, nothing hangs, nothing takes memory by an unchecked number.
//!
//! The damage is the same in every run. A failure names the object, the number of the damage and what it was, so that
//! `Mutations::new(object, seed)` brings it back.

#[path = "../common/mod.rs"]
mod common;
mod engine;
mod mutations;

use common::cpu_time;
use mutations::Mutations;
use postlink::elf::ElfFile;
use std::fs;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

/// How long the processor may work on one damaged object. Whole ones take milliseconds.
const LIMIT: Duration = Duration::from_secs(10);

/// The address space the process may reach, in KiB. The objects have a few KiB each.
const MOST_MEMORY: u64 = 4 * 1024 * 1024;

#[test]
fn reader_survives() {
    const N_PER_OBJECT: u64 = 20_000;
    let mut n_refused = 0_u64;
    let mut n_read = 0_u64;
    for (path, whole) in objects() {
        for seed in 0..share(&path, N_PER_OBJECT) {
            let (damage, bytes) = Mutations::new(&whole, seed).apply();
            let what = || format!("{} #{seed}: {damage}", path.display());
            let start = cpu_time::of_thread();
            match panic::catch_unwind(AssertUnwindSafe(|| read_all(&bytes))) {
                Ok(Ok(())) => n_read += 1,
                Ok(Err(sentence)) => {
                    n_refused += 1;
                    assert!(!sentence.is_empty() && !sentence.contains('\n'), "{}: {sentence:?} is no line", what());
                }
                Err(_) => panic!("the reader panics on {}", what()),
            }
            assert!(cpu_time::of_thread() - start < LIMIT, "the reader takes too long on {}", what());
        }
    }
    // Damage that is always noticed, or never, tests nothing.
    assert!(n_refused > 1000 && n_read > 1000, "{n_refused} refused, {n_read} read");
    assert!(peak_memory() < MOST_MEMORY, "{} KiB of memory were asked for", peak_memory());
}

#[test]
fn damage_is_the_same_in_every_run() {
    let whole: Vec<u8> = (0..=255).cycle().take(1000).collect();
    let all: Vec<_> = (0..50).map(|seed| Mutations::new(&whole, seed).apply()).collect();
    let again: Vec<_> = (0..50).map(|seed| Mutations::new(&whole, seed).apply()).collect();
    assert_eq!(all, again);
    assert!(all.iter().all(|(_, bytes)| *bytes != whole));
}

/// Parses the file and looks at everything in it.
fn read_all(bytes: &[u8]) -> Result<(), String> {
    let file = ElfFile::parse(bytes).map_err(|error| error.to_string())?;
    for id in file.section_ids() {
        let sec = file.section(id);
        std::hint::black_box((sec.name, sec.data.iter().fold(0_u8, |sum, byte| sum.wrapping_add(*byte))));
        for reloc in file.relocs_in(id).iter().flat_map(|relocs| relocs.iter()) {
            std::hint::black_box((file.symbol(reloc.symbol), reloc));
        }
    }
    for symbol in &file.symbols {
        std::hint::black_box(file.symbol_name(symbol));
    }
    file.check_overlap().map_err(|error| error.to_string())
}

/// Every object in `testdata`.
fn objects() -> Vec<(PathBuf, Vec<u8>)> {
    let mut objects = Vec::new();
    collect(&common::testdata(""), &mut objects);
    objects.sort();
    assert!(objects.len() >= 300, "objects are gone");
    objects
}

/// How often an object is damaged: the fixtures are many small ones of one kind, and share what one other object gets.
fn share(path: &Path, n_per_object: u64) -> u64 {
    const N_FIXTURES: u64 = 300;
    let is_fixture = path.starts_with(common::testdata("x86")) || path.starts_with(common::testdata("klp"));
    if is_fixture { n_per_object.div_ceil(N_FIXTURES) } else { n_per_object }
}

fn collect(folder: &Path, objects: &mut Vec<(PathBuf, Vec<u8>)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, objects);
        } else if path.extension().is_some_and(|extension| extension == "o") {
            let bytes = fs::read(&path).expect("an object");
            objects.push((path, bytes));
        }
    }
}

/// The most address space this process has had, in KiB.
fn peak_memory() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmPeak:")).expect("it is there");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
