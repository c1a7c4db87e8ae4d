// SPDX-License-Identifier: GPL-2.0-only

//! Replacing files, and writing only what changed.
//!
//! A file is replaced by a temporary one beside it that takes over its mode and owner and is renamed over it, so nobody
//! ever sees half a file, and a full disk leaves the old one as it was. The original writes in place. That differs for a
//! file with several hard links: its other names keep the old contents here (a compiler cache that hands out hard links
//! stays intact), while the original changes them all.
//!
//! Where no file can be made in that folder, or a rename is not possible (the target is a mount point), the file is
//! written in place after all, and its old contents are put back if that fails.

mod copy;
mod replace;
mod unfinished;

pub use copy::CopyError;
pub use copy::copy;
pub use replace::Content;
pub use replace::Joined;
pub use replace::replace;
pub use unfinished::Unfinished;

use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::path::PathBuf;

/// A file that could not be written. `Display` is one line that names it.
#[derive(Debug)]
pub struct WriteError {
    path: PathBuf,
    source: io::Error,
    /// What is on the disk now.
    left: Left,
}

/// What a failed write has left behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// The file as it was, or none if there was none.
    AsItWas,
    /// A file that was written in place and could not be restored.
    Damaged,
}

/// Replaces the file by these chunks, unless it has exactly this content already; says whether it wrote.
///
/// Upstream: modpost's `write_if_changed()`.
pub fn write_if_changed(path: &Path, chunks: &[&[u8]]) -> Result<bool, WriteError> {
    if has_content(path, chunks) {
        return Ok(false);
    }
    replace(path, chunks)?;
    Ok(true)
}

/// What went wrong, in the words of C's `strerror()`.
pub fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error ") {
        Some((reason, _)) => reason.to_owned(),
        None => text,
    }
}

impl WriteError {
    /// The system's error.
    pub fn source(&self) -> &io::Error {
        &self.source
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let left = match self.left {
            Left::AsItWas => "it is left as it was",
            Left::Damaged => "and its old content could not be put back",
        };
        write!(f, "{}: cannot be written: {}; {left}", self.path.display(), reason(&self.source))
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

fn has_content(path: &Path, chunks: &[&[u8]]) -> bool {
    let length = chunks.iter().fold(0_u64, |sum, chunk| sum.saturating_add(chunk.len() as u64));
    let same_length = fs::metadata(path).is_ok_and(|found| found.is_file() && found.len() == length);
    let Some(content) = same_length.then(|| fs::read(path).ok()).flatten() else { return false };
    let mut rest = content.as_slice();
    chunks.iter().all(|chunk| match rest.strip_prefix(*chunk) {
        Some(after) => {
            rest = after;
            true
        }
        None => false,
    }) && rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::MetadataExt;

    #[test]
    fn unchanged_content_is_not_written() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("x.mod.c");
        assert!(write_if_changed(&path, &[b"ab", b"", b"c"]).expect("written"));
        let before = fs::metadata(&path).expect("there").ino();
        assert!(!write_if_changed(&path, &[b"a", b"bc"]).expect("compared"));
        assert_eq!(fs::metadata(&path).expect("there").ino(), before);
        assert!(write_if_changed(&path, &[b"abd"]).expect("written"));
        assert!(write_if_changed(&path, &[]).expect("written"));
        assert_eq!(fs::read(&path).expect("there"), b"");
    }

    #[test]
    fn reasons_are_c_texts() {
        assert_eq!(reason(&io::Error::from_raw_os_error(28)), "No space left on device");
        assert_eq!(reason(&io::Error::other("odd")), "odd");
    }
}
