// SPDX-License-Identifier: GPL-2.0-only

//! Addition and subtraction of an extended register: yaxpeax-arm shows `uxtw` as a shift.

use super::super::bits;
use super::register;

/// Ways to extend, by number.
const EXTENSIONS: [&str; 8] = ["uxtb", "uxth", "uxtw", "uxtx", "sxtb", "sxth", "sxtw", "sxtx"];

/// The text of an allocated word, if it is one of these.
pub(super) fn text(word: u32) -> Option<String> {
    if word & 0x1fe0_0000 != 0x0b20_0000 {
        return None;
    }
    let (is_wide, is_sub, sets_flags) = (word >> 31 != 0, bits(word, 30, 1) != 0, bits(word, 29, 1) != 0);
    let (dest, base, index) = (word & 31, bits(word, 5, 5), bits(word, 16, 5));
    let (option, amount) = (bits(word, 13, 3), bits(word, 10, 3));
    let stack_pointer = |number: u32| match (number, is_wide) {
        (31, true) => "sp".to_owned(),
        (31, false) => "wsp".to_owned(),
        _ => register(number, is_wide),
    };
    let name = match (is_sub, sets_flags, dest) {
        (false, true, 31) => "cmn ".to_owned(),
        (true, true, 31) => "cmp ".to_owned(),
        (false, true, _) => format!("adds {}, ", register(dest, is_wide)),
        (true, true, _) => format!("subs {}, ", register(dest, is_wide)),
        (false, false, _) => format!("add {}, ", stack_pointer(dest)),
        (true, false, _) => format!("sub {}, ", stack_pointer(dest)),
    };
    let has_sp = base == 31 || !sets_flags && dest == 31;
    // With a stack pointer the extension that changes nothing is a shift, and not shown at all if it does not shift.
    let is_plain = has_sp && option == if is_wide { 3 } else { 2 };
    let how = if is_plain { "lsl" } else { EXTENSIONS.get(option as usize).copied().unwrap_or_default() };
    let extension = match (is_plain, amount) {
        (true, 0) => String::new(),
        (false, 0) => format!(", {how}"),
        _ => format!(", {how} #{amount}"),
    };
    Some(format!("{name}{}, {}{extension}", stack_pointer(base), register(index, is_wide && option & 3 == 3)))
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn extensions_are_named() {
        let is = |word, expected: &str| assert_eq!(text(word).as_deref(), Some(expected));
        is(0x8b2b_4c0b, "add x11, x0, w11, uxtw #3");
        is(0xab23_4048, "adds x8, x2, w3, uxtw");
        is(0xeb2c_41bf, "cmp x13, w12, uxtw");
        is(0xcb30_63ff, "sub sp, sp, x16");
        is(0x8b30_6fff, "add sp, sp, x16, lsl #3");
        is(0x0b20_43ff, "add wsp, wsp, w0");
        is(0x8b20_e020, "add x0, x1, x0, sxtx");
        assert_eq!(text(0x8b00_0000), None, "add x0, x0, x0");
    }
}
