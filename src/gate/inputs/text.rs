// SPDX-License-Identifier: GPL-2.0-only

//! Text files of a build folder, read with care: only what is a file, and not more than such a file has.

use std::fs;
use std::path::Path;

/// The longest list or dump that is read; a kernel's largest have a few megabytes.
const LONGEST: u64 = 1 << 28;

/// The text of a file; `None` if it is not there, is no plain file (a pipe would never end) or is absurdly long. Bytes that
/// are no UTF-8 are replaced.
pub fn read(path: &Path) -> Option<String> {
    let meta = fs::metadata(path).ok()?;
    if !meta.is_file() || meta.len() > LONGEST {
        return None;
    }
    let bytes = fs::read(path).ok()?;
    Some(match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    })
}

/// Lines that are not empty, without white space around them.
pub fn lines(text: Option<String>) -> Vec<String> {
    let lines = text.iter().flat_map(|text| text.lines()).map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}
