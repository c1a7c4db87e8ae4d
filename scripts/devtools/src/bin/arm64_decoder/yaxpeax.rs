// SPDX-License-Identifier: GPL-2.0-only

//! yaxpeax-arm's view of instruction words, beside ours and LLVM's.
//!
//! It serves for text alone, and this shows why: everything that it says otherwise is sorted into kinds, and each kind is
//! accounted for in [`KNOWN`]. A kind that is not is a difference like any other, for then its text may be wrong too.

use crate::FRAME;
use crate::Verdict;
use crate::text;
use arch::arm64;
use std::collections::BTreeMap;
use yaxpeax_arch::Decoder;
use yaxpeax_arch::U8Reader;
use yaxpeax_arm::armv8::a64::InstDecoder;

/// A set of words: those that agree with `value` in the bits of `mask`.
struct Known {
    what: What,
    mask: u32,
    value: u32,
    /// What they are, and for all but missing ones what is wrong.
    reason: &'static str,
}

/// How yaxpeax-arm differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// It refuses an instruction.
    Missing,
    /// It decodes what is none.
    Surplus,
    /// It has another class.
    Class,
    /// It names another target.
    Target,
    /// It writes other registers of the frame.
    Frame,
}

include!("yaxpeax.known.rs");

/// What was found so far.
#[derive(Default)]
pub struct Tally {
    n_words: u64,
    known: BTreeMap<(What, &'static str), (u64, u32)>,
    /// By kind and the bits that tell groups apart.
    unknown: BTreeMap<(What, u32), (u64, u32)>,
}

impl Tally {
    /// Asks about one word, of which we and LLVM say `verdict`.
    pub fn look(&mut self, word: u32, address: u64, verdict: Verdict) {
        self.n_words += 1;
        let Some(what) = difference(word, address, verdict) else { return };
        let known = KNOWN.iter().find(|known| known.what == what && word & known.mask == known.value);
        let entry = match known {
            Some(known) => self.known.entry((what, known.reason)).or_insert((0, word)),
            None => self.unknown.entry((what, word >> 21)).or_insert((0, word)),
        };
        entry.0 += 1;
    }

    /// Prints what was found; whether all of it is known.
    pub fn report(&self) -> bool {
        let n_differ: u64 = self.known.values().chain(self.unknown.values()).map(|(n, _)| n).sum();
        println!("yaxpeax-arm differs in {n_differ} of {} words:", self.n_words);
        for ((what, reason), (n, word)) in &self.known {
            println!("    {what:?}: {n} of {reason}, such as {word:#010x}");
        }
        for ((what, _), (n, word)) in self.unknown.iter().take(40) {
            println!("    {what:?}, not accounted for: {n} such as {word:#010x}: {:?}", decode(*word));
        }
        self.unknown.is_empty()
    }
}

/// Its text of a word.
fn decode(word: u32) -> Option<String> {
    let bytes = word.to_le_bytes();
    InstDecoder::default().decode(&mut U8Reader::new(&bytes)).ok().map(|insn| insn.to_string())
}

fn difference(word: u32, address: u64, verdict: Verdict) -> Option<What> {
    let Some(shown) = decode(word) else { return (verdict.class != "unknown").then_some(What::Missing) };
    if verdict.class == "unknown" {
        return Some(What::Surplus);
    }
    let own = text::verdict(&as_llvm(&shown, address), address);
    // Which hint a number is, is for who asks.
    let is_hint = verdict.class == "bti" && own.class == "other" && shown.starts_with("hint ");
    match own {
        _ if own.class != verdict.class && !is_hint => Some(What::Class),
        _ if own.disp != verdict.disp => Some(What::Target),
        _ if own.frame & FRAME != frame(word, verdict) => Some(What::Frame),
        _ => None,
    }
}

/// The frame's registers, without those that a text does not tell of.
fn frame(word: u32, verdict: Verdict) -> u32 {
    match verdict.class {
        "call" | "indirect call" | "return" => 0,
        _ => arm64::written(word) & FRAME,
    }
}

/// Its text as LLVM lays it out: a tabulator before operands, targets as addresses.
fn as_llvm(shown: &str, address: u64) -> String {
    let (name, operands) = shown.split_once(' ').unwrap_or((shown, ""));
    let Some((before, distance)) = operands.split_once('$') else { return format!("{name}\t{operands}") };
    let (sign, digits) = distance.split_at_checked(1).unwrap_or(("+", ""));
    let digits = digits.trim_start_matches("0x");
    let distance = u64::from_str_radix(digits, 16).unwrap_or(0);
    let base = if name == "adrp" { address & !0xfff } else { address };
    let target = if sign == "-" { base.wrapping_sub(distance) } else { base.wrapping_add(distance) };
    format!("{name}\t{before}{target:#x}")
}
