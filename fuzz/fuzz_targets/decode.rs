//! The decoders: any bytes are refused at some offset or decoded into instructions that lie one behind the other, and have
//! a text.

#![no_main]

use arch::DecodeFlags;
use arch::Decoded;
use arch::TextSection;
use libfuzzer_sys::fuzz_target;

/// `EM_X86_64`, `EM_AARCH64`.
const MACHINES: [u16; 2] = [62, 183];

fuzz_target!(|input: (u8, u32, &[u8])| {
    let (machine, flags, data) = input;
    let Some(arch) = arch::for_machine(MACHINES[usize::from(machine) % MACHINES.len()]) else { return };
    let is_in_func = |offset| offset % 2 == 0;
    let flags = DecodeFlags::from_bits_truncate(flags);
    let text = TextSection { data, is_in_func: &is_in_func, is_init: flags.bits() % 3 == 0, flags };
    let length = data.len() as u32;
    let mut out = Decoded::default();
    match arch.decode(&text, 0, length, &mut out) {
        Ok(end) => assert_eq!(end, length, "decoding ends at the section's end"),
        Err(error) => assert!(error.offset < length, "the error lies in the section"),
    }
    let offsets = out.insns.iter().map(|insn| insn.offset);
    for word in data.chunks(4) {
        assert!(!arch.disassemble(word, u64::from(length)).text.is_empty(), "every word has a text");
    }
    assert!(offsets.is_sorted_by(|one, next| one < next), "instructions lie one behind the other");
});
