// SPDX-License-Identifier: GPL-2.0-only

//! The symbol table of bitcode: any bytes are refused in one sentence or read without a panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use postlink::contents::bitcode::Symtab;
use std::hint::black_box;

fuzz_target!(|data: &[u8]| {
    match Symtab::read(data) {
        Ok(symtab) => {
            black_box(symtab.source_file());
            for symbol in symtab.symbols() {
                black_box(symbol);
            }
        }
        Err(error) => assert!(!error.to_string().contains('\n')),
    }
});
