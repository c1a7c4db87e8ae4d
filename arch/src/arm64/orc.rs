// SPDX-License-Identifier: GPL-2.0-only

//! The numbers of ORC entries, those of the published patch series that our `orc` of the main crate names.

use super::FP;
use super::SP;
use crate::OrcBase;
use crate::OrcNumbering;

/// The one numbering there is.
pub static NUMBERING: OrcNumbering = OrcNumbering(&[
    (OrcBase::Undefined, "(und)"),
    (OrcBase::Cfa, "cfa"),
    (OrcBase::Reg(SP), "sp"),
    (OrcBase::Reg(FP), "x29"),
]);
