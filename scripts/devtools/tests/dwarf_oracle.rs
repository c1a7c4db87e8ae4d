// SPDX-License-Identifier: GPL-2.0-only

//! The oracle on hand-written functions that agree with their own `.cfi` directives, and on damaged files.

#[path = "../../../tests/mutated/mutations.rs"]
mod mutations;

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use devtools::dwarf_oracle;
use devtools::dwarf_oracle::Detail;
use mutations::Mutations;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/arm64/stack").join(name)
}

#[test]
fn every_instruction_agrees_with_its_directives() {
    let mut out = Vec::new();
    let tally = dwarf_oracle::run(&path("sound.o"), Detail::Unreached, &mut out).expect("it is readable");
    let out = String::from_utf8_lossy(&out);
    assert!(tally.is_clean(), "{out}");
    assert_eq!(tally.functions.len(), 5, "{out}");
    let n_insns: u64 = tally.functions.iter().map(|function| function.n_agree).sum();
    assert_eq!(n_insns, 52, "{out}");
    assert!(tally.functions.iter().all(|function| function.unreached.is_empty()), "{out}");
}

#[test]
fn damaged_objects_never_panic() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("damaged.o");
    for name in ["sound.o", "faulty.o"] {
        let whole = fs::read(path(name)).expect("a file");
        let n_read = (0..1500).filter(|seed| {
            fs::write(&file, Mutations::new(&whole, *seed).apply().1).expect("to be writable");
            dwarf_oracle::run(&file, Detail::Unreached, &mut Vec::new()).is_ok()
        });
        assert!(n_read.count() > 100, "{name}: nearly nothing could be read");
    }
}
