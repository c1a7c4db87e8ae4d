//! Thousands of damaged objects: nothing panics, nothing hangs, nothing takes memory by an unchecked number.
//!
//! The damage is the same in every run. A failure names the object, the number of the damage and what it was, so that
//! `Mutations::new(object, seed)` brings it back.

mod engine;
mod mutations;

use mutations::Mutations;
use postlink::elf::ElfFile;
use std::fs;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;
use std::time::Instant;

/// How long one damaged object may take. Whole ones take milliseconds; a machine under load gets some leeway.
const LIMIT: Duration = Duration::from_secs(10);

/// The address space the process may reach, in KiB. The objects have a few KiB each.
const MOST_MEMORY: u64 = 4 * 1024 * 1024;

#[test]
fn reader_survives() {
    const N_PER_OBJECT: u64 = 20_000;
    let mut n_refused = 0_u64;
    let mut n_read = 0_u64;
    for (path, whole) in objects() {
        for seed in 0..N_PER_OBJECT {
            let (damage, bytes) = Mutations::new(&whole, seed).apply();
            let what = || format!("{} #{seed}: {damage}", path.display());
            let start = Instant::now();
            match panic::catch_unwind(AssertUnwindSafe(|| read_all(&bytes))) {
                Ok(Ok(())) => n_read += 1,
                Ok(Err(sentence)) => {
                    n_refused += 1;
                    assert!(!sentence.is_empty() && !sentence.contains('\n'), "{}: {sentence:?} is no line", what());
                }
                Err(_) => panic!("the reader panics on {}", what()),
            }
            assert!(start.elapsed() < LIMIT, "the reader takes too long on {}", what());
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
    collect(&Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"), &mut objects);
    objects.sort();
    assert!(objects.len() >= 2, "the objects are gone");
    objects
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
