// SPDX-License-Identifier: GPL-2.0-only

//! What `postlink objtool --help` and `postlink modpost --help` print: the options of the kernel at hand, and what the
//! drop-ins do not have. The drop-ins themselves print what the originals do.

use std::ffi::OsString;

use crate::kernel::modpost::ModpostProfile;
use crate::kernel::modpost::choice::Choice;
use crate::kernel::series::Selection;
use crate::objtool::options;

/// Columns of an option's names, before what it does.
const NAMES_WIDTH: usize = 30;

/// What `--kernel-series` and the environment do, for both tools.
pub const SERIES: &[(&str, &str)] = &[
    ("--kernel-series=RELEASE", "behave as that kernel's tool does: 6.12, or a point such as 6.6.80"),
    ("POSTLINK_SERIES=RELEASE", "the same, in the environment; without both, the kernel's sources and version decide"),
];

/// What only `postlink objtool` has.
pub const OBJTOOL_ONLY: &[(&str, &str)] = &[
    ("--source", "say where in the source each finding is, and which path through the function leads there"),
    ("(--module)", "is supplied for what is evidently part of a module, and that is said"),
    ("--help", "this text; the drop-in objtool prints the original's"),
];

/// What only `postlink modpost` has.
pub const MODPOST_ONLY: &[(&str, &str)] = &[
    ("(undefined symbols)", "are told with where they were last seen, and who needs them"),
    ("(section mismatches)", "are told once, with file and line"),
    ("--help", "this text; the drop-in modpost has none, as the original"),
];

/// Whether a word before `--` asks for help.
pub fn is_asked_for(argv: &[OsString]) -> bool {
    argv.iter().skip(1).take_while(|word| *word != "--").any(|word| word == "--help" || word == "-h")
}

/// The help of `postlink objtool`.
pub fn objtool(selection: &Selection) -> String {
    let (usage, rows) = options::listed(selection.facts().options);
    let mut out =
        "The objtool of a kernel release: validates an object's code and writes the kernel's tables.\n\n".to_owned();
    for line in usage {
        out += &format!("Usage: postlink {line}\n");
    }
    out += "\nOf postlink:\n";
    out += &lines(SERIES.iter().chain(OBJTOOL_ONLY).copied());
    out += &format!("\nOf objtool in {}, {}:\n", selection.series.name(), selection.chosen_by);
    for row in rows {
        out += &match row.names.is_empty() {
            true => format!("\n{}\n", row.help),
            false => lines([(row.names.as_str(), row.help)]),
        };
    }
    out += "\nAn arm64 object needs no options: its tables are checked, and findings are told.\n";
    out += "postlink explain says more about a line that this prints.\n";
    out
}

/// The help of `postlink modpost`.
pub fn modpost(choice: &Choice) -> String {
    let mut out =
        "The modpost of a kernel release: decides what modules may link against, and writes what they need.\n\n\
                   Usage: postlink modpost [<options>] [file.o...]\n\nOf postlink:\n"
            .to_owned();
    out += &lines(SERIES.iter().chain(MODPOST_ONLY).copied());
    out += &format!("\nOf modpost in {}, {}:\n", choice.series.name(), choice.chosen_by);
    let options = crate::modpost::listed(&ModpostProfile::new(choice.behaviours));
    out += &lines(options.iter().map(|(names, help)| (names.as_str(), *help)));
    out
}

/// One line for each option.
fn lines<'a>(rows: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    rows.into_iter().map(|(names, help)| format!("  {names:NAMES_WIDTH$}  {help}\n")).collect()
}
