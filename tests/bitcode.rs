// SPDX-License-Identifier: GPL-2.0-only

//! The symbol table of bitcode: that of a known file, and of thousands of damaged ones. `scripts/parity/bitcode` compares with
//! what `llvm-nm` says.

mod common;
#[path = "mutated/mutations.rs"]
mod mutations;

use std::fs;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use common::cpu_time;
use mutations::Mutations;
use postlink::contents::bitcode::Bytes;
use postlink::contents::bitcode::Flags;
use postlink::contents::bitcode::OnDisk;
use postlink::contents::bitcode::Symbol;
use postlink::contents::bitcode::Symtab;

/// How long the processor may work on one damaged file.
const LIMIT: Duration = Duration::from_secs(10);

/// What goes into the link of the test kernel.
const INPUTS: [&str; 4] = ["lib.o", "main.o", "drivers/two-main.o", "drivers/two-part.o"];

fn kernel() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/gate/kernel")
}

#[test]
fn the_test_kernel_has_the_symbols_of_its_sources() {
    let symtab =
        Symtab::read(&fs::read(kernel().join("drivers/two-part.o")).expect("it is there")[..]).expect("it is sound");
    let found: Vec<Symbol<'_>> = symtab.symbols().collect();
    let has = |name: &[u8], flags| found.iter().any(|symbol| symbol.name == name && symbol.flags.contains(flags));
    assert!(has(b"two_part", Flags::GLOBAL | Flags::EXECUTABLE) && has(b"__SCT__tick", Flags::UNDEFINED), "{found:?}");
}

#[test]
fn parts_of_a_file_are_enough() {
    let path = kernel().join("lib.o");
    let on_disk = OnDisk::new(fs::File::open(&path).expect("it is there")).expect("it has a size");
    let whole = fs::read(&path).expect("it is there");
    assert_eq!((Symtab::read(&on_disk), on_disk.size()), (Symtab::read(&whole[..]), whole.len() as u64));
    assert_eq!((on_disk.read(u64::MAX, 2), on_disk.read(1, u64::MAX)), (None, None));
}

#[test]
fn damaged_files_are_refused_or_read() {
    const N_PER_FILE: u64 = 20_000;
    let (mut n_refused, mut n_read) = (0_u64, 0_u64);
    for name in INPUTS {
        let whole = fs::read(kernel().join(name)).expect("it is there");
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
                Err(_) => panic!("the reader panics on {name} #{seed}: {damage}"),
            }
            assert!(cpu_time::of_thread() - start < LIMIT, "it takes too long on {name} #{seed}");
        }
    }
    assert!(n_refused > 1000 && n_read > 1000, "{n_refused} refused, {n_read} read");
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
