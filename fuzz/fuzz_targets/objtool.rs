// SPDX-License-Identifier: GPL-2.0-only

//! Whole runs of `objtool`: any bytes end in a message or in a file that can be read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use postlink::objtool::options;
use postlink::objtool::options::Parsed;
use postlink::elf::ElfFile;
use postlink::objtool::ModuleRule;
use postlink::objtool::Request;
use postlink::kernel::Profile;
use postlink::kernel::series::Series;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

/// Every action, and every way of printing.
const RUNS: [(Series, &str); 4] = [
    (
        Series::V7_3,
        "--hacks --ibt --prefix=16 --cfi --fineibt --mcount --mnop --noabs --noinstr --orc --retpoline --rethunk --sls \
         --stackval --static-call --uaccess --unret --link --module --sec-address --backtrace --stats",
    ),
    (Series::V7_3, "--dump=orc"),
    (
        Series::V6_12,
        "--hacks --ibt --prefix=16 --cfi --mcount --mnop --noinstr --orc --retpoline --rethunk --sls --stackval --static-call \
         --uaccess --unret --link --module --sec-address --backtrace --stats",
    ),
    (Series::V6_12, "--dump=orc"),
];

fuzz_target!(|data: &[u8]| {
    // In memory; the process's number keeps several fuzzers apart.
    let file = PathBuf::from(format!("/dev/shm/postlink-fuzz-{}.o", std::process::id()));
    for (series, options) in RUNS {
        fs::write(&file, data).expect("written");
        let mut argv: Vec<OsString> = vec!["objtool".into()];
        argv.extend(options.split_whitespace().map(OsString::from));
        argv.push(file.clone().into());
        let Parsed::Run(run) = options::parse(&series.facts(), &argv, &[]) else { panic!("valid options") };
        let outcome = postlink::objtool::run(&Request {
            opts: run.opts,
            rules: run.rules,
            profile: Profile::of(series).expect("a series that is rebuilt"),
            noreturns: None,
            argv: Vec::new(),
            module_rule: ModuleRule::AsAsked,
            source: false,
        });
        let left = fs::read(&file).expect("still there");
        if outcome.code != 0 {
            assert!(left == data, "a failed run has changed the file");
            assert!(!outcome.stderr.is_empty(), "a failed run says nothing");
        } else if left != data {
            ElfFile::parse(&left).expect("the result can be read");
        }
    }
    let _ = fs::remove_file(&file);
});
