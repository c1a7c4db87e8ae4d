// SPDX-License-Identifier: GPL-2.0-only

//! Effects of loads and stores: what is kept in memory, what comes back, and what indexing does to the base.

use super::D0;
use super::Effect;
use super::Effects;
use super::is_kept;
use crate::arm64::SP;
use crate::arm64::bits;
use crate::arm64::signed;
use crate::arm64::written::written;

/// How the address is made.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Indexing {
    /// The base keeps its value.
    Offset,
    /// The base is moved before the access.
    Pre,
    /// The base is moved after the access.
    Post,
}

/// A load or store of whole 64-bit registers.
struct Access {
    is_load: bool,
    indexing: Indexing,
    base: u8,
    offset: i32,
    /// Registers in the order of their places.
    regs: [Option<u8>; 2],
}

/// Effects of a word among the loads and stores.
pub(super) fn effects(word: u32, out: &mut Effects) {
    let access = match bits(word, 27, 3) {
        0b101 => pair(word),
        0b111 => single(word),
        _ => None,
    };
    match access {
        Some(access) => push(&access, out),
        None => indexing(word, out),
    }
}

/// `stp`, `ldp` of `x` and `d` registers.
fn pair(word: u32) -> Option<Access> {
    let indexing = match bits(word, 23, 2) {
        1 => Indexing::Post,
        2 => Indexing::Offset,
        3 => Indexing::Pre,
        _ => return None,
    };
    let first = match (bits(word, 30, 2), bits(word, 26, 1)) {
        (2, 0) => 0,
        (1, 1) => D0,
        _ => return None,
    };
    Some(Access {
        is_load: bits(word, 22, 1) != 0,
        indexing,
        base: bits(word, 5, 5) as u8,
        offset: signed(bits(word, 15, 7), 7) * 8,
        regs: [register(bits(word, 0, 5), first), register(bits(word, 10, 5), first)],
    })
}

/// `str`, `ldr`, `stur`, `ldur` of `x` and `d` registers.
fn single(word: u32) -> Option<Access> {
    let first = match (bits(word, 30, 2), bits(word, 26, 1)) {
        (3, 0) => 0,
        (3, 1) => D0,
        _ => return None,
    };
    let is_load = match bits(word, 22, 2) {
        0 => false,
        1 => true,
        _ => return None,
    };
    let near = signed(bits(word, 12, 9), 9);
    let (indexing, offset) = match (bits(word, 24, 2), bits(word, 21, 1), bits(word, 10, 2)) {
        (0, 0, 0) => (Indexing::Offset, near),
        (0, 0, 1) => (Indexing::Post, near),
        (0, 0, 2) if first == 0 => (Indexing::Offset, near),
        (0, 0, 3) => (Indexing::Pre, near),
        (1, _, _) => (Indexing::Offset, bits(word, 10, 12) as i32 * 8),
        _ => return None,
    };
    let base = bits(word, 5, 5) as u8;
    Some(Access { is_load, indexing, base, offset, regs: [register(bits(word, 0, 5), first), None] })
}

/// The register as effects number it; `None` for the zero register.
fn register(field: u32, first: u8) -> Option<u8> {
    (first == D0 || field != 31).then_some(field as u8 + first)
}

fn push(access: &Access, out: &mut Effects) {
    let &Access { is_load, indexing, base, offset, regs: [one, two] } = access;
    let moved = Effect::Add { dest: base, base, offset };
    let offset = if indexing == Indexing::Offset { offset } else { 0 };
    if indexing == Indexing::Pre {
        out.push(moved);
    }
    let effect = |reg, offset| match is_load {
        true => Effect::Load { reg, base, offset },
        false => Effect::Save { reg, base, offset },
    };
    let one = one.filter(|reg| is_kept(*reg)).map(|reg| effect(reg, offset));
    let two = two.filter(|reg| is_kept(*reg)).map(|reg| effect(reg, offset + 8));
    // What is loaded into the base comes last.
    let is_base_first = matches!(one, Some(Effect::Load { reg, .. }) if reg == base);
    let ordered = if is_base_first { [two, one] } else { [one, two] };
    ordered.into_iter().flatten().for_each(|effect| out.push(effect));
    if indexing == Indexing::Post {
        out.push(moved);
    }
}

/// Pre- and post-indexing of other sizes and registers. What they load into `x29` or `x30` is not known.
fn indexing(word: u32, out: &mut Effects) {
    let base = bits(word, 5, 5) as u8;
    let Some(offset) = index_offset(word) else { return };
    let rest = written(word) & !(1 << base);
    for dest in super::FP..=SP {
        if rest & 1 << dest != 0 {
            out.push(Effect::Clobber { dest });
        }
    }
    out.push(Effect::Add { dest: base, base, offset });
}

