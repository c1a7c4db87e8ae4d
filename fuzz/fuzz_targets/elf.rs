// SPDX-License-Identifier: GPL-2.0-only

//! The ELF reader: any bytes are refused in one sentence or read without a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use postlink::elf::ElfFile;
use std::hint::black_box;

fuzz_target!(|data: &[u8]| {
    let file = match ElfFile::parse(data) {
        Ok(file) => file,
        Err(error) => return assert!(!error.to_string().contains('\n')),
    };
    for id in file.section_ids() {
        black_box(file.section(id));
        for reloc in file.relocs_in(id).iter().flat_map(|relocs| relocs.iter()) {
            black_box(file.symbol(reloc.symbol));
        }
    }
    for symbol in &file.symbols {
        black_box(file.symbol_name(symbol));
    }
    let _ = file.check_overlap();
});
