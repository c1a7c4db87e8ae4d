// SPDX-License-Identifier: GPL-2.0-only

//! What the tests share: where the test data is, how a tool is run, how objects are built, compared and shown.
//!
//! Each test is a crate of its own and uses a part of this.

#![allow(dead_code, reason = "no test needs everything")]

pub mod checksum;
pub mod cpu_time;
pub mod damaged;
pub mod difference;
pub mod elf_object;
pub mod in_process;
pub mod listing;
pub mod program;
pub mod release;
pub mod tally;
pub mod tree;

use std::fs;
use std::path::Path;
use std::path::PathBuf;

/// The folder of the package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A file or folder of `testdata`.
pub fn testdata(name: &str) -> PathBuf {
    root().join("testdata").join(name)
}

/// The bytes of a file of `testdata`.
pub fn read(name: &str) -> Vec<u8> {
    let path = testdata(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Says that this machine lacks what a test needs. One that is set up for CI must have it.
pub fn skip(why: &str) {
    assert!(std::env::var_os("CI").is_none(), "{why}");
    eprintln!("skipped: {why}");
}

/// Whether expectations are to be written instead of compared.
pub fn is_update() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some()
}
