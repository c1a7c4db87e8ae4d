// SPDX-License-Identifier: GPL-2.0-only

//! modpost's readers of text: dumps, lists of objects (`.mod`, `-T`), `.cmd` files, `.modinfo`, and sources.

#![no_main]

use libfuzzer_sys::fuzz_target;
use postlink::modpost::readers;
use std::hint::black_box;

fuzz_target!(|data: &[u8]| {
    black_box(readers::dump(data));
    black_box(readers::list(data));
    black_box(readers::cmd_file(data));
    black_box(readers::modinfo(data));
    assert!(readers::source(data) <= data.len());
});
