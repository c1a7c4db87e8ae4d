// SPDX-License-Identifier: GPL-2.0-only

//! Scalable instructions, as far as they matter to the stack: those that move `sp`, measure vectors, and spill registers.
//!
//! yaxpeax-arm knows no scalable instruction. All others are shown as words.

use super::super::bits;
use super::super::signed;
use super::register;
use super::register_or_sp;

/// The text of an allocated word, if it is one of these.
pub(super) fn text(word: u32) -> Option<String> {
    let low = word & 31;
    let count = signed(bits(word, 5, 6), 6);
    match word & 0xffe0_f800 {
        0x0420_5000 | 0x0460_5000 | 0x0420_5800 | 0x0460_5800 => {
            let name = match (bits(word, 22, 1), bits(word, 11, 1)) {
                (0, 0) => "addvl",
                (_, 0) => "addpl",
                (0, _) => "addsvl",
                _ => "addspl",
            };
            Some(format!("{name} {}, {}, #{count}", register_or_sp(low), register_or_sp(bits(word, 16, 5))))
        }
        0x04a0_5000 | 0x04a0_5800 if bits(word, 16, 5) == 31 => {
            let name = if bits(word, 11, 1) == 0 { "rdvl" } else { "rdsvl" };
            Some(format!("{name} {}, #{count}", register(low, true)))
        }
        _ => spill(word),
    }
}

/// `ldr` and `str` of whole vectors and predicates.
fn spill(word: u32) -> Option<String> {
    let name = match bits(word, 22, 10) {
        0b10_0001_0110 => "ldr",
        0b11_1001_0110 => "str",
        _ => return None,
    };
    let reg = match bits(word, 13, 3) {
        0 if bits(word, 4, 1) == 0 => format!("p{}", word & 15),
        2 => format!("z{}", word & 31),
        _ => return None,
    };
    let base = register_or_sp(bits(word, 5, 5));
    Some(match signed(bits(word, 16, 6) << 3 | bits(word, 10, 3), 9) {
        0 => format!("{name} {reg}, [{base}]"),
        offset => format!("{name} {reg}, [{base}, #{offset}, mul vl]"),
    })
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn what_moves_and_measures() {
        let is = |word, expected: &str| assert_eq!(text(word).as_deref(), Some(expected));
        is(0x043f_57ff, "addvl sp, sp, #-1");
        is(0x0460_5020, "addpl x0, x0, #1");
        is(0x0420_5be1, "addsvl x1, x0, #31");
        is(0x04bf_5020, "rdvl x0, #1");
        is(0x04bf_5be0, "rdsvl x0, #31");
        is(0xe580_43e1, "str z1, [sp]");
        is(0x85bf_5fe1, "ldr z1, [sp, #-1, mul vl]");
        is(0xe580_1fe4, "str p4, [sp, #7, mul vl]");
        assert_eq!(text(0x45ce_9135), None);
    }
}
