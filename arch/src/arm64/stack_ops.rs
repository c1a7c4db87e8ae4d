// SPDX-License-Identifier: GPL-2.0-only

//! What an instruction does to the frame: to the stack pointer, the frame pointer, the return address and the registers
//! that a function must give back.

mod arithmetic;
mod memory;

use super::FP;
use super::LR;
use super::SP;
use super::decode::Class;
use super::decode::class;
use super::decode::hint::Hint;
use super::written::written;
use std::ops::Deref;

/// Number of `d0`; the other vector registers follow. Only their low 64 bits matter to a caller.
pub const D0: u8 = 32;

/// One effect of an instruction.
///
/// Registers are 0 to 30 for `x0` to `x30`, 31 for `sp`, and [`D0`]` + n`. The zero register never appears. Offsets and
/// constants are in bytes, over 64 bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// `dest = base + offset`: `add`, `sub` with an immediate, `mov`, and what pre- and post-indexing does to its base.
    Add {
        /// Register written.
        dest: u8,
        /// Register read.
        base: u8,
        /// Bytes.
        offset: i32,
    },
    /// `dest = base + (index << shift)`, or minus if `is_sub`.
    AddReg {
        /// Register written.
        dest: u8,
        /// Register read.
        base: u8,
        /// Register read, never `sp`.
        index: u8,
        /// Bits to shift by.
        shift: u8,
        /// Subtracts.
        is_sub: bool,
    },
    /// `dest = base` with its lowest `zeros` bits cleared.
    Align {
        /// Register written.
        dest: u8,
        /// Register read.
        base: u8,
        /// How many bits are cleared.
        zeros: u8,
    },
    /// `dest = value`: `mov` of a constant that fits.
    Const {
        /// Register written.
        dest: u8,
        /// Sign-extended to 64 bits.
        value: i32,
    },
    /// `movk`: replaces 16 bits.
    Insert {
        /// Register written.
        dest: u8,
        /// The bits.
        value: u16,
        /// Where the lowest of them goes.
        shift: u8,
    },
    /// `[base + offset] = reg`, 64 bits of it.
    Save {
        /// Register stored: `x19` to `x30`, `d8` to `d15`.
        reg: u8,
        /// Register of the address.
        base: u8,
        /// Bytes.
        offset: i32,
    },
    /// `reg = [base + offset]`, 64 bits.
    Load {
        /// Register loaded: `x19` to `x30`, `d8` to `d15`.
        reg: u8,
        /// Register of the address.
        base: u8,
        /// Bytes.
        offset: i32,
    },
    /// `dest` gets a value that the instruction alone does not tell. Only for `x29`, `x30` and `sp`.
    Clobber {
        /// Register written.
        dest: u8,
    },
    /// The return address in `x30` is signed from here on.
    Sign {
        /// The modifier is `sp`, else zero or a register.
        with_sp: bool,
    },
    /// The return address in `x30` is no longer signed; `retaa` and its like do this, too.
    Auth {
        /// As in [`Effect::Sign`].
        with_sp: bool,
    },
    /// The signature is taken off `x30` without looking at it (`xpaclri`, `xpaci x30`).
    Strip,
}

const _: () = assert!(size_of::<Effect>() <= 8);

/// The effects of one instruction, to be applied in order.
///
/// A load into the base register of another load comes after that one. A call's write to `x30` is not among them: it is
/// what [`Class`] says. Writes to other registers than `x29`, `x30` and `sp` are here only as far as they can be told
/// exactly; [`written`] has all of them.
#[derive(Debug, Clone, Copy)]
pub struct Effects {
    items: [Effect; 3],
    len: u8,
}

impl Effects {
    const NONE: Self = Self { items: [Effect::Strip; 3], len: 0 };

    fn push(&mut self, effect: Effect) {
        if let Some(slot) = self.items.get_mut(usize::from(self.len)) {
            *slot = effect;
            self.len += 1;
        }
    }
}

