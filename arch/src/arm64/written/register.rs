// SPDX-License-Identifier: GPL-2.0-only

//! Arithmetic on registers.

use super::rd;
use super::rd_sp;
use crate::arm64::LR;
use crate::arm64::bits;

/// What a word of this group writes.
pub(super) fn register(word: u32) -> Option<u32> {
    let is_wide = word >> 31 != 0;
    // A shift of a 32-bit register by more than it has.
    let is_far = !is_wide && word & 0x8000 != 0;
    if bits(word, 28, 1) == 0 {
        return match (bits(word, 24, 1), bits(word, 21, 1)) {
            (0, _) => (!is_far).then(|| rd(word)),
            (_, 0) => (!is_far && bits(word, 22, 2) != 3).then(|| rd(word)),
            _ => (bits(word, 22, 2) == 0 && bits(word, 10, 3) <= 4).then(|| destination(word)),
        };
    }
    match bits(word, 21, 4) {
        0 => carry(word),
        // ccmn, ccmp.
        2 => (bits(word, 29, 1) == 1 && word & 0x410 == 0).then_some(0),
        // csel and its like.
        4 => (bits(word, 29, 1) == 0 && bits(word, 11, 1) == 0).then(|| rd(word)),
        6 if bits(word, 30, 1) == 0 => two_sources(word),
        6 => one_source(word),
        8..=15 => three_sources(word),
        _ => None,
    }
}

/// The destination of an addition: `sp` is one, but where flags are set.
fn destination(word: u32) -> u32 {
    if bits(word, 29, 1) == 0 { rd_sp(word) } else { rd(word) }
}

/// `adc`, `sbc`, `rmif`, `setf8`, `setf16`, `addpt`, `subpt`.
fn carry(word: u32) -> Option<u32> {
    let (op, low) = (bits(word, 29, 3), bits(word, 10, 6));
    if low == 0 {
        return Some(rd(word));
    }
    match op {
        0b101 => (low & 31 == 1 && bits(word, 4, 1) == 0).then_some(0),
        0b001 => (word & 0x001f_bc1f == 0x0000_080d).then_some(0),
        0b100 | 0b110 => (low >> 3 == 1).then(|| rd_sp(word)),
        _ => None,
    }
}

fn two_sources(word: u32) -> Option<u32> {
    let is_wide = word >> 31 != 0;
    let sets_flags = bits(word, 29, 1) != 0;
    match bits(word, 10, 6) {
        // subps.
        0 if is_wide && sets_flags => Some(rd(word)),
        _ if sets_flags => None,
        2 | 3 | 8..=11 | 24..=27 => Some(rd(word)),
        // irg.
        4 if is_wide => Some(rd_sp(word)),
        // subp, gmi, pacga, crc32x.
        0 | 5 | 12 | 19 | 23 if is_wide => Some(rd(word)),
        16..=18 | 20..=22 if !is_wide => Some(rd(word)),
        _ => None,
    }
}

fn one_source(word: u32) -> Option<u32> {
    let is_wide = word >> 31 != 0;
    if bits(word, 29, 1) != 0 {
        return None;
    }
    let (op, source, dest) = (bits(word, 10, 6), bits(word, 5, 5), word & 31);
    match bits(word, 16, 5) {
        0 => (op <= 2 || matches!(op, 4..=8) || op == 3 && is_wide).then(|| rd(word)),
        1 if is_wide => match op {
            0..=7 => Some(rd(word)),
            8..=17 => (source == 31).then(|| rd(word)),
            // The forms whose second modifier is an address, in `x30` or in `x17`.
            32 | 33 | 40 | 41 => (source == 31 && dest == 30).then_some(1 << LR),
            36 | 37 => (dest == 30).then_some(1 << LR),
            34 | 35 | 46 | 47 => (source == 31 && dest == 30).then_some(1 << 17),
            _ => None,
        },
        _ => None,
    }
}

fn three_sources(word: u32) -> Option<u32> {
    if bits(word, 29, 2) != 0 {
        return None;
    }
    let is_wide = word >> 31 != 0;
    let subtracts = bits(word, 15, 1) != 0;
    let is_known = match bits(word, 21, 3) {
        0 => true,
        1 | 3 | 5 => is_wide,
        2 | 6 => is_wide && !subtracts,
        _ => false,
    };
    is_known.then(|| rd(word))
}
