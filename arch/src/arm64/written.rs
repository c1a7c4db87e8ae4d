// SPDX-License-Identifier: GPL-2.0-only

//! Which general registers a word writes, and whether it is an instruction at all.
//!
//! Integer, branch, system and memory encodings follow the tables of the architecture's chapter on encodings, up to what
//! the reference disassembler knows. Vector encodings count as allocated as far as their group is.

mod memory;
mod register;
mod system;
mod vector;

use super::bits;
use super::decode::bitmask::bitmask;

/// The general registers that `word` writes: bit `n` for `xn`, bit 31 for `sp`. None if it is not allocated.
///
/// A write of `wn` is one of `xn`. Calls write `x30`.
pub fn written(word: u32) -> u32 {
    outcome(word).unwrap_or(0)
}

/// Whether `word` is an instruction. The permanently undefined `udf` is.
pub fn is_allocated(word: u32) -> bool {
    outcome(word).is_some()
}

/// What is written, or `None` for a word that is not allocated.
fn outcome(word: u32) -> Option<u32> {
    match bits(word, 25, 4) {
        0 => reserved(word),
        0b0010 => vector::scalable(word),
        0b1000 | 0b1001 => immediate(word),
        0b1010 | 0b1011 => system::branches(word),
        0b0100 | 0b0110 | 0b1100 | 0b1110 => memory::memory(word),
        0b0101 | 0b1101 => register::register(word),
        0b0111 | 0b1111 => vector::vector(word),
        _ => None,
    }
}

/// `udf`, and the matrix instructions.
fn reserved(word: u32) -> Option<u32> {
    if word >> 31 != 0 { vector::matrix(word) } else { (word >> 16 == 0).then_some(0) }
}

/// Arithmetic with an immediate.
fn immediate(word: u32) -> Option<u32> {
    let is_wide = word >> 31 != 0;
    let (op, n) = (bits(word, 29, 2), bits(word, 22, 1));
    match bits(word, 23, 3) {
        0 | 1 => Some(rd(word)),
        2 => Some(if op & 1 == 0 { rd_sp(word) } else { rd(word) }),
        // addg, subg.
        3 if n == 0 => (is_wide && op & 1 == 0).then(|| rd_sp(word)),
        // smax, umax, smin, umin.
        3 => (op == 0 && bits(word, 18, 4) < 4).then(|| rd(word)),
        4 => bitmask(word).map(|_| if op == 3 { rd(word) } else { rd_sp(word) }),
        // movn, movz, movk.
        5 => (op != 1 && (is_wide || n == 0)).then(|| rd(word)),
        // sbfm, bfm, ubfm.
        6 => (op != 3 && (n == 1) == is_wide && (is_wide || word & 0x0020_8000 == 0)).then(|| rd(word)),
        // autiasppc, autibsppc.
        _ if is_wide && op == 3 => (bits(word, 22, 1) == 0 && word & 31 == 31).then_some(1 << super::LR),
        // extr.
        _ => {
            let is_extract = op == 0 && bits(word, 21, 1) == 0 && (n == 1) == is_wide;
            (is_extract && (is_wide || word & 0x8000 == 0)).then(|| rd(word))
        }
    }
}

/// The register in the field at bit `from`, where 31 is the zero register.
fn gpr(word: u32, from: u32) -> u32 {
    1 << bits(word, from, 5) & !(1 << super::SP)
}

/// The register in the lowest field, where 31 is the zero register.
fn rd(word: u32) -> u32 {
    gpr(word, 0)
}

/// The register in the lowest field, where 31 is `sp`.
fn rd_sp(word: u32) -> u32 {
    1 << bits(word, 0, 5)
}

/// The base register in the second field, where 31 is `sp`.
fn base(word: u32) -> u32 {
    1 << bits(word, 5, 5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_of_immediates() {
        assert_eq!(written(0x9100_43ff), 1 << 31, "add sp, sp, #16");
        assert_eq!(written(0xf100_43ff), 0, "cmp sp, #16");
        assert_eq!(written(0x927c_ec1f), 1 << 31, "and sp, x0, #-16");
        assert_eq!(written(0xf240_001f), 0, "tst x0, #1");
        assert_eq!(written(0x9000_001e), 1 << 30, "adrp x30");
        assert_eq!(written(0xd280_001f), 0, "mov xzr, #0");
        assert!(!is_allocated(0x1240_0000) && !is_allocated(0x52c0_0000) && !is_allocated(0x1380_8000));
    }

    #[test]
    fn undefined_is_an_instruction_and_rubbish_is_not() {
        assert!(is_allocated(0) && is_allocated(0xffff));
        assert!(!is_allocated(0x0001_0000) && !is_allocated(0x0200_0000));
    }
}
