// SPDX-License-Identifier: GPL-2.0-only

//! What a file holds: bitcode, of which the symbol table is read, a list of other files, or something else, of which everything
//! is read.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use crate::contents::archive;
use crate::contents::archive::ArchiveError;
use crate::contents::bitcode;
use crate::contents::bitcode::BitcodeError;
use crate::contents::bitcode::OnDisk;
use crate::contents::bitcode::Symtab;
use crate::contents::packed;

/// A file, as far as it was read.
pub enum Contents {
    /// What should be an ELF file, unpacked.
    Native(Arc<Vec<u8>>),
    /// Bitcode; only its symbol table was read.
    Bitcode(Result<Symtab, BitcodeError>),
    /// A thin archive: the names of its members.
    Archive(Result<Vec<String>, ArchiveError>),
}

impl Contents {
    /// Reads a file, unpacked if its name says that it is packed.
    pub fn read(path: &Path) -> io::Result<Self> {
        // What is no regular file would be waited for.
        if path.metadata()?.is_file() {
            let file = File::open(path)?;
            let mut magic = [0; bitcode::MAGIC_LEN];
            if file.read_exact_at(&mut magic, 0).is_ok() && bitcode::is_bitcode(&magic) {
                return Ok(Self::Bitcode(Symtab::read(&OnDisk::new(file)?)));
            }
        }
        let data = packed::read(path)?;
        Ok(match bitcode::is_bitcode(&data) {
            true => Self::Bitcode(Symtab::read(&data[..])),
            false if data.starts_with(archive::MAGIC) => Self::Archive(archive::members(&data)),
            false => Self::Native(Arc::new(data)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bitcode_is_known_packed_or_not() {
        let dir = tempfile::tempdir().expect("a folder");
        let lib = std::fs::read("testdata/gate/kernel/lib.o").expect("it is there");
        let wanted = Symtab::read(&lib[..]);
        let level = ruzstd::encoding::CompressionLevel::Fastest;
        let packed = ruzstd::encoding::compress_to_vec(&lib[..], level);
        for (name, data) in [("lib.o", &lib), ("lib.ko.zst", &packed)] {
            let path = dir.path().join(name);
            std::fs::write(&path, data).expect("it is written");
            let contents = Contents::read(&path).expect("it can be read");
            assert!(matches!(contents, Contents::Bitcode(found) if found == wanted), "{name}");
        }
        assert!(Contents::read(dir.path()).is_err());
    }
}
