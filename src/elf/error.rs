// SPDX-License-Identifier: GPL-2.0-only

//! What can be wrong with a file, as one sentence that names the table and the field.

use std::fmt;

use super::SectionId;

/// A malformed file: a fixed sentence with the place in the file, without the file's name (the caller knows it).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElfError(String);

impl ElfError {
    /// An error that says `what`.
    pub fn new(what: impl Into<String>) -> Self {
        Self(what.into())
    }
}

impl fmt::Display for ElfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ElfError {}

/// Why a file cannot be written as changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageError {
    /// A section that the original's libelf refuses to write, in libelf's words. Upstream: `elf_update()` fails.
    Update {
        /// The section.
        section: SectionId,
        /// libelf's message.
        what: &'static str,
    },
    /// An edit that cannot be made, or a file that would not be well formed.
    Edit(ElfError),
}

impl fmt::Display for ImageError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Update { section, what } => write!(f, "section {}: {what}", section.0),
            Self::Edit(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ImageError {}

impl From<ElfError> for ImageError {
    fn from(error: ElfError) -> Self {
        Self::Edit(error)
    }
}

/// Shorthand for building an [`ElfError`] from a format string.
macro_rules! elf_err {
    ($($arg:tt)*) => { $crate::elf::ElfError::new(format!($($arg)*)) };
}
pub(crate) use elf_err;
