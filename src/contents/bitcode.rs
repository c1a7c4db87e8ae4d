// SPDX-License-Identifier: GPL-2.0-only

//! LLVM bitcode: the symbol table that linkers read.
//!
//! The objects of an LTO build are bitcode until the link. Beside the modules such a file has a table of symbols for linkers,
//! which tells what it defines and needs without a look into the code ([`Symtab`]). It lies behind the modules, so of a file
//! only a few blocks are read ([`Bytes`]); what a block says of its own length is enough to pass it by.
//!
//! Layout: LLVM's "Bitcode File Format" and `llvm/Object/IRSymtab.h`.

mod bits;
mod blocks;
mod symtab;

use std::borrow::Cow;
use std::fmt;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

pub use symtab::Flags;
pub use symtab::Symbol;
pub use symtab::Symtab;
pub use symtab::TABLE_VERSIONS;

/// Length of [`MAGIC`].
pub const MAGIC_LEN: usize = 4;
/// What bitcode begins with, bare.
const MAGIC: [u8; MAGIC_LEN] = *b"BC\xc0\xde";
/// What bitcode begins with that is wrapped: version, offset, size and processor follow.
const WRAPPED: [u8; MAGIC_LEN] = *b"\xde\xc0\x17\x0b";

/// Whether a file that begins so is bitcode.
pub fn is_bitcode(data: &[u8]) -> bool {
    [MAGIC, WRAPPED].iter().any(|magic| data.starts_with(magic))
}

/// Why a file's symbols cannot be told: a fixed sentence, and the place in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BitcodeError {
    what: &'static str,
    offset: u64,
    unknown_version: Option<u32>,
}

impl BitcodeError {
    fn new(what: &'static str, offset: u64) -> Self {
        Self { what, offset, unknown_version: None }
    }

    /// The version of the symbol table, if it is none of [`TABLE_VERSIONS`]: then nothing is wrong with the file.
    pub fn unknown_version(&self) -> Option<u32> {
        self.unknown_version
    }
}

impl fmt::Display for BitcodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bitcode at offset {:#x}: {}", self.offset, self.what)
    }
}

impl std::error::Error for BitcodeError {}

/// A file of which only parts are needed.
pub trait Bytes {
    /// Its length.
    fn size(&self) -> u64;

    /// `len` bytes from `offset` on; `None` if the file ends before, or cannot be read.
    fn read(&self, offset: u64, len: u64) -> Option<Cow<'_, [u8]>>;
}

impl Bytes for [u8] {
    fn size(&self) -> u64 {
        self.len() as u64
    }

    fn read(&self, offset: u64, len: u64) -> Option<Cow<'_, [u8]>> {
        let (start, end) = (usize::try_from(offset).ok()?, usize::try_from(offset.checked_add(len)?).ok()?);
        self.get(start..end).map(Cow::Borrowed)
    }
}

/// A file on disk, of the size it had when it was opened.
#[derive(Debug)]
pub struct OnDisk {
    file: File,
    size: u64,
}

impl OnDisk {
    /// Takes an open file.
    pub fn new(file: File) -> io::Result<Self> {
        let size = file.metadata()?.len();
        Ok(Self { file, size })
    }
}

impl Bytes for OnDisk {
    fn size(&self) -> u64 {
        self.size
    }

    fn read(&self, offset: u64, len: u64) -> Option<Cow<'_, [u8]>> {
        // What is asked for lies within the file, so the buffer is no longer than the file is.
        offset.checked_add(len).filter(|end| *end <= self.size)?;
        let mut bytes = vec![0; usize::try_from(len).ok()?];
        self.file.read_exact_at(&mut bytes, offset).ok()?;
        Some(Cow::Owned(bytes))
    }
}
