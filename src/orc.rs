//! ORC entries: one small record for each range of code, from which the kernel unwinds stacks.
//!
//! Layout (6 bytes, little endian): s16 offset of the frame, s16 offset of the saved frame pointer, u16 with the base
//! register of each in bits 0–3 and 4–7, then the kind of frame and one flag ([`OrcFormat`]).

pub mod dump;
pub mod generate;

use crate::cfi;
use crate::cfi::CfiState;
use crate::cfi::frame;
use crate::diag::Message;
use crate::profile::OrcFormat;

/// Size of an entry in bytes.
pub const ENTRY_SIZE: usize = 6;

/// One entry as stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OrcEntry(pub [u8; ENTRY_SIZE]);

const _: () = assert!(size_of::<OrcEntry>() == ENTRY_SIZE);

/// Base registers in the numbering that both `OrcFormat`s with a signal bit have words for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrcReg {
    /// Nothing is known.
    Undefined,
    /// The caller's stack pointer.
    PrevSp,
    /// `rax`.
    Ax,
    /// `rdx`.
    Dx,
    /// `rdi`.
    Di,
    /// `rbp`.
    Bp,
    /// `rsp`.
    Sp,
    /// `r10`.
    R10,
    /// `r13`.
    R13,
    /// What `rbp` points at.
    BpIndirect,
    /// What `rsp` points at.
    SpIndirect,
}

/// Numbers of 5.10 to 6.12.
const OLD_NUMBERS: [OrcReg; 10] = [
    OrcReg::Undefined,
    OrcReg::PrevSp,
    OrcReg::Dx,
    OrcReg::Di,
    OrcReg::Bp,
    OrcReg::Sp,
    OrcReg::R10,
    OrcReg::R13,
    OrcReg::BpIndirect,
    OrcReg::SpIndirect,
];
/// Numbers of 7.3.
const NEW_NUMBERS: [OrcReg; 11] = [
    OrcReg::Undefined,
    OrcReg::Ax,
    OrcReg::Dx,
    OrcReg::Sp,
    OrcReg::Bp,
    OrcReg::Di,
    OrcReg::R10,
    OrcReg::R13,
    OrcReg::PrevSp,
    OrcReg::SpIndirect,
    OrcReg::BpIndirect,
];

impl OrcFormat {
    fn numbers(self) -> &'static [OrcReg] {
        match self {
            Self::EndBit | Self::SignalBit => &OLD_NUMBERS,
            Self::SignalBitRenumbered => &NEW_NUMBERS,
        }
    }

    fn number(self, reg: OrcReg) -> Option<u16> {
        self.numbers().iter().position(|known| *known == reg).map(|number| number as u16)
    }

    /// The register that a number means.
    pub fn reg(self, number: u16) -> Option<OrcReg> {
        self.numbers().get(usize::from(number)).copied()
    }
}

impl OrcEntry {
    /// The entry for a state, or what ORC cannot express (`init_orc_entry()`).
    pub fn of_state(format: OrcFormat, state: Option<&CfiState>) -> Result<Self, Message> {
        let Some(state) = state else { return Ok(Self::default()) };
        let kind: u16 = match state.kind {
            frame::UNDEFINED => return Ok(Self::default()),
            frame::END_OF_STACK => return Ok(Self::pack(0, 0, 1 << 8)),
            kind @ (frame::CALL | frame::REGS | frame::REGS_PARTIAL) => kind.into(),
            kind => return Err(Message::UnknownHintType { kind }),
        };
        let base = state.cfa.base;
        let sp_reg = cfa_reg(base).and_then(|reg| format.number(reg));
        let sp_reg = sp_reg.ok_or(Message::UnknownCfaBase { base: base.into() })?;
        let bp = state.reg(5);
        let bp_reg = match bp.base {
            cfi::UNDEFINED => OrcReg::Undefined,
            cfi::CFA => OrcReg::PrevSp,
            5 => OrcReg::Bp,
            base => return Err(Message::UnknownBpBase { base: base.into() }),
        };
        let bp_reg = format.number(bp_reg).unwrap_or_default();
        let bits = sp_reg | bp_reg << 4 | kind << 8 | u16::from(state.signal) << 11;
        Ok(Self::pack(state.cfa.offset as i16, bp.offset as i16, bits))
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

/// The register that a frame is found by.
fn cfa_reg(base: i8) -> Option<OrcReg> {
    Some(match base {
        0 => OrcReg::Ax,
        2 => OrcReg::Dx,
        4 => OrcReg::Sp,
        5 => OrcReg::Bp,
        7 => OrcReg::Di,
        10 => OrcReg::R10,
        13 => OrcReg::R13,
        cfi::SP_INDIRECT => OrcReg::SpIndirect,
        cfi::BP_INDIRECT => OrcReg::BpIndirect,
        _ => return None,
    })
}
