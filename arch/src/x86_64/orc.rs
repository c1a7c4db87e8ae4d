// SPDX-License-Identifier: GPL-2.0-only

//! The numbers of ORC entries (`ORC_REG_*`).
//!
//! Besides the stack and the frame pointer there are the registers that realigned frames (`r10`, `r13`) and hand-written
//! entry code (`rdi`, `rdx`, `rax`) find the frame by.

use super::AX;
use super::BP;
use super::DI;
use super::DX;
use super::R10;
use super::R13;
use super::SP;
use crate::OrcBase;
use crate::OrcNumbering;

/// As long as `ax` has no number (5.10 to 6.12).
pub static WITHOUT_AX: OrcNumbering = OrcNumbering(&[
    (OrcBase::Undefined, "(und)"),
    (OrcBase::Cfa, "prevsp"),
    (OrcBase::Reg(DX), "dx"),
    (OrcBase::Reg(DI), "di"),
    (OrcBase::Reg(BP), "bp"),
    (OrcBase::Reg(SP), "sp"),
    (OrcBase::Reg(R10), "r10"),
    (OrcBase::Reg(R13), "r13"),
    (OrcBase::Indirect(BP), "(bp)"),
    (OrcBase::Indirect(SP), "(sp)"),
]);

/// With `ax`, and the registers in hardware order (7.3).
pub static WITH_AX: OrcNumbering = OrcNumbering(&[
    (OrcBase::Undefined, "(und)"),
    (OrcBase::Reg(AX), "ax"),
    (OrcBase::Reg(DX), "dx"),
    (OrcBase::Reg(SP), "sp"),
    (OrcBase::Reg(BP), "bp"),
    (OrcBase::Reg(DI), "di"),
    (OrcBase::Reg(R10), "r10"),
    (OrcBase::Reg(R13), "r13"),
    (OrcBase::Cfa, "prevsp"),
    (OrcBase::Indirect(SP), "(sp)"),
    (OrcBase::Indirect(BP), "(bp)"),
]);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_lead_back_to_their_bases() {
        for numbering in [&WITHOUT_AX, &WITH_AX] {
            for number in 0..16 {
                let base = numbering.base(number);
                assert_eq!(base.and_then(|base| numbering.number(base)), base.map(|_| number));
                assert_eq!(numbering.name(number).is_some(), base.is_some());
            }
        }
        assert_eq!((WITHOUT_AX.number(OrcBase::Reg(AX)), WITH_AX.number(OrcBase::Reg(AX))), (None, Some(1)));
        assert_eq!((WITHOUT_AX.number(OrcBase::Reg(SP)), WITH_AX.number(OrcBase::Reg(SP))), (Some(5), Some(3)));
    }
}
