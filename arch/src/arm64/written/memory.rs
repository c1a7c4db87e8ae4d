// SPDX-License-Identifier: GPL-2.0-only

//! Loads and stores.

use super::base;
use super::gpr;
use super::rd;
use crate::arm64::bits;

/// What a word of this group writes.
pub(super) fn memory(word: u32) -> Option<u32> {
    let is_vector = bits(word, 26, 1) != 0;
    match (bits(word, 27, 3), bits(word, 24, 2)) {
        (0b001, 0) if !is_vector => exclusive(word),
        (0b001, 0 | 1) if is_vector => structures(word),
        (0b011, 0) => literal(word),
        (0b011, 1) if is_vector => ordered_vector(word),
        (0b011, 1) => ordered(word),
        (0b101, 0 | 1) => pair(word),
        (0b111, 1) => single(word).map(|load| load.written(word)),
        (0b111, 0) if bits(word, 21, 1) == 0 => near(word),
        (0b111, 0) => far(word),
        _ => None,
    }
}

/// What a load, store or prefetch of one register does.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    /// Loads a general register.
    Load,
    /// Stores, or loads a vector register.
    Other,
    /// Prefetches.
    Prefetch,
}

impl Access {
    fn written(self, word: u32) -> u32 {
        if self == Self::Load { rd(word) } else { 0 }
    }
}

/// The size and operation fields that all loads and stores of one register share.
fn single(word: u32) -> Option<Access> {
    let (size, op) = (bits(word, 30, 2), bits(word, 22, 2));
    if bits(word, 26, 1) != 0 {
        return (op < 2 || size == 0).then_some(Access::Other);
    }
    match (size, op) {
        (_, 0) => Some(Access::Other),
        (_, 1) | (0..=2, 2) | (0..=1, 3) => Some(Access::Load),
        (3, 2) => Some(Access::Prefetch),
        _ => None,
    }
}

/// With an offset of nine bits: unscaled, indexed, unprivileged.
fn near(word: u32) -> Option<u32> {
    let access = single(word)?;
    let loaded = access.written(word);
    match bits(word, 10, 2) {
        0 => Some(loaded),
        2 => (bits(word, 26, 1) == 0 && access != Access::Prefetch).then_some(loaded),
        _ => (access != Access::Prefetch).then(|| loaded | base(word)),
    }
}

/// With a register for an offset, authenticated loads, atomics.
fn far(word: u32) -> Option<u32> {
    match bits(word, 10, 2) {
        0 if bits(word, 26, 1) == 0 => atomic(word),
        2 if bits(word, 14, 1) != 0 => single(word).map(|access| access.written(word)),
        // ldraa, ldrab.
        1 | 3 if word >> 24 == 0xf8 => Some(rd(word) | if bits(word, 11, 1) != 0 { base(word) } else { 0 }),
        _ => None,
    }
}

/// Atomics of memory: the old value is loaded.
fn atomic(word: u32) -> Option<u32> {
    let (size, order, source) = (bits(word, 30, 2), bits(word, 22, 2), bits(word, 16, 5));
    match bits(word, 12, 4) {
        // ldadd and its like, swp.
        0..=8 => Some(rd(word)),
        // st64b, ld64b and the stores with a status.
        9 if size == 3 && order == 0 => (source == 31 && is_eight(word)).then_some(0),
        10 | 11 if size == 3 && order == 0 => is_eight(word).then(|| gpr(word, 16)),
        13 if size == 3 && order == 0 => (source == 31 && is_eight(word)).then(|| 0xff << (word & 31)),
        // rcwclr, rcwswp, rcwset.
        9..=11 if size < 2 => Some(rd(word)),
        // ldapr.
        12 if order == 2 && source == 31 => Some(rd(word)),
        _ => None,
    }
}

/// Whether the lowest field can be the first of eight registers.
fn is_eight(word: u32) -> bool {
    word & 1 == 0 && word & 31 <= 22
}

/// Exclusive and ordered accesses, compare and swap.
fn exclusive(word: u32) -> Option<u32> {
    let (size, is_load) = (bits(word, 30, 2), bits(word, 22, 1) != 0);
    let (status, second, loaded) = (gpr(word, 16), gpr(word, 10), rd(word));
    let has_no_second = bits(word, 10, 5) == 31;
    match (bits(word, 23, 1), bits(word, 21, 1)) {
        (0, 0) => Some(if is_load { loaded } else { status }),
        (0, _) if size >= 2 => Some(if is_load { loaded | second } else { status }),
        // casp: two pairs.
        (0, _) => (has_no_second && word & 0x0001_0001 == 0).then(|| status | gpr(word + (1 << 16), 16)),
        (_, 0) => Some(if is_load { loaded } else { 0 }),
        // cas.
        _ => has_no_second.then_some(status),
    }
}

fn literal(word: u32) -> Option<u32> {
    match (bits(word, 26, 1), bits(word, 30, 2)) {
        (0, 3) => Some(0),
        (0, _) => Some(rd(word)),
        (_, 3) => None,
        _ => Some(0),
    }
}

fn pair(word: u32) -> Option<u32> {
    let (size, is_vector, is_load) = (bits(word, 30, 2), bits(word, 26, 1) != 0, bits(word, 22, 1) != 0);
    let indexing = bits(word, 23, 2);
    // Without a temporal hint: no stgp, no ldpsw.
    if size == 3 || indexing == 0 && !is_vector && size == 1 {
        return None;
    }
    let loaded = if is_load && !is_vector { rd(word) | gpr(word, 10) } else { 0 };
    Some(loaded | if indexing & 1 != 0 { base(word) } else { 0 })
}

