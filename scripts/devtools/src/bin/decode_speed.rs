// SPDX-License-Identifier: GPL-2.0-only

//! Measures the decoder: megabytes of code per second on one core, ours and iced-x86's for comparison.
//!
//! usage: decode_speed FILE...     (ELF objects; all executable sections are decoded, forty times, the best counts)

#![expect(clippy::print_stdout, reason = "what it says is its result")]

use arch::Decode;
use arch::DecodeFlags;
use arch::Decoded;
use arch::TextSection;
use object::Object;
use object::ObjectSection;
use object::SectionFlags;
use object::elf;
use std::time::Duration;
use std::time::Instant;

fn main() {
    let mut texts = Vec::new();
    for path in std::env::args().skip(1) {
        texts.extend(sections(&path).unwrap_or_default());
    }
    let bytes: usize = texts.iter().map(Vec::len).sum();
    let mut n_insns = 0;
    let mut out = Decoded::default();
    let mut best = [Duration::MAX; 2];
    for _ in 0..40 {
        let start = Instant::now();
        n_insns = texts.iter().map(|text| ours(text, &mut out)).sum();
        best[0] = best[0].min(start.elapsed());
        let start = Instant::now();
        let n: usize = texts.iter().map(|text| iced(text)).sum();
        std::hint::black_box(n);
        best[1] = best[1].min(start.elapsed());
    }
    println!("{} sections, {bytes} bytes, {n_insns} instructions", texts.len());
    for (name, time) in ["ours", "iced"].iter().zip(best) {
        let speed = bytes as f64 / time.as_secs_f64() / 1e6;
        println!("{name}: {speed:.0} MB/s, {:.1} ns per instruction", time.as_secs_f64() * 1e9 / n_insns as f64);
    }
}

fn sections(path: &str) -> Option<Vec<Vec<u8>>> {
    let data = std::fs::read(path).ok()?;
    let file = object::read::elf::ElfFile64::<object::Endianness>::parse(&*data).ok()?;
    let is_code =
        |flags| matches!(flags, SectionFlags::Elf { sh_flags } if sh_flags & u64::from(elf::SHF_EXECINSTR) != 0);
    Some(file.sections().filter(|s| is_code(s.flags())).filter_map(|s| Some(s.data().ok()?.to_vec())).collect())
}

fn ours(text: &[u8], out: &mut Decoded) -> usize {
    let flags =
        DecodeFlags::all() - DecodeFlags::NARROW_PATTERNS - DecodeFlags::PAUSE_IS_NOP - DecodeFlags::PREFETCH_IS_NOP;
    let section = TextSection { data: text, is_in_func: &|_| false, is_init: false, flags };
    // Fresh memory would be measured along with the decoder.
    out.insns.clear();
    out.ops.clear();
    out.notes.clear();
    let _ = arch::x86_64::X86_64.decode(&section, 0, text.len() as u32, out);
    out.insns.len()
}

fn iced(text: &[u8]) -> usize {
    let mut decoder = iced_x86::Decoder::new(64, text, iced_x86::DecoderOptions::NONE);
    let mut insn = iced_x86::Instruction::default();
    let mut n = 0;
    while decoder.can_decode() {
        decoder.decode_out(&mut insn);
        n += usize::from(std::hint::black_box(insn.len()) > 0);
    }
    n
}
