// SPDX-License-Identifier: GPL-2.0-only

//! The decoders: any bytes are refused at some offset or decoded into instructions that lie one behind the other, every
//! word has a text, and the parts that know a word agree on what it is.

#![no_main]

use arch::DecodeFlags;
use arch::Decoded;
use arch::TextSection;
use arch::arm64;
use arch::arm64::Class;
use libfuzzer_sys::fuzz_target;

const EM_X86_64: u16 = 62;
const EM_AARCH64: u16 = 183;

fuzz_target!(|input: (bool, u32, &[u8])| {
    let (is_arm64, flags, data) = input;
    let machine = if is_arm64 { EM_AARCH64 } else { EM_X86_64 };
    let text = arch::text_of(machine).expect("known");
    for word in data.chunks(4) {
        assert!(!text.disassemble(word, data.len() as u64).text.is_empty(), "every word has a text");
    }
    let offset = flags as usize % data.len().max(1);
    assert!(text.insn_start(data, 0, offset) <= offset, "an instruction covers the offset");
    match is_arm64 {
        true => (0..data.len()).filter_map(|offset| arm64::word_at(data, offset)).for_each(look_at_word),
        false => decode(data, flags),
    }
});

fn look_at_word(word: u32) {
    let class = arm64::class(word);
    assert_eq!(matches!(class, Class::Branch(_)), arm64::branch(word).is_some());
    assert_eq!(matches!(class, Class::Hint(_)), arm64::hint(word).is_some());
    assert!(arm64::is_allocated(word) || arm64::written(word) == 0);
    let _ = arm64::effects(word);
}

fn decode(data: &[u8], flags: u32) {
    let is_in_func = |offset| offset % 2 == 0;
    let flags = DecodeFlags::from_bits_truncate(flags);
    let text = TextSection { data, is_in_func: &is_in_func, is_init: flags.bits() % 3 == 0, flags };
    let length = data.len() as u32;
    let mut out = Decoded::default();
    let arch = arch::with_upstream(EM_X86_64).expect("known");
    match arch.decode(&text, 0, length, &mut out) {
        Ok(end) => assert_eq!(end, length, "decoding ends at the section's end"),
        Err(error) => assert!(error.offset < length, "the error lies in the section"),
    }
    let offsets = out.insns.iter().map(|insn| insn.offset);
    assert!(offsets.is_sorted_by(|one, next| one < next), "instructions lie one behind the other");
}
