// SPDX-License-Identifier: GPL-2.0-only

//! `objtool`'s command line, in every series' own way.
//!
//! Upstream: `main()`, `cmd_parse_options()` and the part of `objtool_run()` before a file is opened; in 5.10 the
//! sub-commands `check` and `orc`. The originals share one option parser, the kernel's tools/lib/subcmd; [`subcmd`] has its
//! rules and [`usage`] its texts. What an option does to [`Opts`], and which series have it, is a table in [`rows`].

mod exit;
mod klp;
mod legacy;
mod option_row;
mod rows;
mod subcmd;
mod usage;
mod words;

pub use exit::Exit;
pub use klp::KlpCall;
pub use klp::KlpDiff;
pub use usage::Listed;

use words::Words;

use crate::kernel::Facts;
use crate::kernel::OptionTable;
use crate::objtool::opts::Opts;
use crate::objtool::opts::conflicts::OptionRules;
use option_row::OptionRow;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

/// What a command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// To work on one file.
    Run(Box<Invocation>),
    /// `klp`, of 7.2 and newer.
    Klp(KlpCall),
    /// Nothing more than to print this and end.
    Exit(Exit),
}

/// The options of a run, and the rules that the engine applies once it has opened the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// What was typed.
    pub opts: Opts,
    /// Which combinations are refused after the file was opened.
    pub rules: OptionRules,
}

impl Invocation {
    /// The end of the run if its options are refused before any file is opened.
    pub fn refused(&self) -> Option<Exit> {
        let conflict = self.rules.before_open(&self.opts).err()?;
        Some(Exit::failure(1, format!("error: objtool: {}\n", conflict.0)))
    }
}

const USAGE: &[&str] = &["objtool <actions> [<options>] file.o"];
const ENV_USAGE: &[&str] = &["OBJTOOL_ARGS=\"<options>\""];

/// The original's array has 16 words, of which the first is the variable's name.
const MAX_ENV_WORDS: usize = 15;

/// Parses `argv`, whose first word is the program's name, in the environment `environ`, as the objtool with these facts does.
pub fn parse(facts: &Facts, argv: &[OsString], environ: &[(OsString, OsString)]) -> Parsed {
    let words = Words::of_process(argv, environ);
    let parsed = match (facts.options, argv) {
        (OptionTable::Subcommands | OptionTable::V5_15, _) => legacy::parse(facts, &words, environ),
        (OptionTable::V7_2, [_, command, ..]) if command == "klp" => {
            return klp::parse(&words).map_or_else(Parsed::Exit, Parsed::Klp);
        }
        (OptionTable::V6_1 | OptionTable::V6_6 | OptionTable::V6_18 | OptionTable::V7_2, _) => {
            actions(facts, &words, environ)
        }
    };
    match parsed {
        Ok(run) => Parsed::Run(Box::new(run)),
        Err(exit) => Parsed::Exit(exit),
    }
}

/// The command lines of the releases with this table, and its options in the order of the help; those of `klp` come last.
pub fn listed(table: OptionTable) -> (Vec<&'static str>, Vec<Listed>) {
    let usage = match table {
        OptionTable::Subcommands | OptionTable::V5_15 => [legacy::CHECK_USAGE, legacy::ORC_USAGE].concat(),
        OptionTable::V6_1 | OptionTable::V6_6 | OptionTable::V6_18 | OptionTable::V7_2 => USAGE.to_vec(),
    };
    let mut rows = usage::listed(&rows::of(table));
    if table != OptionTable::V7_2 {
        return (usage, rows);
    }
    let (klp_usage, klp_rows) = klp::listed();
    rows.extend(klp_rows);
    ([usage, klp_usage].concat(), rows)
}

/// `objtool <actions> [<options>] file.o`.
fn actions(facts: &Facts, words: &Words, environ: &[(OsString, OsString)]) -> Result<Invocation, Exit> {
    let rows = rows::of(facts.options);
    let rules = OptionRules::new(facts);
    let mut opts = Opts::default();
    parse_variable(environ, &rows, &mut opts)?;
    let verbose = environ.iter().find(|(key, _)| key == "OBJTOOL_VERBOSE");
    opts.verbose |= facts.options != OptionTable::V6_1 && verbose.is_some_and(|(_, value)| value == "1");
    let files = subcmd::parse(words, 1, &rows, USAGE, &mut opts)?;
    opts.file = match <[Vec<u8>; 1]>::try_from(files) {
        Ok([file]) => OsString::from_vec(file).into(),
        Err(_) => return Err(Exit::failure(Exit::USAGE, usage::full(USAGE, &rows, None))),
    };
    Ok(Invocation { opts, rules })
}

/// Options from the environment; words that are none are dropped.
fn parse_variable(environ: &[(OsString, OsString)], rows: &[&OptionRow<Opts>], opts: &mut Opts) -> Result<(), Exit> {
    if let Some(words) = Words::of_variable("OBJTOOL_ARGS", MAX_ENV_WORDS, environ) {
        subcmd::parse(&words, 1, rows, ENV_USAGE, opts)?;
    }
    Ok(())
}
