// SPDX-License-Identifier: GPL-2.0-only

//! The symbol table of bitcode against what `llvm-nm` says, and on thousands of damaged files.

mod common;
#[path = "mutated/mutations.rs"]
mod mutations;

use std::fs;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use common::cpu_time;
use common::tally::Tally;
use mutations::Mutations;
use postlink::contents::bitcode;
use postlink::contents::bitcode::Bytes;
use postlink::contents::bitcode::Flags;
use postlink::contents::bitcode::OnDisk;
use postlink::contents::bitcode::Symbol;
use postlink::contents::bitcode::Symtab;

/// How long the processor may work on one damaged file.
const LIMIT: Duration = Duration::from_secs(10);

fn kernel() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/gate/kernel")
}

/// The letter that `llvm-nm` has for a symbol.
fn letter(symbol: &Symbol<'_>) -> char {
    let has = |flags| symbol.flags.contains(flags);
    let letter = match () {
        () if has(Flags::UNDEFINED) => return if has(Flags::WEAK) { 'w' } else { 'U' },
        () if has(Flags::COMMON) => return 'C',
        () if has(Flags::WEAK) => return 'W',
        () if has(Flags::EXECUTABLE) => 't',
        () => 'd',
    };
    if has(Flags::GLOBAL) { letter.to_ascii_uppercase() } else { letter }
}

/// The table as `llvm-nm --no-sort --format=posix` shows it.
fn listing(symtab: &Symtab) -> Vec<String> {
    let shown = symtab.symbols().filter(|symbol| !symbol.flags.contains(Flags::FORMAT_SPECIFIC));
    shown.map(|symbol| format!("{} {}", String::from_utf8_lossy(symbol.name), letter(&symbol))).collect()
}

/// Every file below a folder that is bitcode, in order.
fn bitcode_below(folder: &Path, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder).expect("a folder").map(|e| e.expect("an entry").path()).collect();
    entries.sort();
    for path in entries.iter().filter(|path| !path.is_symlink()) {
        if path.is_dir() {
            bitcode_below(path, files);
        } else if path.extension().is_some_and(|end| end == "o")
            && bitcode::is_bitcode(&fs::read(path).expect("a file"))
        {
            files.push(path.clone());
        }
    }
}

#[test]
fn the_test_kernel_has_the_symbols_of_its_sources() {
    let symtab =
        Symtab::read(&fs::read(kernel().join("drivers/two-part.o")).expect("it is there")[..]).expect("it is sound");
    let wanted = ["two_part T", "__SCT__tick U"];
    let listing = listing(&symtab);
    assert!(wanted.iter().all(|line| listing.contains(&(*line).to_owned())), "{listing:?}");
}

#[test]
fn parts_of_a_file_are_enough() {
    let path = kernel().join("lib.o");
    let on_disk = OnDisk::new(fs::File::open(&path).expect("it is there")).expect("it has a size");
    let whole = fs::read(&path).expect("it is there");
    assert_eq!((Symtab::read(&on_disk), on_disk.size()), (Symtab::read(&whole[..]), whole.len() as u64));
    assert_eq!((on_disk.read(u64::MAX, 2), on_disk.read(1, u64::MAX)), (None, None));
}

/// Compares every bitcode file below the folders in `POSTLINK_BITCODE` with what `llvm-nm` (or `NM`) says of it.
#[test]
#[ignore = "scripts/parity/bitcode runs it, and names the folders"]
fn all_tables_are_those_of_llvm_nm() {
    let folders = std::env::var_os("POSTLINK_BITCODE").expect("folders to compare");
    let nm = std::env::var("NM").unwrap_or_else(|_| "llvm-nm-19".to_owned());
    let mut files = Vec::new();
    std::env::split_paths(&folders).for_each(|folder| bitcode_below(&folder, &mut files));
    assert!(!files.is_empty(), "no bitcode in {folders:?}");
    let mut tally = Tally::default();
    let mut n_symbols = 0;
    for file in &files {
        let output = Command::new(&nm).args(["--no-sort", "--format=posix"]).arg(file).output().expect("it runs");
        assert!(output.status.success(), "{}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
        // A name, which may be empty, and a letter; numbers follow.
        let words = |line: &str| {
            let (name, rest) = line.split_once(' ').expect("a name and a letter");
            format!("{name} {}", rest.get(..1).expect("a letter"))
        };
        let theirs: Vec<String> = String::from_utf8_lossy(&output.stdout).lines().map(words).collect();
        let on_disk = OnDisk::new(fs::File::open(file).expect("it is there")).expect("it has a size");
        let ours = Symtab::read(&on_disk).map(|symtab| listing(&symtab));
        n_symbols += theirs.len();
        if ours.as_ref() == Ok(&theirs) {
            tally.pass(format!("{}: {} symbols", file.display(), theirs.len()));
        } else {
            tally.fail(&file.display().to_string(), &format!("  ours   {ours:?}\n  theirs {theirs:?}"));
        }
    }
    tally.say(format!("{n_symbols} symbols of {} files", files.len()));
    tally.close();
}

#[test]
fn damaged_files_are_refused_or_read() {
    const N_PER_FILE: u64 = 20_000;
    let mut files = Vec::new();
    bitcode_below(&kernel(), &mut files);
    let (mut n_refused, mut n_read) = (0_u64, 0_u64);
    for path in &files {
        let whole = fs::read(path).expect("a file");
        for seed in 0..N_PER_FILE {
            let (damage, bytes) = Mutations::new(&whole, seed).apply();
            let start = cpu_time::of_thread();
            let look = || {
                Symtab::read(&bytes[..]).map(|symtab| symtab.symbols().map(|symbol| symbol.name.len()).sum::<usize>())
            };
            match panic::catch_unwind(AssertUnwindSafe(look)) {
                Ok(Ok(_)) => n_read += 1,
                Ok(Err(error)) => {
                    n_refused += 1;
                    assert!(!error.to_string().contains('\n'), "{error}");
                }
                Err(_) => panic!("the reader panics on {} #{seed}: {damage}", path.display()),
            }
            assert!(cpu_time::of_thread() - start < LIMIT, "it takes too long on {} #{seed}", path.display());
        }
    }
    assert!(files.len() > 2 && n_refused > 1000 && n_read > 1000, "{n_refused} refused, {n_read} read");
}

/// Damage where it matters: in the blocks behind the modules, byte by byte.
#[test]
fn every_byte_of_the_tables_may_be_wrong() {
    let whole = fs::read(kernel().join("drivers/two-part.o")).expect("it is there");
    let tables = whole.len() - 1200.min(whole.len());
    let mut n_refused = 0;
    for at in tables..whole.len() {
        for change in [0xff_u8, 0x01, 0x80, 0x10] {
            let mut bytes = whole.clone();
            bytes[at] ^= change;
            n_refused += u64::from(Symtab::read(&bytes[..]).is_err());
        }
    }
    assert!(n_refused > 100, "{n_refused}");
}
