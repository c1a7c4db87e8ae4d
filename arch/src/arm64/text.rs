// SPDX-License-Identifier: GPL-2.0-only

//! Instructions as text.
//!
//! yaxpeax-arm's text, and our own for what it does not know or shows by numbers alone: hints, system registers and
//! operations, waits with a time limit, block copies, scalable instructions that matter to the stack. What is an
//! instruction at all is for [`is_allocated`] to say: yaxpeax-arm also decodes some words that are none.

mod block;
mod extended;
mod scalable;
mod system;

use super::bits;
use super::decode::Class;
use super::decode::branch::BranchKind;
use super::decode::branch::BranchRange;
use super::decode::branch::adr_target;
use super::decode::branch::branch;
use super::decode::branch::literal_disp;
use super::decode::class;
use super::is_allocated;
use super::word_at;
use crate::InsnText;
use crate::Mention;
use std::fmt::Write;
use yaxpeax_arch::Decoder;
use yaxpeax_arch::U8Reader;
use yaxpeax_arm::armv8::a64::InstDecoder;

/// Column of the operands.
const OPERANDS: usize = 7;

/// Names of conditions by number.
const CONDITIONS: [&str; 16] =
    ["eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc", "hi", "ls", "ge", "lt", "gt", "le", "al", "nv"];

/// The instruction at the start of `bytes`, as a directive where there is none. `address` is where it stands.
pub fn disassemble(bytes: &[u8], address: u64) -> InsnText {
    match word_at(bytes, 0) {
        Some(word) => of_word(word, address),
        None => plain(&data(bytes)),
    }
}

/// Up to four bytes as a directive: a word, or single bytes where there is no whole word.
pub fn data(bytes: &[u8]) -> String {
    if let Some(word) = word_at(bytes, 0) {
        return spaced(&format!(".word {word:#010x}"));
    }
    let bytes: Vec<String> = bytes.iter().map(|byte| format!("{byte:#04x}")).collect();
    spaced(&format!(".byte {}", bytes.join(", ")))
}

fn of_word(word: u32, address: u64) -> InsnText {
    if !is_allocated(word) {
        return raw(word);
    }
    if let Some((text, address)) = addressing(word, address) {
        let mut text = spaced(&text);
        // What follows is the operand.
        if !text.contains(' ') {
            text.push_str(&" ".repeat(OPERANDS.saturating_sub(text.len()).max(1)));
        } else if text.contains(',') {
            text.push(' ');
        }
        return InsnText { text, mention: Mention::Operand(address) };
    }
    match own(word).or_else(|| foreign(word)) {
        Some(text) => plain(&text),
        None => raw(word),
    }
}

/// Branches, and what else has an address as its last operand, without that operand.
fn addressing(word: u32, address: u64) -> Option<(String, u64)> {
    if let Some(branch) = branch(word) {
        let text = match (branch.kind, branch.range) {
            (BranchKind::Jump, _) => "b".to_owned(),
            (BranchKind::Call, _) => "bl".to_owned(),
            (_, BranchRange::Tstbr14) => {
                let name = if bits(word, 24, 1) == 0 { "tbz" } else { "tbnz" };
                let bit = bits(word, 31, 1) << 5 | bits(word, 19, 5);
                format!("{name} {}, #{bit},", register(word & 31, bits(word, 31, 1) != 0))
            }
            _ if bits(word, 24, 7) == 0b1010100 => {
                let name = if bits(word, 4, 1) == 0 { "b" } else { "bc" };
                format!("{name}.{}", CONDITIONS.get(word as usize & 15).copied().unwrap_or_default())
            }
            _ => {
                let name = if bits(word, 24, 1) == 0 { "cbz" } else { "cbnz" };
                format!("{name} {},", register(word & 31, bits(word, 31, 1) != 0))
            }
        };
        return Some((text, address.wrapping_add_signed(branch.disp.into())));
    }
    match class(word) {
        Class::Adr { reg, is_page } => {
            let name = if is_page { "adrp" } else { "adr" };
            Some((format!("{name} {},", register(reg.into(), true)), adr_target(word, address)))
        }
        Class::Literal => {
            let target = address.wrapping_add_signed(literal_disp(word).into());
            Some((literal(word), target))
        }
        // The forms whose second modifier is the address of what signed: it stands before them.
        Class::Return { .. } if word >> 24 == 0x55 => Some((sign_by_address("ret", word), before(word, address))),
        _ if word >> 23 == 0x1e7 => Some((sign_by_address("auti", word), before(word, address))),
        _ => None,
    }
}

fn sign_by_address(name: &str, word: u32) -> String {
    let key = match (name, bits(word, 21, 1)) {
        ("ret", 0) => "aa",
        ("ret", _) => "ab",
        (_, 0) => "a",
        _ => "b",
    };
    format!("{name}{key}sppc")
}

/// The address that lies the field's number of words before `address`.
fn before(word: u32, address: u64) -> u64 {
    address.wrapping_sub(u64::from(bits(word, 5, 16)) * 4)
}

