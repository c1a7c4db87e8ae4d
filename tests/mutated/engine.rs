// SPDX-License-Identifier: GPL-2.0-only

//! Whole runs of `objtool` on damaged objects.

use crate::LIMIT;
use crate::MOST_MEMORY;
use crate::common::cpu_time::Watchdog;
use crate::mutations::Mutations;
use crate::objects;
use crate::peak_memory;
use crate::share;
use postlink::elf::ElfFile;
use postlink::kernel::Profile;
use postlink::kernel::series::Series;
use postlink::objtool::ModuleRule;
use postlink::objtool::Outcome;
use postlink::objtool::Request;
use postlink::objtool::options;
use postlink::objtool::options::Parsed;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::panic;
use std::panic::AssertUnwindSafe;
use std::panic::PanicHookInfo;
use std::path::Path;
use std::process::Command;
use std::process::ExitStatus;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::Mutex;
use std::thread;
use tempfile::TempDir;

/// Every action, in as few runs as the rules allow; `{}` is the object.
const RUNS: [(Series, &str); 6] = [
    (
        Series::V7_3,
        "--hacks --ibt --prefix=16 --cfi --fineibt --mcount --mnop --noabs --noinstr --orc --retpoline --rethunk --sls \
         --stackval --static-call --uaccess --unret --link --module --sec-address",
    ),
    (Series::V7_3, "--orc --stackval --uaccess --retpoline --prefix=16 --backtrace --stats --werror --dry-run"),
    (Series::V7_3, "--dump=orc"),
    (
        Series::V6_12,
        "--hacks --ibt --prefix=16 --cfi --mcount --mnop --noinstr --orc --retpoline --rethunk --sls --stackval --static-call \
         --uaccess --unret --link --module --sec-address",
    ),
    (Series::V6_12, "--orc --stackval --uaccess --mcount --static-call --no-unreachable --stats"),
    (Series::V6_12, "--dump=orc"),
];

/// The same for arm64 objects.
const ARM64_RUNS: [(Series, &str); 2] = [
    (Series::V7_3, "--mcount --static-call --module --noinstr --link --sec-address --verbose"),
    (Series::V6_12, "--mcount --static-call"),
];

/// The runs that make sense for an object.
fn runs_for(path: &Path) -> &'static [(Series, &'static str)] {
    let is_arm64 = path.components().any(|part| part.as_os_str() == "arm64");
    if is_arm64 { &ARM64_RUNS } else { &RUNS }
}

#[test]
fn runs_survive() {
    const N_PER_OBJECT: u64 = 1500;
    let dir = scratch();
    let file = dir.path().join("damaged.o");
    let now = Watchdog::start(LIMIT);
    let panics = Panics::watch();
    let mut wrong: BTreeMap<String, String> = BTreeMap::new();
    let mut n_failed = 0_u64;
    let mut n_written = 0_u64;
    for (path, whole) in objects() {
        for seed in 0..share(&path, N_PER_OBJECT) {
            let (damage, bytes) = Mutations::new(&whole, seed).apply();
            for &(series, options) in runs_for(&path) {
                let what = format!("{} #{seed}: {damage}: {} {options}", path.display(), series.name());
                now.doing(&what);
                fs::write(&file, &bytes).expect("written");
                let outcome = panic::catch_unwind(AssertUnwindSafe(|| run(series, options, &file)));
                let Ok(outcome) = outcome else {
                    wrong.entry(panics.last()).or_insert(what);
                    continue;
                };
                let left = fs::read(&file).expect("still there");
                if let Err(why) = judge(&outcome, &bytes, &left) {
                    wrong.entry(why).or_insert(what);
                }
                n_failed += u64::from(outcome.code != 0);
                n_written += u64::from(left != bytes);
            }
        }
    }
    drop(panics);
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(n_failed > 1000 && n_written > 1000, "{n_failed} failed, {n_written} written: this tests nothing");
    assert!(peak_memory() < MOST_MEMORY, "{} KiB of memory were asked for", peak_memory());
}

/// The same with the program itself, which aborts where a panic would unwind here and has the usual stack.
#[test]
fn program_survives() {
    const N_PER_OBJECT: u64 = 40;
    let dir = scratch();
    let file = dir.path().join("damaged.o");
    for (path, whole) in objects() {
        for seed in 0..share(&path, N_PER_OBJECT) {
            let (damage, bytes) = Mutations::new(&whole, 1_000_000 + seed).apply();
            for &(series, options) in runs_for(&path) {
                let what = format!("{} #{seed}: {damage}: {} {options}", path.display(), series.name());
                fs::write(&file, &bytes).expect("written");
                let status = run_program(series, options, &file);
                let code = status.code().unwrap_or_else(|| panic!("{status} on {what}"));
                let unchanged = fs::read(&file).expect("still there") == bytes;
                assert!(code == 0 || unchanged, "exit status {code}, but the file has changed on {what}");
            }
        }
    }
}

/// A folder, in memory where that is possible.
fn scratch() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

fn run(series: Series, options: &str, file: &Path) -> Outcome {
    let mut argv: Vec<OsString> = vec!["objtool".into()];
    argv.extend(options.split_whitespace().map(OsString::from));
    argv.push(file.into());
    let Parsed::Run(run) = options::parse(&series.facts(), &argv, &[]) else { panic!("{options}: no valid options") };
    postlink::objtool::run(&Request {
        opts: run.opts,
        rules: run.rules,
        profile: Profile::of(series).expect("a series that is rebuilt"),
        noreturns: None,
        argv: Vec::new(),
        module_rule: ModuleRule::AsAsked,
        source: false,
    })
}

/// Runs the program with the limits on memory and on time of the processor.
fn run_program(series: Series, options: &str, file: &Path) -> ExitStatus {
    let limits = format!("ulimit -v {MOST_MEMORY} && ulimit -t {} && exec \"$0\" \"$@\"", LIMIT.as_secs());
    let mut shell = Command::new("sh");
    shell.args(["-c", &limits, env!("CARGO_BIN_EXE_objtool")]).args(options.split_whitespace()).arg(file);
    shell.env_clear().env("POSTLINK_SERIES", series.name());
    shell.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().expect("the program starts")
}

/// What a run may leave: after a failure a message and the file as it was, otherwise a file that can be read.
fn judge(outcome: &Outcome, before: &[u8], after: &[u8]) -> Result<(), String> {
    if outcome.code != 0 && before != after {
        return Err(format!("exit status {}, but the file has changed", outcome.code));
    }
    if outcome.code != 0 && !outcome.stderr.ends_with(b"\n") {
        return Err(format!("exit status {} without a message", outcome.code));
    }
    match ElfFile::parse(after) {
        Err(error) if before != after => Err(format!("the result cannot be read: {error}")),
        _ => Ok(()),
    }
}

type Hook = Box<dyn Fn(&PanicHookInfo<'_>) + Sync + Send>;

/// Remembers where the last panic was, instead of printing each.
struct Panics {
    last: Arc<Mutex<String>>,
    /// What was there before.
    hook: Option<Hook>,
}

impl Panics {
    fn watch() -> Self {
        let panics = Self { last: Arc::default(), hook: Some(panic::take_hook()) };
        let last = Arc::clone(&panics.last);
        panic::set_hook(Box::new(move |info| *last.lock().expect("nobody panics with it") = info.to_string()));
        panics
    }

    fn last(&self) -> String {
        self.last.lock().expect("nobody panics with it").clone()
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        if let Some(hook) = self.hook.take().filter(|_| !thread::panicking()) {
            panic::set_hook(hook);
        }
    }
}
