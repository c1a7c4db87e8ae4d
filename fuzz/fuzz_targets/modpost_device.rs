// SPDX-License-Identifier: GPL-2.0-only

//! modpost's device tables: any bytes are a table of every kind.

#![no_main]

use libfuzzer_sys::fuzz_target;
use postlink::modpost::readers;
use std::hint::black_box;

fuzz_target!(|data: &[u8]| {
    black_box(readers::device_table(data));
});