impl Deref for Effects {
    type Target = [Effect];

    fn deref(&self) -> &[Effect] {
        self.items.get(..usize::from(self.len)).unwrap_or_default()
    }
}

/// The effects of `word`.
///
/// Every write to `x29`, `x30` and `sp` appears, as [`Effect::Clobber`] if it is nothing better. Words that are not
/// allocated have none.
pub fn effects(word: u32) -> Effects {
    let mut out = Effects::NONE;
    match word >> 25 & 15 {
        0b1000 | 0b1001 => arithmetic::immediate(word, &mut out),
        0b0101 | 0b1101 => arithmetic::register(word, &mut out),
        0b1010 | 0b1011 => control(word, &mut out),
        0b0100 | 0b0110 | 0b1100 | 0b1110 => memory::effects(word, &mut out),
        _ => {}
    }
    if out.len == 0 {
        clobbers(word, &mut out);
    }
    out
}

/// Signing and authentication by hints and returns.
fn control(word: u32, out: &mut Effects) {
    match class(word) {
        Class::Hint(Hint::SignLr(signing)) => out.push(Effect::Sign { with_sp: signing.with_sp }),
        Class::Hint(Hint::AuthLr(signing)) => out.push(Effect::Auth { with_sp: signing.with_sp }),
        Class::Hint(Hint::StripLr) => out.push(Effect::Strip),
        Class::Return { is_auth: true, .. } => out.push(Effect::Auth { with_sp: true }),
        _ => {}
    }
}

/// What is written to the registers of the frame and has no effect of its own.
fn clobbers(word: u32, out: &mut Effects) {
    let all = written(word) & (1 << FP | 1 << LR | 1 << SP);
    if all == 0 || matches!(class(word), Class::Branch(_) | Class::CallReg { .. }) {
        return;
    }
    for dest in FP..=SP {
        if all & 1 << dest != 0 {
            out.push(Effect::Clobber { dest });
        }
    }
}

/// Whether a caller wants this register back, or the unwinder needs it.
const fn is_kept(reg: u8) -> bool {
    matches!(reg, 19..=LR | 40..=47)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(word: u32) -> Vec<Effect> {
        effects(word).to_vec()
    }

    #[test]
    fn return_addresses_are_signed_and_authenticated() {
        assert_eq!(of(0xd503_233f), [Effect::Sign { with_sp: true }], "paciasp");
        assert_eq!(of(0xd503_239f), [Effect::Auth { with_sp: false }], "autiaz");
        assert_eq!(of(0xd503_20ff), [Effect::Strip], "xpaclri");
        assert_eq!(of(0xd65f_0bff), [Effect::Auth { with_sp: true }], "retaa");
        assert_eq!(of(0xdac1_0bfe), [Effect::Clobber { dest: LR }], "pacda x30, sp: no code key");
        assert_eq!(of(0xdac1_03fe), [Effect::Sign { with_sp: true }], "pacia x30, sp");
        assert_eq!(of(0xdac1_43fe), [Effect::Strip], "xpaci x30");
        assert_eq!(of(0xdac1_03e0), [], "pacia x0, sp");
    }

    #[test]
    fn writes_of_unknown_values_are_seen() {
        assert_eq!(of(0xd53b_e05d), [Effect::Clobber { dest: FP }], "mrs x29, cntvct_el0");
        assert_eq!(of(0x9a82_003e), [Effect::Clobber { dest: LR }], "csel x30, x1, x2, eq");
        assert_eq!(of(0x9ac0_103f), [Effect::Clobber { dest: SP }], "irg sp, x1, x0");
        assert_eq!(of(0xaa01_03ff), [], "mov xzr, x1");
        assert_eq!(of(0x9400_0000), [], "bl: its class says so");
        assert_eq!(of(0xd63f_0000), [], "blr x0");
    }
}