fn literal(word: u32) -> String {
    let number = word & 31;
    match (bits(word, 26, 1), bits(word, 30, 2)) {
        (0, 3) => format!("prfm {},", system::prefetch(number)),
        (0, 2) => format!("ldrsw {},", register(number, true)),
        (0, size) => format!("ldr {},", register(number, size == 1)),
        (_, size) => format!("ldr {}{number},", ["s", "d", "q"].get(size as usize).copied().unwrap_or_default()),
    }
}

/// What has a text of our own.
fn own(word: u32) -> Option<String> {
    system::text(word).or_else(|| extended::text(word)).or_else(|| block::text(word)).or_else(|| scalable::text(word))
}

/// The text of yaxpeax-arm.
fn foreign(word: u32) -> Option<String> {
    let bytes = word.to_le_bytes();
    let insn = InstDecoder::default().decode(&mut U8Reader::new(&bytes)).ok()?;
    let mut text = String::new();
    // Writing to memory does not fail.
    let _ = write!(text, "{insn}");
    // An index that is extended and not shifted; a register that is shifted, but by nothing.
    let is_shifted = bits(word, 12, 1) != 0;
    if let Some(index) =
        text.strip_suffix(" #0]").filter(|at| !is_shifted && (at.ends_with("xtw") || at.ends_with("xtx")))
    {
        text = format!("{index}]");
    } else if ["lsr", "asr", "ror"].iter().any(|shift| text.ends_with(&format!(", {shift}"))) {
        text.push_str(" #0");
    }
    // Pairs that store tags are "invalid".
    (!text.is_empty() && !text.starts_with("invalid")).then_some(text)
}

/// A word for which there is no text.
fn raw(word: u32) -> InsnText {
    plain(&format!(".inst {word:#010x}"))
}

fn plain(text: &str) -> InsnText {
    InsnText { text: spaced(text), mention: Mention::Nothing }
}

/// Moves the operands to their column.
fn spaced(text: &str) -> String {
    match text.split_once(' ') {
        Some((name, operands)) => format!("{name:<width$} {}", operands.trim_start(), width = OPERANDS - 1),
        None => text.to_owned(),
    }
}

/// A general register where 31 is the zero register.
fn register(number: u32, is_wide: bool) -> String {
    match (number, is_wide) {
        (31, true) => "xzr".to_owned(),
        (31, false) => "wzr".to_owned(),
        (_, true) => format!("x{number}"),
        (_, false) => format!("w{number}"),
    }
}

/// A general register of 64 bits where 31 is `sp`.
fn register_or_sp(number: u32) -> String {
    if number == 31 { "sp".to_owned() } else { format!("x{number}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words in ever new mixtures, the same ones in every run.
    fn words(n: usize) -> impl Iterator<Item = u32> {
        let mut state = 1_u64;
        let next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 32) as u32
        };
        std::iter::repeat_with(next).take(n)
    }

    fn of(word: u32) -> (String, Mention) {
        let InsnText { text, mention } = of_word(word, 0x1000);
        (text, mention)
    }

    #[test]
    fn every_word_has_a_text() {
        for word in words(2_000_000) {
            let text = of_word(word, 0).text;
            assert!(!text.is_empty() && !text.contains('$') && !text.contains("invalid"), "{word:#010x}: {text}");
            assert!(is_allocated(word) || text.starts_with(".inst "), "{word:#010x}: {text}");
        }
    }

    #[test]
    fn text_is_in_columns() {
        let text = |word| of(word).0;
        assert_eq!(text(0xa9be_7bfd), "stp    x29, x30, [sp, #-0x20]!");
        assert_eq!(text(0x9100_03fd), "mov    x29, sp");
        assert_eq!(text(0xd65f_03c0), "ret");
        assert_eq!(text(0xd61f_0200), "br     x16");
        assert_eq!(text(0x0001_0000), ".inst  0x00010000");
        assert_eq!(text(0), "udf    #0x0");
        assert_eq!(disassemble(&[0x1f, 0x20], 0).text, ".byte  0x1f, 0x20");
        assert_eq!(data(&[0x1f, 0x20, 3, 0xd5]), ".word  0xd503201f");
    }

    #[test]
    fn addresses_are_left_to_the_caller_to_name() {
        let is = |word, text: &str, address| assert_eq!(of(word), (text.to_owned(), Mention::Operand(address)));
        is(0x9400_0001, "bl     ", 0x1004);
        is(0x5400_0041, "b.ne   ", 0x1008);
        is(0xb4ff_ffe0, "cbz    x0, ", 0xffc);
        is(0x37f8_0041, "tbnz   w1, #31, ", 0x1008);
        is(0xb604_0000, "tbz    x0, #32, ", 0x1000_u64.wrapping_sub(32 << 10));
        is(0x1000_0020, "adr    x0, ", 0x1004);
        is(0xb000_0010, "adrp   x16, ", 0x2000);
        is(0x5800_005e, "ldr    x30, ", 0x1008);
        is(0x9800_001f, "ldrsw  xzr, ", 0x1000);
        is(0x9c00_0001, "ldr    q1, ", 0x1000);
        is(0xd800_0000, "prfm   pldl1keep, ", 0x1000);
        is(0xf380_005f, "autiasppc ", 0xff8);
        is(0x5520_005f, "retabsppc ", 0xff8);
    }
}
