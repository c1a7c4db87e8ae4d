// SPDX-License-Identifier: GPL-2.0-only

//! The list of type hashes of a kernel with kCFI, whole and damaged.
//!
//! Of the kernel in `testdata/gate/kcfi`, or of the one in `POSTLINK_GATE_CFI_BUILD`.

use std::path::Path;
use std::path::PathBuf;

use postlink::gate;
use postlink::gate::run::GateOptions;
use postlink::gate::run::Quiet;

use crate::object::*;
use crate::options;

/// What the gate says of the tables, and of a copy of `vmlinux.o` that `change` was done to.
fn findings(change: impl FnOnce(&mut Object)) -> Vec<String> {
    let ours = || Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/gate/kcfi");
    let build = std::env::var_os("POSTLINK_GATE_CFI_BUILD").map_or_else(ours, PathBuf::from);
    let dir = tempfile::tempdir().expect("a folder");
    for file in [".vmlinux.o.cmd", "include/config/auto.conf", "include/config/kernel.release"] {
        let target = dir.path().join(file);
        std::fs::create_dir_all(target.parent().expect("it has one")).expect("a folder");
        std::fs::copy(build.join(file), target).expect("it can be copied");
    }
    let mut object = Object(std::fs::read(build.join("vmlinux.o")).expect("an object"));
    change(&mut object);
    std::fs::write(dir.path().join("vmlinux.o"), object.0).expect("it is written");
    let only = vec!["mitigations".to_owned()];
    let outcome = gate::run(&GateOptions { only, ..options(dir.path()) }, &Quiet).expect("the gate runs");
    let lines = outcome.findings.iter().map(|judged| &judged.finding);
    lines.map(|finding| format!("{} {}", finding.kind, finding.counterpart)).collect()
}

#[test]
fn all_type_hashes_are_listed() {
    assert_eq!(findings(|_| ()), [""; 0]);
    assert_eq!(findings(|o| o.shorten(".cfi_sites", 4, 1)), ["missing-site .cfi_sites"]);
    let moved = |o: &mut Object| {
        let addend = o.reloc(".cfi_sites", 0, R_ADDEND);
        o.set(addend, o.get(addend) + 1);
    };
    assert_eq!(findings(moved), ["extra-site .cfi_sites", "missing-site .cfi_sites"]);
    let unlisted = findings(|o| o.empty(".cfi_sites"));
    assert!(unlisted.len() > 1 && unlisted.iter().all(|line| line == "missing-site .cfi_sites"), "{unlisted:?}");
}
