// SPDX-License-Identifier: GPL-2.0-only

//! The command lines in `testdata/cli`: what each series' parser makes of them.
//!
//! The expectations were equal to the originals when they were written, and `scripts/parity/cli` compares thousands of
//! lines with these. `UPDATE_EXPECT=1` rewrites them; read the diff.

use postlink::kernel::OptionTable;
use postlink::kernel::series::Series;
use postlink::objtool::options;
use postlink::objtool::options::Exit;
use postlink::objtool::options::Invocation;
use postlink::objtool::options::KlpCall;
use postlink::objtool::options::Parsed;
use postlink::objtool::opts::Opts;
use postlink::objtool::opts::conflicts::OptionRules;
use std::env;
use std::ffi::OsString;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

const ALL: [Series; 6] = [Series::V5_10, Series::V6_1, Series::V6_6, Series::V6_12, Series::V6_18, Series::V7_3];

#[test]
fn lines_are_parsed_as_written_down() {
    let lines = fs::read_to_string(testdata("lines")).expect("the lines are there");
    for series in ALL {
        let mut found = String::new();
        let all = all_options(series);
        for line in lines.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            let outcome = outcome(series, line);
            let short = if found.contains(&all) { outcome.replace(&all, "(all options)\n") } else { outcome };
            writeln!(found, "$ {line}\n{short}").expect("text grows");
        }
        let path = testdata(&format!("lines@{}.expect", series.name()));
        if env::var_os("UPDATE_EXPECT").is_some() {
            fs::write(&path, &found).expect("the expectation can be written");
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        let differ = expected.lines().zip(found.lines()).find(|(old, new)| old != new);
        assert!(expected == found, "{}: expected and found differ: {differ:?}", path.display());
    }
}

fn testdata(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("testdata/cli").join(name)
}

/// The list of all options, which is written down once per series.
fn all_options(series: Series) -> String {
    let help = outcome(series, if series == Series::V5_10 { "check -h" } else { "-h" });
    let list = help.split_inclusive('\n').skip(4);
    list.collect()
}

/// What a line ends in. Leading `NAME=value` words are the environment; `''` is an empty word, `_` in a value a blank. 5.10 takes
/// a line of options as those of `check`.
fn outcome(series: Series, line: &str) -> String {
    let mut environ: Vec<(OsString, OsString)> = Vec::new();
    let mut argv: Vec<OsString> = vec!["objtool".into()];
    let is_option = |word: &str| word.starts_with("--") && word != "--help";
    for word in line.split(' ') {
        if series == Series::V5_10 && argv.len() == 1 && is_option(word) {
            argv.push("check".into());
        }
        match word.split_once('=') {
            Some((name, value)) if argv.len() == 1 && !name.starts_with('-') => {
                environ.push((name.into(), value.replace('_', " ").into()));
            }
            _ => argv.push(if word == "''" { "".into() } else { word.into() }),
        }
    }
    let exit = match options::parse(&series.facts(), &argv, &environ) {
        Parsed::Run(run) => match run.refused() {
            None => return fields(&run),
            Some(exit) => exit,
        },
        Parsed::Klp(KlpCall::Checksum(opts)) => {
            return "klp checksum\n".to_owned()
                + &fields(&Invocation { opts: *opts, rules: OptionRules::new(&series.facts()) });
        }
        Parsed::Klp(call) => return format!("{call:?}\n"),
        Parsed::Exit(exit) => exit,
    };
    let Exit { stdout, stderr, code } = exit;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("exit {code}\n{}{}", text(&stderr), text(&stdout))
}

/// An option as a line shows it; `None` if it is not set.
trait Shown {
    fn shown(&self) -> Option<String>;
}

impl Shown for bool {
    fn shown(&self) -> Option<String> {
        self.then(|| "true".to_owned())
    }
}

impl Shown for i32 {
    fn shown(&self) -> Option<String> {
        (*self != 0).then(|| self.to_string())
    }
}

impl Shown for OsString {
    fn shown(&self) -> Option<String> {
        Some(format!("\"{}\"", self.display()))
    }
}

impl Shown for PathBuf {
    fn shown(&self) -> Option<String> {
        Some(format!("\"{}\"", self.display()))
    }
}

impl Shown for String {
    fn shown(&self) -> Option<String> {
        Some(format!("\"{self}\""))
    }
}

impl<T: Shown> Shown for Option<T> {
    fn shown(&self) -> Option<String> {
        self.as_ref().and_then(T::shown)
    }
}

/// Name and value of every field; one that is left out does not compile.
macro_rules! fields {
    ($kind:ident of $value:expr; $($field:ident)+) => {{
        let $kind { $($field),+ } = $value;
        [$((stringify!($field), $field.shown())),+]
    }};
}

/// The fields that are set, one a line.
fn fields(Invocation { opts, rules }: &Invocation) -> String {
    let fields = fields! {
        Opts of opts;
        checksum cfi dump_orc hack_jump_label hack_noinstr hack_skylake fineibt ibt klp_symids mcount noabs noinstr orc prefix
        retpoline rethunk sls stackval static_call uaccess unret disas backtrace backup debug_checksum dry_run link mnop module
        no_unreachable output sec_address stats trace verbose werror wide no_fp duplicate vmlinux file
    };
    let rules = match rules.table() {
        OptionTable::Subcommands | OptionTable::V5_15 => "Subcommands",
        OptionTable::V6_1 => "Commands",
        OptionTable::V6_6 => "Actions",
        OptionTable::V6_18 | OptionTable::V7_2 => "Strict",
    };
    let set = fields.into_iter().filter_map(|(name, value)| Some(format!("{name}: {}\n", value?)));
    set.chain([format!("rules: {rules}\n")]).collect()
}
