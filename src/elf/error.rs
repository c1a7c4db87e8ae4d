//! What can be wrong with a file, as one sentence that names the table and the field.

use std::fmt;

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

/// Shorthand for building an [`ElfError`] from a format string.
macro_rules! elf_err {
    ($($arg:tt)*) => { $crate::elf::ElfError::new(format!($($arg)*)) };
}
pub(crate) use elf_err;