/// Structures of vectors: only indexing writes a general register.
fn structures(word: u32) -> Option<u32> {
    if word >> 31 != 0 {
        return None;
    }
    // ldap1, stl1.
    if word & 0xbfbf_fc00 == 0x0d01_8400 {
        return Some(0);
    }
    let is_indexed = bits(word, 23, 1) != 0;
    let is_known = if bits(word, 24, 1) == 0 { many_structures(word) } else { one_structure(word) };
    let has_no_index = bits(word, 16, 5) == 0;
    (is_known && (is_indexed || has_no_index)).then(|| if is_indexed { base(word) } else { 0 })
}

fn many_structures(word: u32) -> bool {
    let has_whole_vectors = bits(word, 30, 1) != 0 || bits(word, 10, 2) != 3;
    bits(word, 21, 1) == 0
        && match bits(word, 12, 4) {
            0 | 4 | 8 => has_whole_vectors,
            2 | 6 | 7 | 10 => true,
            _ => false,
        }
}

fn one_structure(word: u32) -> bool {
    let (is_load, op) = (bits(word, 22, 1) != 0, bits(word, 13, 3));
    let (s, size) = (bits(word, 12, 1), bits(word, 10, 2));
    match op {
        0 | 1 => true,
        2 | 3 => size & 1 == 0,
        4 | 5 => size == 0 || size == 1 && s == 0,
        _ => is_load && s == 0,
    }
}

/// Ordered accesses of vector registers with an unscaled offset, and the other half of memory copies.
fn ordered_vector(word: u32) -> Option<u32> {
    if word >> 30 == 0 && bits(word, 21, 1) == 0 && bits(word, 10, 2) == 1 {
        return copies(word);
    }
    let is_known = bits(word, 21, 1) == 0 && bits(word, 10, 2) == 2;
    (is_known && (bits(word, 22, 2) < 2 || bits(word, 30, 2) == 0)).then_some(0)
}

/// Ordered accesses with an unscaled offset, memory copies, tags, 128-bit atomics.
fn ordered(word: u32) -> Option<u32> {
    let (size, op) = (bits(word, 30, 2), bits(word, 22, 2));
    match (bits(word, 21, 1), bits(word, 10, 2)) {
        (0, 0) => match (size, op) {
            (_, 0) => Some(0),
            (_, 1) | (0..=2, 2) | (0..=1, 3) => Some(rd(word)),
            _ => None,
        },
        (0, 1) if size == 0 => copies(word),
        (0, 2) => ordered_pair(word),
        // gcsstr, gcssttr.
        (0, 3) if word & 0xffff_ec00 == 0xd91f_0c00 => Some(0),
        (1, low) if size == 3 => tags(word, low),
        (1, low) if size < 2 => wide_atomic(word, low),
        _ => None,
    }
}

/// `cpy` and `set` in their parts: addresses and counts are written back.
fn copies(word: u32) -> Option<u32> {
    let (dest, count, source) = (word & 31, bits(word, 5, 5), bits(word, 16, 5));
    let is_distinct = dest != count && count != source && dest != source;
    let moved = rd(word) | gpr(word, 5);
    if bits(word, 22, 2) == 3 {
        let is_known = bits(word, 14, 2) < 3 && dest != 31 && is_distinct;
        return is_known.then_some(moved);
    }
    (is_distinct && dest != 31 && source != 31).then(|| moved | gpr(word, 16))
}

/// `stilp`, `ldiapp`, and `stlr`, `ldapr` with indexing.
fn ordered_pair(word: u32) -> Option<u32> {
    let (size, is_load) = (bits(word, 30, 2), bits(word, 22, 1) != 0);
    if size < 2 {
        return None;
    }
    if bits(word, 23, 1) != 0 {
        return (bits(word, 12, 9) == 0).then(|| base(word) | if is_load { rd(word) } else { 0 });
    }
    let loaded = if is_load { rd(word) | gpr(word, 16) } else { 0 };
    match bits(word, 12, 4) {
        0 => Some(loaded | base(word)),
        1 => Some(loaded),
        _ => None,
    }
}

/// Memory tags.
fn tags(word: u32, low: u32) -> Option<u32> {
    let op = bits(word, 22, 2);
    let has_no_offset = bits(word, 12, 9) == 0;
    match (op, low) {
        // ldg.
        (1, 0) => Some(rd(word)),
        // ldgm.
        (3, 0) => has_no_offset.then(|| rd(word)),
        // stzgm, stgm.
        (_, 0) => has_no_offset.then_some(0),
        (_, 2) => Some(0),
        _ => Some(base(word)),
    }
}

/// Atomics of pairs, and those that check the old value (`rcw`).
fn wide_atomic(word: u32, low: u32) -> Option<u32> {
    let is_first = bits(word, 30, 1) == 0;
    match (low, bits(word, 12, 4)) {
        // rcwcas.
        (2, 0) => Some(gpr(word, 16)),
        // rcwcasp.
        (3, 0) => (word & 0x0001_0001 == 0).then(|| gpr(word, 16) | gpr(word + (1 << 16), 16)),
        // ldclrp, ldsetp, swpp: neither register may be the zero register.
        (0, 1 | 3 | 8) if is_first => two(word),
        // rcwclrp, rcwswpp, rcwsetp.
        (0, 9..=11) => two(word),
        _ => None,
    }
}

fn two(word: u32) -> Option<u32> {
    (word & 31 != 31 && bits(word, 16, 5) != 31).then(|| rd(word) | gpr(word, 16))
}
