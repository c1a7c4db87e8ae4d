// SPDX-License-Identifier: GPL-2.0-only

//! Effects of arithmetic: on immediates, and on registers.

use super::Effect;
use super::Effects;
use crate::arm64::LR;
use crate::arm64::SP;
use crate::arm64::bits;
use crate::arm64::decode::bitmask::bitmask;

/// The zero register, where `sp` is not meant.
const ZERO: u8 = 31;

/// `add`, `sub`, `and`, `mov` with an immediate, over 64 bits.
pub(super) fn immediate(word: u32, out: &mut Effects) {
    let (dest, base) = (rd(word), rn(word));
    match bits(word, 23, 9) {
        // add, sub; shifted by 12 or not.
        0b1_0010_0010 | 0b1_1010_0010 => {
            let value = (bits(word, 10, 12) << (12 * bits(word, 22, 1))) as i32;
            let offset = if bits(word, 30, 1) == 0 { value } else { -value };
            out.push(Effect::Add { dest, base, offset });
        }
        // adds, subs.
        0b1_0110_0010 | 0b1_1110_0010 if dest != ZERO => {
            let value = (bits(word, 10, 12) << (12 * bits(word, 22, 1))) as i32;
            let offset = if bits(word, 30, 1) == 0 { value } else { -value };
            out.push(Effect::Add { dest, base, offset });
        }
        // and.
        0b1_0010_0100 => align(word, dest, base, out),
        // orr with the zero register.
        0b1_0110_0100 if base == ZERO => {
            if let Some(value) = bitmask(word).and_then(|value| i32::try_from(value as i64).ok()) {
                out.push(Effect::Const { dest, value });
            }
        }
        // movn, movz, movk.
        0b1_0010_0101 => constant(dest, !wide(word), out),
        0b1_1010_0101 => constant(dest, wide(word), out),
        0b1_1110_0101 if dest != ZERO => {
            let shift = (16 * bits(word, 21, 2)) as u8;
            out.push(Effect::Insert { dest, value: bits(word, 5, 16) as u16, shift });
        }
        // movz over 32 bits.
        0b0_1010_0101 if bits(word, 22, 1) == 0 => constant(dest, wide(word), out),
        _ => {}
    }
}

/// `mov`, `add` and `sub` of registers over 64 bits; signing and stripping of `x30`.
pub(super) fn register(word: u32, out: &mut Effects) {
    let (dest, base, index) = (rd(word), rn(word), bits(word, 16, 5) as u8);
    let is_sub = bits(word, 30, 1) != 0;
    match bits(word, 21, 11) {
        // orr, not shifted, with the zero register.
        0b101_0101_0000 if bits(word, 10, 6) == 0 && base == ZERO && dest != ZERO => out.push(match index {
            ZERO => Effect::Const { dest, value: 0 },
            _ => Effect::Add { dest, base: index, offset: 0 },
        }),
        // add, sub, shifted to the left.
        0b100_0101_1000 | 0b110_0101_1000 if dest != ZERO && base != ZERO && index != ZERO => {
            out.push(Effect::AddReg { dest, base, index, shift: bits(word, 10, 6) as u8, is_sub });
        }
        // add, sub, extended; of the ways to extend, those that keep all 64 bits.
        0b100_0101_1001 | 0b110_0101_1001 if index != ZERO && bits(word, 13, 2) == 3 && bits(word, 10, 3) <= 4 => {
            out.push(Effect::AddReg { dest, base, index, shift: bits(word, 10, 3) as u8, is_sub });
        }
        0b110_1101_0110 if dest == LR && index == 1 => sign(word, base, out),
        _ => {}
    }
}

/// `pacia`, `pacib`, `autia`, `autib`, their forms with a modifier of zero, and `xpaci`, all of `x30`; and the forms whose
/// second modifier is an address.
fn sign(word: u32, base: u8, out: &mut Effects) {
    let with_sp = base == SP;
    match bits(word, 10, 6) {
        0 | 1 => out.push(Effect::Sign { with_sp }),
        4 | 5 => out.push(Effect::Auth { with_sp }),
        8 | 9 if base == ZERO => out.push(Effect::Sign { with_sp: false }),
        12 | 13 if base == ZERO => out.push(Effect::Auth { with_sp: false }),
        16 if base == ZERO => out.push(Effect::Strip),
        32 | 33 | 40 | 41 if base == ZERO => out.push(Effect::Sign { with_sp: true }),
        36 | 37 => out.push(Effect::Auth { with_sp: true }),
        _ => {}
    }
}

