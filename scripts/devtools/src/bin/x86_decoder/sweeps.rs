// SPDX-License-Identifier: GPL-2.0-only

//! Encodings made up systematically and at random.

use crate::original::Checker;

const PREFIXES: &[&[u8]] = &[
    &[],
    &[0x66],
    &[0xf3],
    &[0xf2],
    &[0x67],
    &[0xf0],
    &[0x2e],
    &[0x3e],
    &[0x65],
    &[0x66, 0xf3],
    &[0xf3, 0x66],
    &[0x66, 0xf2],
    &[0xf2, 0xf3],
    &[0xf3, 0xf2],
    &[0x66, 0x67],
    &[0x3e, 0x3e, 0x66],
    &[0x66, 0x66, 0x2e],
    &[0xf3, 0x3e, 0xf3],
    &[0x66, 0xf3, 0x67, 0x3e],
    &[0x26, 0x2e, 0x36, 0x3e],
    &[0xf3, 0x2e, 0x36, 0x3e, 0xf3],
    &[0x3e, 0x66, 0xf2, 0x64, 0x66],
    &[0x26, 0x2e, 0x36, 0x3e, 0x65],
    &[0x0f, 0x0b, 0x78, 0x65, 0x6e],
    &[0x0f, 0x0b, 0x6b, 0x76, 0x6d],
];

const ESCAPES: &[&[u8]] = &[&[], &[0x0f], &[0x0f, 0x38], &[0x0f, 0x3a]];

/// SIB bytes: with and without index and base, rsp, rbp and r12/r13 as base.
const SIBS: [u8; 8] = [0x24, 0x25, 0x65, 0x20, 0x64, 0xe4, 0x05, 0x7f];

/// REX prefixes, REX2 prefixes and pairs.
fn rexes() -> Vec<Vec<u8>> {
    let mut all = vec![vec![]];
    all.extend((0x40..=0x4f).map(|rex| vec![rex]));
    all.extend([0x00, 0x08, 0x3e, 0x80, 0x8f, 0xff].map(|payload| vec![0xd5, payload]));
    all.push(vec![0x48, 0x48]);
    all.push(vec![0x48, 0xd5]);
    all
}

/// A generator of pseudo-random numbers that is the same everywhere (splitmix64).
pub struct Random(pub u64);

impl Random {
    /// The next number.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }
}

/// Puts parts together and fills the rest with numbers that are negative, positive and zero in turn.
fn encode(parts: &[&[u8]], random: &mut Random) -> [u8; 16] {
    let mut bytes = random.next().to_le_bytes().repeat(2);
    let mut at = 0;
    for part in parts {
        for &byte in *part {
            if let Some(slot) = bytes.get_mut(at) {
                *slot = byte;
            }
            at += 1;
        }
    }
    if random.next() & 3 == 0 {
        bytes.iter_mut().skip(at).for_each(|byte| *byte = 0);
    }
    let mut code = [0; 16];
    code.copy_from_slice(&bytes[..16]);
    code
}

/// Every opcode of the one-, two- and three-byte maps with every ModRM byte under combinations of prefixes.
pub fn plain(checker: &mut Checker, is_quick: bool) -> Result<(), String> {
    let mut random = Random(0);
    for (number, prefixes) in PREFIXES.iter().enumerate() {
        for (rex_number, rex) in rexes().iter().enumerate() {
            for escape in ESCAPES {
                for op in 0..=255 {
                    let step = if is_quick && number > 3 && rex_number > 1 { 37 } else { 1 };
                    for modrm in (0..=255).step_by(step) {
                        let seed = random.next();
                        let sib = SIBS[seed as usize % 8];
                        let code = encode(&[prefixes, rex, escape, &[op, modrm, sib]], &mut random);
                        checker.check(seed & 8 != 0, seed & 16 != 0, &code)?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// VEX, EVEX and XOP prefixes with every map, `pp`, W and opcode.
pub fn vex(checker: &mut Checker) -> Result<(), String> {
    let mut random = Random(1);
    for before in [&[][..], &[0x66], &[0xf3], &[0x48], &[0x66, 0x48], &[0x67], &[0x0f, 0x0b, 0x78, 0x65, 0x6e]] {
        for second in 0..=255 {
            for third in (0..=255).filter(|third| third & 0x78 == 0 || third & 0x7c == 0x78) {
                for first in [0xc4, 0xc5, 0x62, 0x8f] {
                    for op in 0..=255 {
                        let modrm = random.next() as u8;
                        let fourth = random.next() as u8;
                        let sib = SIBS[modrm as usize % 8];
                        let code = match first {
                            0x62 => encode(&[before, &[first, second, third, fourth, op, modrm, sib]], &mut random),
                            0xc5 => encode(&[before, &[first, second, op, modrm, sib]], &mut random),
                            _ => encode(&[before, &[first, second, third, op, modrm, sib]], &mut random),
                        };
                        checker.check(false, false, &code)?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// Encodings that end too early.
pub fn truncated(checker: &mut Checker) -> Result<(), String> {
    let mut random = Random(2);
    for prefixes in PREFIXES {
        for rex in [&[][..], &[0x41], &[0x48], &[0xd5, 0x08], &[0xd5, 0x80], &[0xc4], &[0xc5], &[0x62], &[0x8f]] {
            for escape in ESCAPES {
                for op in 0..=255 {
                    for modrm in [0x00, 0x05, 0x44, 0x84, 0x8c, 0xc0, 0xd0] {
                        let code = encode(&[prefixes, rex, escape, &[op, modrm, 0x25]], &mut random);
                        for n in 0..16 {
                            checker.check(true, true, &code[..n])?;
                        }
                    }
                }
            }
        }
    }
    Ok(())
}

/// Random bytes, half of them behind bytes that make longer instructions likely.
pub fn random(checker: &mut Checker, seed: u64, n: u64) -> Result<(), String> {
    let mut random = Random(seed.wrapping_mul(0x1234_5678_9abc_def1));
    const STARTS: [u8; 24] = [
        0x66, 0xf3, 0xf2, 0x67, 0x3e, 0x2e, 0xf0, 0x48, 0x4c, 0x49, 0x41, 0x0f, 0xc4, 0xc5, 0x62, 0x8f, 0xd5, 0xff,
        0x89, 0x8b, 0x8d, 0x83, 0x81, 0xc7,
    ];
    for i in 0..n {
        let mut code = [0; 16];
        for chunk in code.chunks_exact_mut(8) {
            chunk.copy_from_slice(&random.next().to_le_bytes());
        }
        for byte in code.iter_mut().take((i % 6) as usize) {
            *byte = STARTS[*byte as usize % STARTS.len()];
        }
        let choice = random.next();
        let n = if choice & 0xf00 == 0 { (choice >> 16) as usize % 17 } else { 16 };
        checker.check(choice & 1 != 0, choice & 2 != 0, &code[..n])?;
    }
    Ok(())
}
