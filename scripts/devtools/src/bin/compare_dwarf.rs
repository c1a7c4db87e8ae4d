// SPDX-License-Identifier: GPL-2.0-only

//! Compares our frame states with the compiler's unwind tables of objects.
//!
//! usage: compare_dwarf [--unreached] OBJECT...
//!
//! Functions that differ are named, and ranges that no path leads to with `--unreached`; totals follow. Exits with 1 if
//! anything differs, with 2 if an object cannot be read. Started by scripts/parity/arm64-orc and scripts/parity/x86-orc.

use std::io;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use devtools::dwarf_oracle;
use devtools::dwarf_oracle::Detail;

fn main() -> ExitCode {
    let (options, objects): (Vec<String>, Vec<String>) =
        std::env::args().skip(1).partition(|word| word.starts_with("--"));
    if objects.is_empty() || options.iter().any(|option| option != "--unreached") {
        eprintln!("usage: compare_dwarf [--unreached] OBJECT...");
        return ExitCode::from(2);
    }
    let detail = if options.is_empty() { Detail::Functions } else { Detail::Unreached };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let mut worst = 0;
    for path in &objects {
        // A heading names each of several.
        if objects.len() > 1 {
            let _ = writeln!(out, "{path}:");
        }
        match dwarf_oracle::run(Path::new(path), detail, &mut out) {
            Ok(tally) => worst = worst.max(u8::from(!tally.is_clean())),
            Err(error) => {
                let _ = out.flush();
                eprintln!("compare_dwarf: {error}");
                worst = 2;
            }
        }
    }
    let _ = out.flush();
    ExitCode::from(worst)
}