/// How far the base moves, for the pairs and single registers that [`pair`] and [`single`] do not take.
fn index_offset(word: u32) -> Option<i32> {
    let is_written = written(word) & 1 << bits(word, 5, 5) != 0;
    match bits(word, 27, 3) {
        0b101 if is_written && bits(word, 23, 1) != 0 => {
            let scale = match (bits(word, 26, 1), bits(word, 30, 2)) {
                (0, 0) => 4,
                // ldpsw; stgp counts granules.
                (0, 1) => {
                    if bits(word, 22, 1) != 0 {
                        4
                    } else {
                        16
                    }
                }
                (0, 2) => 8,
                (1, size @ 0..=2) => 4 << size,
                _ => return None,
            };
            Some(signed(bits(word, 15, 7), 7) * scale)
        }
        0b111 if is_written && bits(word, 24, 2) == 0 && bits(word, 21, 1) == 0 && bits(word, 10, 1) != 0 => {
            Some(signed(bits(word, 12, 9), 9))
        }
        // stg and its like.
        0b011 if is_written && word >> 24 == 0xd9 && bits(word, 21, 1) != 0 && bits(word, 10, 1) != 0 => {
            Some(signed(bits(word, 12, 9), 9) * 16)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm64::FP;
    use crate::arm64::LR;
    use crate::arm64::stack_ops::effects;

    fn of(word: u32) -> Vec<Effect> {
        effects(word).to_vec()
    }

    fn moved(base: u8, offset: i32) -> Effect {
        Effect::Add { dest: base, base, offset }
    }

    #[test]
    fn frame_records_are_pushed_and_popped() {
        let save = |reg, offset| Effect::Save { reg, base: SP, offset };
        let load = |reg, offset| Effect::Load { reg, base: SP, offset };
        assert_eq!(of(0xa9be_7bfd), [moved(SP, -32), save(FP, 0), save(LR, 8)], "stp x29, x30, [sp, #-32]!");
        assert_eq!(of(0xa8c2_7bfd), [load(FP, 0), load(LR, 8), moved(SP, 32)], "ldp x29, x30, [sp], #32");
        assert_eq!(of(0xa901_53f3), [save(19, 16), save(20, 24)], "stp x19, x20, [sp, #16]");
        assert_eq!(of(0xf900_0bf3), [save(19, 16)], "str x19, [sp, #16]");
        assert_eq!(of(0xf81f_0ffe), [moved(SP, -16), save(LR, 0)], "str x30, [sp, #-16]!");
        assert_eq!(of(0xf841_07fe), [load(LR, 0), moved(SP, 16)], "ldr x30, [sp], #16");
        assert_eq!(of(0x6d01_23e9), [save(41, 16), save(40, 24)], "stp d9, d8, [sp, #16]");
        assert_eq!(of(0xfd00_07e8), [save(40, 8)], "str d8, [sp, #8]");
        assert_eq!(of(0xf81f_83be), [Effect::Save { reg: LR, base: FP, offset: -8 }], "stur x30, [x29, #-8]");
        assert_eq!(of(0xa901_7fff), [], "stp xzr, xzr, [sp, #16]");
    }

    #[test]
    fn shadow_call_stack_is_x18() {
        assert_eq!(of(0xf800_865e), [Effect::Save { reg: LR, base: 18, offset: 0 }, moved(18, 8)]);
        assert_eq!(of(0xf85f_8e5e), [moved(18, -8), Effect::Load { reg: LR, base: 18, offset: 0 }]);
    }

    #[test]
    fn base_is_loaded_last() {
        let load = |reg, offset| Effect::Load { reg, base: FP, offset };
        assert_eq!(of(0xa941_7bbd), [load(LR, 24), load(FP, 16)], "ldp x29, x30, [x29, #16]");
    }

    #[test]
    fn other_registers_and_sizes_move_the_base() {
        assert_eq!(of(0xf81f_0fe0), [moved(SP, -16)], "str x0, [sp, #-16]!");
        assert_eq!(of(0xb81f_0fe0), [moved(SP, -16)], "str w0, [sp, #-16]!");
        assert_eq!(of(0xb841_07fe), [Effect::Clobber { dest: LR }, moved(SP, 16)], "ldr w30, [sp], #16");
        assert_eq!(of(0xadbf_07e0), [moved(SP, -32)], "stp q0, q1, [sp, #-32]!");
        assert_eq!(of(0x3c81_07e0), [moved(SP, 16)], "str q0, [sp], #16");
        assert_eq!(of(0xd9bf_ffff), [moved(SP, -16)], "st2g sp, [sp, #-16]!");
        assert_eq!(of(0x4cdf_7be0), [Effect::Clobber { dest: SP }], "ld1 of one register, [sp], #16");
        assert_eq!(of(0xf840_0c1f), [moved(0, 0)], "ldr xzr, [x0, #0]!");
    }

    #[test]
    fn narrow_loads_hide_the_value() {
        assert_eq!(of(0xb940_03fe), [Effect::Clobber { dest: LR }], "ldr w30, [sp]");
        assert_eq!(of(0xf860_6bfe), [Effect::Clobber { dest: LR }], "ldr x30, [sp, x0]");
        assert_eq!(of(0x5800_001e), [Effect::Clobber { dest: LR }], "ldr x30, #0");
        assert_eq!(of(0xc85f_7ffe), [Effect::Clobber { dest: LR }], "ldxr x30, [sp]");
    }
}