/// Masks that are ones above zeros.
fn align(word: u32, dest: u8, base: u8, out: &mut Effects) {
    let Some(mask) = bitmask(word) else { return };
    let zeros = mask.trailing_zeros();
    if base != ZERO && zeros > 0 && mask == u64::MAX << zeros {
        out.push(Effect::Align { dest, base, zeros: zeros as u8 });
    }
}

fn constant(dest: u8, value: u64, out: &mut Effects) {
    if let Ok(value) = i32::try_from(value as i64)
        && dest != ZERO
    {
        out.push(Effect::Const { dest, value });
    }
}

/// The operand of `movz` and its like.
fn wide(word: u32) -> u64 {
    u64::from(bits(word, 5, 16)) << (16 * bits(word, 21, 2))
}

fn rd(word: u32) -> u8 {
    bits(word, 0, 5) as u8
}

fn rn(word: u32) -> u8 {
    bits(word, 5, 5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm64::FP;
    use crate::arm64::stack_ops::effects;

    fn of(word: u32) -> Vec<Effect> {
        effects(word).to_vec()
    }

    #[test]
    fn stack_pointer_moves_by_constants() {
        assert_eq!(of(0xd100_83ff), [Effect::Add { dest: SP, base: SP, offset: -32 }], "sub sp, sp, #32");
        assert_eq!(of(0x9140_07ff), [Effect::Add { dest: SP, base: SP, offset: 4096 }], "add sp, sp, #1, lsl #12");
        assert_eq!(of(0x9100_43fd), [Effect::Add { dest: FP, base: SP, offset: 16 }], "add x29, sp, #16");
        assert_eq!(of(0x9100_03bf), [Effect::Add { dest: SP, base: FP, offset: 0 }], "mov sp, x29");
        assert_eq!(of(0xaa09_03fe), [Effect::Add { dest: LR, base: 9, offset: 0 }], "mov x30, x9");
        assert_eq!(of(0xf100_43ff), [], "cmp sp, #16");
        assert_eq!(of(0xb100_43fd), [Effect::Add { dest: FP, base: SP, offset: 16 }], "adds x29, sp, #16");
        assert_eq!(of(0x1100_43fd), [Effect::Clobber { dest: FP }], "add w29, wsp, #16");
    }

    #[test]
    fn stack_pointer_moves_by_registers() {
        let add = |index, shift, is_sub| Effect::AddReg { dest: SP, base: SP, index, shift, is_sub };
        assert_eq!(of(0xcb30_63ff), [add(16, 0, true)], "sub sp, sp, x16");
        assert_eq!(of(0x8b30_6fff), [add(16, 3, false)], "add sp, sp, x16, lsl #3");
        assert_eq!(of(0xcb30_43ff), [Effect::Clobber { dest: SP }], "sub sp, sp, w16, uxtw");
        assert_eq!(of(0xeb30_63ff), [], "cmp sp, x16");
    }

    #[test]
    fn stack_pointer_is_aligned() {
        assert_eq!(of(0x927b_e93f), [Effect::Align { dest: SP, base: 9, zeros: 5 }], "and sp, x9, #-32");
        assert_eq!(of(0x9240_053f), [Effect::Clobber { dest: SP }], "and sp, x9, #3");
    }

    #[test]
    fn constants_are_known() {
        assert_eq!(of(0xd282_4610), [Effect::Const { dest: 16, value: 0x1230 }], "mov x16, #0x1230");
        assert_eq!(of(0x5282_4610), [Effect::Const { dest: 16, value: 0x1230 }], "mov w16, #0x1230");
        assert_eq!(of(0x9280_0010), [Effect::Const { dest: 16, value: -1 }], "mov x16, #-1");
        assert_eq!(of(0xf2a0_0030), [Effect::Insert { dest: 16, value: 1, shift: 16 }], "movk x16, #1, lsl #16");
        assert_eq!(of(0xb27c_03f0), [Effect::Const { dest: 16, value: 16 }], "mov x16, #16 by orr");
        assert_eq!(of(0xd280_001d), [Effect::Const { dest: FP, value: 0 }], "mov x29, #0");
        assert_eq!(of(0xaa1f_03fd), [Effect::Const { dest: FP, value: 0 }], "mov x29, xzr");
    }
}
