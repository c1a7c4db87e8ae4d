// SPDX-License-Identifier: GPL-2.0-only

//! Sections: headers with their names and contents.

use std::ops::Deref;

use super::SectionHeader;

/// Index of a section in its file; 0 is the null section, which also stands for "undefined".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SectionId(pub u32);

impl SectionId {
    /// The null section.
    pub const UNDEF: Self = Self(0);

    /// The index as a `usize`, for indexing per-section vectors.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One section: its header, which it stands for, with what the header refers to.
#[derive(Debug, Clone)]
pub struct Section<'d> {
    /// The header, checked.
    pub header: SectionHeader,
    /// Name without the terminating NUL; not necessarily UTF-8.
    pub name: &'d [u8],
    /// Contents; empty for `SHT_NOBITS` and `SHT_NULL`.
    pub data: &'d [u8],
}

impl Deref for Section<'_> {
    type Target = SectionHeader;

    fn deref(&self) -> &SectionHeader {
        &self.header
    }
}
