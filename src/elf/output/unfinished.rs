// SPDX-License-Identifier: GPL-2.0-only

//! A new file that has its name only when it is complete.

use std::fs::Permissions;
use std::io;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use tempfile::NamedTempFile;

/// A file without its name. It is gone if it never gets it; the original leaves it behind, empty.
#[derive(Debug)]
pub struct Unfinished(NamedTempFile);

impl Unfinished {
    /// A file in the folder of `target`, for its owner alone.
    ///
    /// Upstream: `elf_create_file()`.
    pub fn beside(target: &Path) -> io::Result<Self> {
        let folder = match target.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mode = Permissions::from_mode(0o600);
        tempfile::Builder::new().prefix(".tmp_postlink.").permissions(mode).tempfile_in(folder).map(Self)
    }

    /// Writes the contents.
    pub fn write(&self, chunks: &[&[u8]]) -> io::Result<()> {
        let mut file = self.0.as_file();
        chunks.iter().try_for_each(|chunk| file.write_all(chunk))
    }

    /// Gives the file its name, instead of whatever had it (`elf_close()`).
    pub fn put_at(self, target: &Path) -> io::Result<()> {
        self.0.persist(target).map(drop).map_err(|failed| failed.error)
    }
}
