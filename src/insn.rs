//! How instructions are named: by number, like sections and symbols.

/// Number of an instruction in the file. Numbers past those of real instructions stand for the NOPs that fill up short
/// replacements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InsnId(pub u32);

impl InsnId {
    /// Stands for "no instruction" where 4 bytes count.
    pub const NONE: Self = Self(u32::MAX);

    /// The number as a `usize`, for indexing per-instruction vectors.
    pub const fn index(self) -> usize {
        self.0 as usize
    }

    /// `None` for [`InsnId::NONE`].
    pub fn some(self) -> Option<Self> {
        (self != Self::NONE).then_some(self)
    }
}
