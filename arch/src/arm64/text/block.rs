// SPDX-License-Identifier: GPL-2.0-only

//! Copies and fills of memory: `cpyp`, `setp` and their like, which yaxpeax-arm does not know.

use super::super::bits;
use super::register;

/// Who may access the memory read and written (the lower half of the options), and whether it is cached (the upper half).
const OPTIONS: [&str; 4] = ["", "wt", "rt", "t"];
const HINTS: [&str; 4] = ["", "wn", "rn", "n"];

/// The text of an allocated word, if it is one of these.
pub(super) fn text(word: u32) -> Option<String> {
    if word & 0xfb20_0c00 != 0x1900_0400 {
        return None;
    }
    let (to, length, from) = (word & 31, bits(word, 5, 5), bits(word, 16, 5));
    let (to, length) = (register(to, true), register(length, true));
    let is_full = bits(word, 26, 1) != 0;
    let option = |list: [&'static str; 4], field: u32| list.get(field as usize).copied().unwrap_or_default();
    let stage = |field: u32| option(["p", "m", "e", ""], field);
    if bits(word, 22, 2) == 3 {
        let name = if is_full { "setg" } else { "set" };
        let options = option(["", "t", "n", "tn"], bits(word, 12, 2));
        return Some(format!(
            "{name}{}{options} [{to}]!, {length}!, {}",
            stage(bits(word, 14, 2)),
            register(from, true)
        ));
    }
    let name = if is_full { "cpy" } else { "cpyf" };
    let (options, hints) = (option(OPTIONS, bits(word, 12, 2)), option(HINTS, bits(word, 14, 2)));
    let from = register(from, true);
    Some(format!("{name}{}{options}{hints} [{to}]!, [{from}]!, {length}!", stage(bits(word, 22, 2))))
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn copies_and_fills() {
        let is = |word, expected: &str| assert_eq!(text(word).as_deref(), Some(expected));
        is(0x1d81_0443, "cpye [x3]!, [x1]!, x2!");
        is(0x1d01_4440, "cpypwn [x0]!, [x1]!, x2!");
        is(0x1941_2446, "cpyfmrt [x6]!, [x1]!, x2!");
        is(0x19df_a420, "seten [x0]!, x1!, xzr");
        is(0x19d3_b6b9, "setetn [x25]!, x21!, x19");
        assert_eq!(text(0x1900_0000), None);
    }
}
