// SPDX-License-Identifier: GPL-2.0-only

//! How ORC entries number the registers that frames are found by. Each machine's `orc` has its tables.

/// What an offset in an ORC entry counts from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrcBase {
    /// Nothing is known.
    Undefined,
    /// The frame address: the caller's stack pointer.
    Cfa,
    /// A register, in the machine's own numbering.
    Reg(u8),
    /// What a register points at.
    Indirect(u8),
}

/// The bases of one numbering, each with its name, where its number says.
#[derive(Debug)]
pub struct OrcNumbering(pub(crate) &'static [(OrcBase, &'static str)]);

impl OrcNumbering {
    /// The number of a base, or `None` if it has none here.
    pub fn number(&self, base: OrcBase) -> Option<u16> {
        self.0.iter().position(|(known, _)| *known == base).map(|number| number as u16)
    }

    /// The base that a number means.
    pub fn base(&self, number: u16) -> Option<OrcBase> {
        self.0.get(usize::from(number)).map(|(base, _)| *base)
    }

    /// What a number is called in dumps.
    pub fn name(&self, number: u16) -> Option<&'static str> {
        self.0.get(usize::from(number)).map(|(_, name)| *name)
    }
}
