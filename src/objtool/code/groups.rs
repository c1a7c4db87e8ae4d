// SPDX-License-Identifier: GPL-2.0-only

//! Groups of alternatives: the original code and each of its replacements.

use std::ops::Range;

use super::InsnId;

/// Number of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AltGroupId(pub u32);

impl AltGroupId {
    /// The number as a `usize`.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One piece of code that may stand at a place, the original's `struct alt_group`.
#[derive(Debug, Clone)]
pub struct AltGroup {
    /// The group of the code that this one replaces; `None` if it is that code.
    pub original: Option<AltGroupId>,
    /// First instruction; the filling NOP for an empty replacement.
    pub first: InsnId,
    /// Last instruction; `None` for an empty replacement.
    pub last: Option<InsnId>,
    /// The NOP that fills a replacement up to the length of the original.
    pub filler: Option<InsnId>,
    /// Slots of the shared states, one for each byte of the original code, as a range of a vector that the walk keeps.
    pub slots: Range<u32>,
    /// `ANNOTATE_IGNORE_ALTERNATIVE` is on this group.
    pub is_ignored: bool,
    /// CPU feature and flags that select a replacement.
    pub feature: u32,
}

/// Why execution may go elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AltKind {
    /// Code patched over the original.
    Instructions,
    /// A static branch.
    JumpLabel,
    /// An exception fixup.
    Exception,
    /// An entry of a switch's jump table.
    Switch,
}

/// One way that execution may take instead of an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alternative {
    /// Where it goes; [`InsnId::NONE`] for a jump at the end of its section that is switched off.
    pub insn: InsnId,
    /// Why.
    pub kind: AltKind,
    /// The original way is not taken then (before 7.3).
    pub skips_original: bool,
}
