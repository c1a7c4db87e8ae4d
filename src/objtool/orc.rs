// SPDX-License-Identifier: GPL-2.0-only

//! ORC entries: one small record for each range of code, from which the kernel unwinds stacks.
//!
//! Layout (6 bytes, little endian): s16 offset of the frame, s16 offset of the saved frame pointer, u16 with the base
//! register of each in bits 0–3 and 4–7, then the kind of frame and one flag ([`OrcFormat`]).

pub mod dump;
pub mod generate;

use arch::ArchFacts;
use arch::OrcBase;

use crate::kernel::OrcFormat;
use crate::objtool::cfi;
use crate::objtool::cfi::CfiState;
use crate::objtool::cfi::frame;
use crate::objtool::finding::Message;

/// Size of an entry in bytes.
pub const ENTRY_SIZE: usize = 6;

/// One entry as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OrcEntry(pub [u8; ENTRY_SIZE]);

const _: () = assert!(size_of::<OrcEntry>() == ENTRY_SIZE);

impl OrcEntry {
    /// The entry for a state, or what ORC cannot express (`init_orc_entry()`).
    pub fn of_state(format: OrcFormat, facts: &ArchFacts, state: Option<&CfiState>) -> Result<Self, Message> {
        let Some(state) = state else { return Ok(Self::default()) };
        if format == OrcFormat::EndBit {
            return Self::with_end_bit(facts, state);
        }
        let kind: u16 = match state.kind {
            frame::UNDEFINED => return Ok(Self::default()),
            frame::END_OF_STACK => return Ok(Self::pack(0, 0, 1 << 8)),
            kind @ (frame::CALL | frame::REGS | frame::REGS_PARTIAL) => kind.into(),
            kind => return Err(Message::UnknownHintType { kind }),
        };
        let bits = Self::registers(format, facts, state)? | kind << 8 | u16::from(state.signal) << 11;
        Ok(Self::pack(state.cfa.offset as i16, state.reg(facts.bp).offset as i16, bits))
    }

    /// Before 6.4: an undefined frame has no kind, and there are two bits for the others.
    fn with_end_bit(facts: &ArchFacts, state: &CfiState) -> Result<Self, Message> {
        let end = u16::from(state.signal) << 10;
        if state.cfa.base == cfi::UNDEFINED {
            return Ok(Self::pack(0, 0, end));
        }
        let format = OrcFormat::EndBit;
        let kind = u16::from(frame::number(format, state.kind)) & 3;
        let bits = Self::registers(format, facts, state)? | kind << 8 | end;
        Ok(Self::pack(state.cfa.offset as i16, state.reg(facts.bp).offset as i16, bits))
    }

    /// The numbers of the two base registers.
    fn registers(format: OrcFormat, facts: &ArchFacts, state: &CfiState) -> Result<u16, Message> {
        let number = |base: OrcBase| format.numbering().number(base);
        let base = cfi::orc_base(state.cfa.base, facts);
        let sp_reg = base.filter(|base| !matches!(base, OrcBase::Undefined | OrcBase::Cfa)).and_then(number);
        let sp_reg = sp_reg.ok_or(Message::UnknownCfaBase { base: state.cfa.base.into() })?;
        let bp = state.reg(facts.bp);
        let base = cfi::orc_base(bp.base, facts);
        let is_known =
            |base: &OrcBase| *base == OrcBase::Reg(facts.bp) || matches!(base, OrcBase::Undefined | OrcBase::Cfa);
        let bp_reg = base.filter(is_known).and_then(number);
        let bp_reg = bp_reg.ok_or(Message::UnknownBpBase { base: bp.base.into() })?;
        Ok(sp_reg | bp_reg << 4)
    }

    fn pack(sp_offset: i16, bp_offset: i16, bits: u16) -> Self {
        let ([a, b], [c, d], [e, f]) = (sp_offset.to_le_bytes(), bp_offset.to_le_bytes(), bits.to_le_bytes());
        Self([a, b, c, d, e, f])
    }

    /// Offset of the frame from its base register.
    pub fn sp_offset(&self) -> i16 {
        i16::from_le_bytes([self.0[0], self.0[1]])
    }

    /// Offset of the saved frame pointer from its base register.
    pub fn bp_offset(&self) -> i16 {
        i16::from_le_bytes([self.0[2], self.0[3]])
    }

    /// Registers, kind and flags.
    pub fn bits(&self) -> u16 {
        u16::from_le_bytes([self.0[4], self.0[5]])
    }
}
