// SPDX-License-Identifier: GPL-2.0-only

//! Vector encodings: the few that write a general register.

use super::rd;
use super::rd_sp;
use crate::arm64::bits;

/// A set of words: those that agree with `value` in the bits of `mask`.
type Pattern = (u32, u32);

/// Scalar and vector instructions that write a general register.
const TO_GENERAL: &[Pattern] = &[
    // smov, umov.
    (0xbfe0_fc00, 0x0e00_2c00),
    (0xbfe0_fc00, 0x0e00_3c00),
    // fcvtas, fcvtau.
    (0x7f3e_fc00, 0x1e24_0000),
    // fcvtns, fcvtnu, fcvtps and the rest of the roundings.
    (0x7f26_fc00, 0x1e20_0000),
    // fmov, of halves, of the upper half, fjcvtzs.
    (0x7f3f_fc00, 0x1e26_0000),
    (0xffff_fc00, 0x9eae_0000),
    (0xffff_fc00, 0x1e7e_0000),
    // fcvtzs, fcvtzu to fixed point.
    (0x7f3e_0000, 0x1e18_0000),
];

/// Scalable instructions that write a general register, 31 being the zero register.
const SCALABLE_TO_GENERAL: &[Pattern] = &[
    // cntb and its like; incb, decb; sqincb and its like.
    (0xff30_fc00, 0x0420_e000),
    (0xff30_f800, 0x0430_e000),
    (0xff20_f000, 0x0420_f000),
    // rdvl, rdsvl.
    (0xffff_f000, 0x04bf_5000),
    // cntp of predicates and of counters.
    (0xff3f_c200, 0x2520_8000),
    (0xff3f_fa00, 0x2520_8200),
    // incp, decp; sqincp and its like.
    (0xff3e_fe00, 0x252c_8800),
    (0xff3c_fa00, 0x2528_8800),
    // lasta, lastb; clasta, clastb.
    (0xff3e_e000, 0x0520_a000),
    (0xff3e_e000, 0x0530_a000),
];

/// Scalable instructions that write a general register, 31 being `sp`: `addvl`, `addpl`, `addsvl`, `addspl`.
const SCALABLE_TO_SP: &[Pattern] = &[(0xffa0_f000, 0x0420_5000)];

/// What a scalar or vector instruction writes.
pub(super) fn vector(word: u32) -> Option<u32> {
    Some(if is_any(word, TO_GENERAL) { rd(word) } else { 0 })
}

/// What a scalable instruction writes.
pub(super) fn scalable(word: u32) -> Option<u32> {
    // Loads, stores and most arithmetic leave these bits set.
    if bits(word, 24, 8) & 0xde != 0x04 {
        return Some(0);
    }
    Some(match word {
        _ if is_any(word, SCALABLE_TO_GENERAL) => rd(word),
        _ if is_any(word, SCALABLE_TO_SP) => rd_sp(word),
        _ => 0,
    })
}

/// What a matrix instruction writes: only `movt` of a part of the table does.
pub(super) fn matrix(word: u32) -> Option<u32> {
    Some(if word & 0xffff_8fe0 == 0xc04c_03e0 { rd(word) } else { 0 })
}

fn is_any(word: u32, patterns: &[Pattern]) -> bool {
    patterns.iter().any(|(mask, value)| word & mask == *value)
}
