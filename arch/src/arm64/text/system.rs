// SPDX-License-Identifier: GPL-2.0-only

//! Hints, system registers, system operations and the processor's state.
//!
//! yaxpeax-arm shows most of these by numbers alone. The names are in two files: `system_registers.txt` by `op0:op1:CRn:
//! CRm:op2`, `system_operations.txt` by `op1:CRn:CRm:op2`, there with an `x` behind operations that take a register. Each
//! is in ascending order.

use super::super::bits;
use super::register;

static REGISTERS: &str = include_str!("system_registers.txt");
static OPERATIONS: &str = include_str!("system_operations.txt");

/// Digits before each name.
const DIGITS: usize = 4;

/// The text of an allocated word, if it is one of these.
pub(super) fn text(word: u32) -> Option<String> {
    if word >> 24 != 0xd5 {
        return None;
    }
    let (is_read, is_pair, rt) = (bits(word, 21, 1) != 0, bits(word, 22, 1) != 0, word & 31);
    match bits(word, 19, 2) {
        0 if word & 0xffff_f01f == 0xd503_201f => Some(hint(bits(word, 5, 7))),
        0 if word & 0xffff_ffc0 == 0xd503_1000 => {
            let name = if bits(word, 5, 1) == 0 { "wfet" } else { "wfit" };
            Some(format!("{name} {}", register(rt, true)))
        }
        0 if !is_read && bits(word, 12, 4) == 4 && rt == 31 => state(word),
        // Barriers and what else has a name of its own.
        0 if !is_read && !is_pair && rt == 31 => None,
        1 if is_pair && !is_read => Some(format!("sysp {}, {}", numbers(word), pair(rt))),
        1 if !is_pair => Some(operation(word, is_read, rt)),
        _ => {
            let name = name_in(REGISTERS, bits(word, 5, 16))
                .filter(|_| bits(word, 20, 1) != 0)
                .map_or_else(|| number(word), str::to_owned);
            let general = if is_pair { pair(rt) } else { register(rt, true) };
            Some(match (is_read, is_pair) {
                (true, false) => format!("mrs {general}, {name}"),
                (false, false) => format!("msr {name}, {general}"),
                (true, true) => format!("mrrs {general}, {name}"),
                (false, true) => format!("msrr {name}, {general}"),
            })
        }
    }
}

/// What a prefetch fetches, where to and how.
pub(super) fn prefetch(number: u32) -> String {
    let what = ["pld", "pli", "pst"].get(number as usize >> 3);
    let level = ["l1", "l2", "l3"].get(number as usize >> 1 & 3);
    match (what, level) {
        (Some(what), Some(level)) => format!("{what}{level}{}", if number & 1 == 0 { "keep" } else { "strm" }),
        _ => format!("#{number:#x}"),
    }
}

fn hint(number: u32) -> String {
    let name = match number {
        0 => "nop",
        1 => "yield",
        2 => "wfe",
        3 => "wfi",
        4 => "sev",
        5 => "sevl",
        6 => "dgh",
        7 => "xpaclri",
        8 => "pacia1716",
        10 => "pacib1716",
        12 => "autia1716",
        14 => "autib1716",
        16 => "esb",
        17 => "psb csync",
        18 => "tsb csync",
        19 => "gcsb dsync",
        20 => "csdb",
        22 => "clrbhb",
        24 => "paciaz",
        25 => "paciasp",
        26 => "pacibz",
        27 => "pacibsp",
        28 => "autiaz",
        29 => "autiasp",
        30 => "autibz",
        31 => "autibsp",
        32 => "bti",
        34 => "bti c",
        36 => "bti j",
        38 => "bti jc",
        39 => "pacm",
        40 => "chkfeat x16",
        _ => return format!("hint #{number:#x}"),
    };
    name.to_owned()
}

/// `msr` of an immediate to a part of the processor's state.
fn state(word: u32) -> Option<String> {
    let value = bits(word, 8, 4);
    let field = match (bits(word, 16, 3), bits(word, 5, 3)) {
        (0, 0) if value == 0 => return Some("cfinv".to_owned()),
        (0, 1) if value == 0 => return Some("xaflag".to_owned()),
        (0, 2) if value == 0 => return Some("axflag".to_owned()),
        (0, 3) => "uao",
        (0, 4) => "pan",
        (0, 5) => "spsel",
        (1, 0) if value < 2 => "allint",
        (1, 0) if value < 4 => return Some(format!("msr pm, #{}", value & 1)),
        (3, 1) => "ssbs",
        (3, 2) => "dit",
        (3, 3) if (2..8).contains(&value) => {
            let name = if value & 1 == 0 { "smstop" } else { "smstart" };
            let part = ["", " sm", " za", ""].get(value as usize >> 1).copied().unwrap_or_default();
            return Some(format!("{name}{part}"));
        }
        (3, 4) => "tco",
        (3, 6) => "daifset",
        (3, 7) => "daifclr",
        _ => return Some(format!("msr s0_{}_c4_c{value}_{}, xzr", bits(word, 16, 3), bits(word, 5, 3))),
    };
    Some(format!("msr {field}, #{value}"))
}

