// SPDX-License-Identifier: GPL-2.0-only

//! USB aliases: a device matches a range of release numbers, which becomes a set of patterns.

use super::alias::append_star;
use super::alias::natural;
use super::entry::Entry;
use super::entry::Field;
use super::entry::at;
use crate::modpost::text::text;

const MATCH_VENDOR: u32 = 1;
const MATCH_PRODUCT: u32 = 2;
const MATCH_RELEASE_LOW: u32 = 4;
const MATCH_RELEASE_HIGH: u32 = 8;

/// What follows the release number: label, offset, match flag.
const TAIL: [(&str, u16, u32); 7] = [
    ("dc", 10, 0x10),
    ("dsc", 11, 0x20),
    ("dp", 12, 0x40),
    ("ic", 13, 0x80),
    ("isc", 14, 0x100),
    ("ip", 15, 0x200),
    ("in", 16, 0x400),
];

/// Digits of a release number.
const DIGITS: u32 = 4;

/// The aliases of one entry: one for each pattern of release numbers.
///
/// Upstream: `do_usb_entry_multi()`.
pub fn aliases(entry: &Entry<'_>) -> Vec<Vec<u8>> {
    let number = |offset, width| entry.number(Field { at: at(offset), width });
    let flags = number(0, 2);
    // An empty slot, which a driver fills at run time, would match everything.
    if number(2, 2) | number(4, 2) | number(10, 1) | number(13, 1) == 0 {
        return Vec::new();
    }
    let low = if flags & MATCH_RELEASE_LOW != 0 { number(6, 2) } else { 0 };
    let high = if flags & MATCH_RELEASE_HIGH != 0 { number(8, 2) } else { u32::MAX };
    let id = |label: &str, offset: u16, width: u8, flag: u32| match flags & flag {
        0 => text![label, "*"],
        _ => text![label, natural(number(offset, width), width)],
    };
    let head = text!["usb:", id("v", 2, 2, MATCH_VENDOR), id("p", 4, 2, MATCH_PRODUCT), "d"];
    let tail: Vec<u8> = TAIL.iter().flat_map(|(label, offset, flag)| id(label, *offset, 1, *flag)).collect();
    let patterns = release_patterns(low, high);
    let complete = |pattern: String| {
        let mut alias = text![head, pattern, tail];
        append_star(&mut alias);
        alias
    };
    patterns.into_iter().map(complete).collect()
}

/// Patterns that together match the release numbers from `low` to `high`: from the last digit to the first, what sticks
/// out at either end of the range is cut off.
fn release_patterns(low: u32, high: u32) -> Vec<String> {
    let max = largest_digit(low, high);
    let (mut low, mut high) = (low, high);
    let mut patterns = Vec::new();
    for digits in (0..DIGITS).rev() {
        if low > high {
            break;
        }
        let (low_digit, high_digit) = (low & 0xf, (high & 0xf).min(max));
        low >>= 4;
        high >>= 4;
        if low == high || digits == 0 {
            patterns.push(pattern(low, digits, low_digit, high_digit, max));
            break;
        }
        if low_digit > 0 {
            patterns.push(pattern(low, digits, low_digit, max, max));
            low = step(low, 1, max);
        }
        if high_digit < max {
            patterns.push(pattern(high, digits, 0, high_digit, max));
            high = step(high, -1, max);
        }
    }
    patterns
}

/// Release numbers are decimal unless one of the limits has a hexadecimal digit.
fn largest_digit(low: u32, high: u32) -> u32 {
    let digits = |value: u32| (0..DIGITS).map(move |digit| value >> (digit * 4) & 0xf);
    let is_hex = digits(low).chain(digits(high.min(0x9999))).any(|digit| digit > 9);
    if is_hex { 0xf } else { 9 }
}

/// One pattern: `digits` digits of `prefix`, one digit out of a range, anything.
fn pattern(prefix: u32, digits: u32, low: u32, high: u32, max: u32) -> String {
    let width = digits as usize;
    let prefix = if digits == 0 { String::new() } else { format!("{prefix:0width$X}") };
    let range = if low == high {
        format!("{low:X}")
    } else if low == 0 && high >= max {
        String::new()
    } else if low > 9 || high < 0xa {
        format!("[{low:X}-{high:X}]")
    } else {
        let first = if low < 9 { format!("[{low:X}-9") } else { format!("[{low:X}") };
        let last = if high > 0xa { format!("A-{high:X}]") } else { format!("{high:X}]") };
        first + &last
    };
    let rest = if digits < DIGITS - 1 { "*" } else { "" };
    prefix + &range + rest
}

/// `value` plus `by`, in decimal digits unless `max` says that they are hexadecimal.
///
/// Upstream: `incbcd()`.
fn step(value: u32, by: i64, max: u32) -> u32 {
    if max > 9 {
        return value.wrapping_add_signed(by as i32);
    }
    let number =
        (0..DIGITS).rev().fold(0u64, |number, digit| number * 10 + u64::from((value >> (digit * 4) & 0xf).min(9)));
    let mut rest = number.wrapping_add_signed(by);
    let mut stepped = 0;
    for digit in 0..DIGITS {
        stepped |= ((rest % 10) as u32) << (digit * 4);
        rest /= 10;
    }
    stepped
}

#[cfg(test)]
mod tests {
    use super::release_patterns;

    #[test]
    fn golden() {
        assert_eq!(release_patterns(0, u32::MAX), ["*"]);
        assert_eq!(release_patterns(0x0100, 0x0299), ["0[1-2]*"]);
        assert_eq!(release_patterns(0x0123, 0x1507), ["012[3-9]", "150[0-7]", "01[3-9]*", "0[2-9]*", "1[0-4]*"]);
        assert_eq!(release_patterns(0x0a05, 0x0c0b), ["0A0[5-9A-F]", "0C0[0-9A-B]", "0A[1-9A-F]*", "0B*"]);
        assert_eq!(release_patterns(0x0100, u32::MAX), ["0[1-9]*", "[1-9]*"]);
        assert_eq!(release_patterns(0x0008, 0x000b), ["000[8-9A-B]"]);
    }
}
