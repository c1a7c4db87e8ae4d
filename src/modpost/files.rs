// SPDX-License-Identifier: GPL-2.0-only

//! Writing what was generated, if nothing has failed so far.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use super::finding::Stop;
use super::report::ModpostReport;
use crate::elf::output;
use crate::elf::output::WriteError;
use crate::elf::output::reason;

/// Writes a file unless it has that text already.
///
/// Upstream: `write_if_changed()`.
pub fn write_if_changed(name: &[u8], text: &[u8], report: &ModpostReport) -> Result<(), Stop> {
    if report.blocks_writes() {
        return Ok(());
    }
    output::write_if_changed(path(name), &[text]).map(|_| ()).map_err(|error| stop(name, &error))
}

/// Writes a file, also if it has that text already: make looks at its time.
///
/// Upstream: `write_buf()`.
pub fn write(name: &[u8], text: &[u8], report: &ModpostReport) -> Result<(), Stop> {
    if report.blocks_writes() {
        return Ok(());
    }
    output::replace(path(name), &[text][..]).map_err(|error| stop(name, &error))
}

fn path(name: &[u8]) -> &Path {
    Path::new(OsStr::from_bytes(name))
}

fn stop(name: &[u8], error: &WriteError) -> Stop {
    Stop::File { file: name.into(), error: reason(error.source()) }
}
