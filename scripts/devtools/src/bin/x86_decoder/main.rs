// SPDX-License-Identifier: GPL-2.0-only

//! Compares our x86-64 decoder with the original's over sweeps of encodings, random bytes and real code.
//!
//! usage: x86_decoder --series SERIES --original HARNESS [--corpus DIRECTORY] [--quick] [--seed N] [SWEEP...]
//!
//! Sweeps: `plain` (prefixes x REX x opcodes x ModRM), `vex`, `truncated`, `random`, `corpus`, `mutated` (needs a corpus).
//! Started by scripts/parity/x86-decoder, which builds the harness and describes the records in `x86-decoder.c`. Exits with 1
//! after a difference, of which it prints the first few; the last line is "N passed, N failed", sweeps.

#![expect(clippy::print_stdout, reason = "what it says is its result")]

mod corpus;
mod original;
mod sweeps;

use original::Checker;
use postlink::kernel::releases::Series;
use std::path::PathBuf;
use std::process::ExitCode;

/// What the command line says.
struct Args {
    series: String,
    original: PathBuf,
    corpus: Option<PathBuf>,
    quick: bool,
    seed: u64,
    sweeps: Vec<String>,
}

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("x86_decoder: {error}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<bool, String> {
    let args = parse()?;
    let series = Series::of_version(&args.series).ok_or(format!("unknown series {}", args.series))?;
    let flags = series.facts().decode;
    let (mut n_same, mut n_different) = (0, 0);
    let wants = |name: &str| args.sweeps.is_empty() || args.sweeps.iter().any(|sweep| sweep == name);
    let files = args.corpus.as_deref().map(corpus::objects).unwrap_or_default();
    for name in ["plain", "vex", "truncated", "random", "corpus", "mutated"] {
        if !wants(name) {
            continue;
        }
        let mut checker = Checker::start(&args.original, flags).map_err(|error| error.to_string())?;
        match name {
            "plain" => sweeps::plain(&mut checker, args.quick)?,
            "vex" => sweeps::vex(&mut checker)?,
            "truncated" => sweeps::truncated(&mut checker)?,
            "random" => sweeps::random(&mut checker, args.seed, if args.quick { 1_000_000 } else { 40_000_000 })?,
            "corpus" => corpus::text(&mut checker, &files)?,
            _ => corpus::mutated(&mut checker, &files, args.seed, if args.quick { 1_000_000 } else { 20_000_000 })?,
        }
        let (compared, differences) = checker.finish()?;
        println!("{} {name}: {compared} encodings compared, {differences} differences", args.series);
        n_same += u32::from(differences == 0);
        n_different += u32::from(differences != 0);
    }
    println!("{n_same} passed, {n_different} failed");
    Ok(n_different == 0 && n_same > 0)
}

fn parse() -> Result<Args, String> {
    let mut args = Args {
        series: String::new(),
        original: PathBuf::new(),
        corpus: None,
        quick: false,
        seed: 1,
        sweeps: Vec::new(),
    };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--series" => args.series = value()?,
            "--original" => args.original = value()?.into(),
            "--corpus" => args.corpus = Some(value()?.into()),
            "--seed" => args.seed = value()?.parse().map_err(|_| "--seed needs a number")?,
            "--quick" => args.quick = true,
            "plain" | "vex" | "truncated" | "random" | "corpus" | "mutated" => args.sweeps.push(word),
            _ => return Err(format!("unknown argument {word}")),
        }
    }
    Ok(args)
}