fn operation(word: u32, is_read: bool, rt: u32) -> String {
    let named = name_in(OPERATIONS, bits(word, 5, 14)).filter(|_| !is_read);
    match named.map(|name| name.strip_suffix(" x").map_or((name, false), |name| (name, true))) {
        Some((name, true)) => format!("{name}, {}", register(rt, true)),
        Some((name, false)) if rt == 31 => name.to_owned(),
        _ if is_read => format!("sysl {}, {}", register(rt, true), numbers(word)),
        _ if rt == 31 => format!("sys {}", numbers(word)),
        _ => format!("sys {}, {}", numbers(word), register(rt, true)),
    }
}

/// The fields of a system operation.
fn numbers(word: u32) -> String {
    format!("#{}, c{}, c{}, #{}", bits(word, 16, 3), bits(word, 12, 4), bits(word, 8, 4), bits(word, 5, 3))
}

/// A system register without a name.
fn number(word: u32) -> String {
    let (op0, op1) = (bits(word, 19, 2), bits(word, 16, 3));
    format!("s{op0}_{op1}_c{}_c{}_{}", bits(word, 12, 4), bits(word, 8, 4), bits(word, 5, 3))
}

/// A pair of general registers; that of the zero register is twice the same.
fn pair(first: u32) -> String {
    let second = if first == 31 { 31 } else { first + 1 };
    format!("{}, {}", register(first, true), register(second, true))
}

/// The name behind a number in a list of lines.
fn name_in(list: &'static str, number: u32) -> Option<&'static str> {
    let (mut rest, wanted) = (list, format!("{number:04x}"));
    // Cuts the list at a line in its middle until one line is left.
    while rest.len() > DIGITS {
        let middle = rest.get(..rest.len() / 2)?.rfind('\n').map_or(0, |end| end + 1);
        let line = rest.get(middle..)?.split('\n').next()?;
        let (digits, name) = line.split_at_checked(DIGITS)?;
        match wanted.as_str().cmp(digits) {
            std::cmp::Ordering::Equal => return name.strip_prefix(' '),
            std::cmp::Ordering::Less => rest = rest.get(..middle)?,
            std::cmp::Ordering::Greater => rest = rest.get(middle + line.len()..)?.strip_prefix('\n')?,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_found() {
        for list in [REGISTERS, OPERATIONS] {
            let mut last = None;
            for line in list.lines() {
                let (digits, name) = line.split_once(' ').expect("number and name");
                let number = u32::from_str_radix(digits, 16).expect("a number");
                assert_eq!(name_in(list, number), Some(name));
                assert!(last.is_none_or(|last| last < number) && digits.len() == DIGITS, "{line}");
                last = Some(number);
            }
            assert_eq!((name_in(list, 0), name_in(list, 0xffff)), (None, None));
        }
    }

    #[test]
    fn system_words_have_their_names() {
        let is = |word, expected: &str| assert_eq!(text(word).as_deref(), Some(expected));
        is(0xd503_233f, "paciasp");
        is(0xd503_23bf, "autiasp");
        is(0xd503_245f, "bti c");
        is(0xd503_24df, "bti jc");
        is(0xd503_22df, "clrbhb");
        is(0xd503_2fdf, "hint #0x7e");
        is(0xd503_43df, "msr daifset, #3");
        is(0xd500_419f, "msr pan, #1");
        is(0xd503_477f, "smstart");
        is(0xd503_427f, "smstop sm");
        is(0xd518_4100, "msr sp_el0, x0");
        is(0xd538_4240, "mrs x0, currentel");
        is(0xd53b_e05d, "mrs x29, cntvct_el0");
        is(0xd53f_ff00, "mrs x0, s3_7_c15_c15_0");
        is(0xd508_7620, "dc ivac, x0");
        is(0xd508_871f, "tlbi vmalle1");
        is(0xd508_78ff, "sys #0, c7, c8, #7");
        is(0xd50b_7b22, "dc cvau, x2");
        is(0xd503_1015, "wfet x21");
        is(0xd56d_28d4, "mrrs x20, x21, s1_5_c2_c8_6");
        is(0xd525_cb10, "mrs x16, s0_5_c12_c11_0");
        assert_eq!(text(0xd503_3f9f), None, "dsb sy");
    }
}
