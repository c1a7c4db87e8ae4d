//! `objtool`'s command line, in every series' own way.
//!
//! Upstream: `main()`, `cmd_parse_options()` and the part of `objtool_run()` before a file is opened; in 5.10 the
//! sub-commands `check` and `orc`. The originals share one option parser, the kernel's tools/lib/subcmd; [`subcmd`] has its
//! rules and [`usage`] its texts. What an option does to [`Opts`], and which series have it, is a table in [`rows`].

mod exit;
mod legacy;
mod rows;
mod subcmd;
mod usage;
mod words;

pub use exit::Exit;

use words::Words;

use crate::kernel::series::Series;
use crate::objtool::opts::Opts;
use crate::objtool::opts::conflicts::OptionRules;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;

/// What a command line asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsed {
    /// To work on one file.
    Run(Box<Run>),
    /// 7.3's `klp` with the words after it.
    Klp(Vec<OsString>),
    /// Nothing more than to print this and end.
    Exit(Exit),
}

/// The options of a run, and the rules that the engine applies once it has opened the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// What was typed.
    pub opts: Opts,
    /// Which combinations are refused after the file was opened.
    pub rules: OptionRules,
}

impl Run {
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

/// Parses `argv`, whose first word is the program's name, in the environment `environ`.
pub fn parse(series: Series, argv: &[OsString], environ: &[(OsString, OsString)]) -> Parsed {
    let words = Words::of_process(argv, environ);
    let parsed = match (series, argv) {
        (Series::V5_10 | Series::Lto, _) => legacy::parse(&words),
        (Series::V7_3, [_, command, rest @ ..]) if command == "klp" => return Parsed::Klp(rest.to_vec()),
        (Series::V6_1 | Series::V6_12 | Series::V7_3, _) => actions(series, &words, environ),
    };
    match parsed {
        Ok(run) => Parsed::Run(Box::new(run)),
        Err(exit) => Parsed::Exit(exit),
    }
}

/// `objtool <actions> [<options>] file.o`.
fn actions(series: Series, words: &Words, environ: &[(OsString, OsString)]) -> Result<Run, Exit> {
    let rows = rows::of(series);
    let rules = rules(series);
    let mut opts = Opts::default();
    if let Some(words) = Words::of_variable("OBJTOOL_ARGS", MAX_ENV_WORDS, environ) {
        // Words that are not options are dropped.
        subcmd::parse(&words, 1, &rows, ENV_USAGE, &mut opts)?;
    }
    if series != Series::V6_1 && environ.iter().find(|(key, _)| key == "OBJTOOL_VERBOSE").is_some_and(|(_, v)| v == "1")
    {
        opts.verbose = true;
    }
    let files = subcmd::parse(words, 1, &rows, USAGE, &mut opts)?;
    opts.file = match <[Vec<u8>; 1]>::try_from(files) {
        Ok([file]) => OsString::from_vec(file).into(),
        Err(_) => return Err(Exit::failure(Exit::USAGE, usage::full(USAGE, &rows, None))),
    };
    Ok(Run { opts, rules })
}

fn rules(series: Series) -> OptionRules {
    match series {
        Series::V5_10 | Series::Lto => OptionRules::Subcommands,
        Series::V6_1 => OptionRules::Commands,
        Series::V6_12 => OptionRules::Actions,
        Series::V7_3 => OptionRules::Strict,
    }
}
