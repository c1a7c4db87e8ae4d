// SPDX-License-Identifier: GPL-2.0-only

//! Compares single words with LLVM's machine description, as `arm64-decoder.cpp` reports it.

use crate::FRAME;
use crate::frame_of_effects;
use crate::ours;
use crate::yaxpeax::Tally;
use arch::arm64;
use arch::arm64::Class;
use std::collections::BTreeMap;
use std::io::Read;

const VALID: u32 = 1;
const CALL: u32 = 2;
const RETURN: u32 = 4;
const INDIRECT: u32 = 8;
const CONDITIONAL: u32 = 16;
const HAS_TARGET: u32 = 128;

/// How many differing words are printed.
const SHOWN: usize = 40;

/// Compares all records; whether there is no difference.
pub fn compare(mut input: impl Read) -> Result<bool, String> {
    let mut buffer = vec![0; 16 << 12];
    let mut differing: BTreeMap<(u32, &str), (usize, u32)> = BTreeMap::new();
    let (mut n_words, mut n_coarse) = (0_u64, 0_u64);
    let mut yaxpeax = Tally::default();
    loop {
        let mut filled = 0;
        while filled < buffer.len() {
            match input.read(&mut buffer[filled..]).map_err(|error| error.to_string())? {
                0 => break,
                n => filled += n,
            }
        }
        for record in buffer[..filled].as_chunks::<16>().0 {
            let field = |at: usize| u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]]);
            n_words += 1;
            if is_coarse(field(0)) && field(12) & VALID == 0 {
                n_coarse += 1;
                continue;
            }
            yaxpeax.look(field(0), 1 << 30, ours(field(0), 1 << 30));
            if let Some(what) = difference(field(0), field(4), field(8) as i32, field(12)) {
                let entry = differing.entry((field(0) >> 21, what)).or_insert((0, field(0)));
                entry.0 += 1;
            }
        }
        if filled < buffer.len() {
            break;
        }
    }
    for ((_, what), (n, word)) in differing.iter().take(SHOWN) {
        println!("{what}: {word:#010x} and {n} in all that begin like it; we say {:?}", ours(*word, 0));
    }
    let n_failed: usize = differing.values().map(|(n, _)| n).sum();
    println!("{n_words} words, {n_coarse} of them vector encodings without a meaning, {n_failed} differ");
    let is_accounted_for = yaxpeax.report();
    let n_failed = usize::from(n_failed != 0) + usize::from(!is_accounted_for);
    println!("{} passed, {n_failed} failed", 2 - n_failed);
    Ok(n_failed == 0 && n_words > 0)
}

/// Vector encodings, whose groups we know as a whole only: words of theirs that LLVM does not know are no difference.
fn is_coarse(word: u32) -> bool {
    matches!(word >> 25 & 15, 0b0010 | 0b0111 | 0b1111) || word & 0x9e00_0000 == 0x8000_0000
}

/// Words of whose destination LLVM's description is wrong, and its text right: `sysl`, whose register it lists among those
/// read, and `pacia171615` with its three sisters, for which it has `x30` instead of `x17`.
fn is_known(word: u32) -> bool {
    word & 0xfff8_0000 == 0xd528_0000 || matches!(word, 0xdac1_8bfe | 0xdac1_8ffe | 0xdac1_bbfe | 0xdac1_bffe)
}

/// What of one word differs.
fn difference(word: u32, written: u32, disp: i32, flags: u32) -> Option<&'static str> {
    let is_ours = arm64::is_allocated(word);
    if (flags & VALID != 0) != is_ours {
        return Some(if is_ours { "only we know it" } else { "only LLVM knows it" });
    }
    if !is_ours {
        return None;
    }
    let written = if is_known(word) { arm64::written(word) } else { written };
    if arm64::written(word) != written {
        return Some("written registers");
    }
    let class = arm64::class(word);
    let is_call = matches!(class, Class::CallReg { .. }) || ours(word, 0).class == "call";
    if frame_of_effects(word) != if is_call { 0 } else { written & FRAME } {
        return Some("effects");
    }
    let (mine, target) = (ours(word, 0), flags & HAS_TARGET != 0);
    let expected = match mine.class {
        "jump" => target && flags & (CALL | CONDITIONAL) == 0,
        "call" => target && flags & CALL != 0,
        "conditional" => target && flags & (CONDITIONAL | CALL) == CONDITIONAL,
        "indirect jump" => !target && flags & INDIRECT != 0,
        "indirect call" => !target && flags & (CALL | INDIRECT | RETURN) == CALL,
        "return" | "exception return" | "debug return" => flags & RETURN != 0,
        _ => !target && flags & (CALL | RETURN | INDIRECT | CONDITIONAL) == 0,
    };
    if !expected {
        return Some("class");
    }
    (target && mine.disp != Some(i64::from(disp))).then_some("target")
}
