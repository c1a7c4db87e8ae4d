// SPDX-License-Identifier: GPL-2.0-only

//! The help texts of the kernel's tools/lib/subcmd.
//!
//! Upstream: `usage_with_options()`, `parse_options_usage()` and `print_option_help()`.

use super::option_row::OptionRow;
use super::option_row::Takes;
use super::words::Pos;
use super::words::Words;

/// The column where the descriptions start, without the gap before them.
const NAMES_WIDTH: usize = 24;
const GAP: usize = 2;

/// An option as a reader sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its letter, its name and what it takes, such as `-o, --output <file>`; empty for a heading.
    pub names: String,
    /// What it does, or the heading.
    pub help: &'static str,
}

/// All options, sorted within their groups, under an optional error.
pub(super) fn full<T>(usage: &[&str], rows: &[&OptionRow<T>], error: Option<&[u8]>) -> Vec<u8> {
    let mut out = Vec::new();
    if let Some(error) = error {
        out.extend_from_slice(b"  Error: ");
        out.extend_from_slice(error);
        out.push(b'\n');
    }
    print(usage, rows, |_| true, &mut out);
    out
}

/// The options that the words from `first` on ask about; all of them if there are no words.
pub(super) fn about<T>(usage: &[&str], rows: &[&OptionRow<T>], words: &Words, first: usize) -> Vec<u8> {
    let mut out = Vec::new();
    let asked: Vec<Pos> = (first..words.len()).filter_map(|word| words.start(word)).collect();
    print(usage, rows, |row| asked.is_empty() || asked.iter().any(|at| concerns(row, words, *at)), &mut out);
    out
}

/// The usage line and the options that the wrongly used one at `at` may have meant.
pub(super) fn of_option<T>(
    usage: &[&str],
    rows: &[&OptionRow<T>],
    words: &Words,
    at: Pos,
    is_letter: bool,
    out: &mut Vec<u8>,
) {
    usage_lines(usage, out);
    out.push(b'\n');
    if is_letter {
        if let Some(row) = rows.iter().find(|row| row.letter == words.byte(at)) {
            option(row, out);
        }
        return;
    }
    let typed = words.text(at);
    for row in rows.iter().filter(|row| !row.name.is_empty()) {
        if row.name.as_bytes().starts_with(typed) {
            option(row, out);
        }
        // For `--n` and `--no` the original compares with what lies three bytes on, in the next word.
        if b"no-".starts_with(typed) && row.name.as_bytes().starts_with(words.text(at.saturating_add(3))) {
            option(row, out);
        }
    }
}

fn print<T>(usage: &[&str], rows: &[&OptionRow<T>], wanted: impl Fn(&OptionRow<T>) -> bool, out: &mut Vec<u8>) {
    usage_lines(usage, out);
    if !matches!(rows.first().map(|row| &row.takes), Some(Takes::Heading)) {
        out.push(b'\n');
    }
    for row in sorted(rows) {
        if wanted(row) {
            option(row, out);
        }
    }
    out.push(b'\n');
}

fn usage_lines(usage: &[&str], out: &mut Vec<u8>) {
    let mut lead = "\n Usage: ";
    for line in usage {
        out.extend_from_slice(format!("{lead}{line}\n").as_bytes());
        lead = "    or: ";
    }
}

/// Each group by itself: letters in alphabetical order without regard to case, then names without a letter.
fn sorted<'a, T>(rows: &[&'a OptionRow<T>]) -> Vec<&'a OptionRow<T>> {
    let mut rows = rows.to_vec();
    for group in rows.split_mut(|row| matches!(row.takes, Takes::Heading)) {
        group.sort_by_key(|row| {
            let letter = if row.letter == 0 { b'z'.saturating_add(1) } else { row.letter.to_ascii_lowercase() };
            (letter, row.name)
        });
    }
    rows
}

/// Whether the word at `at` asks about this option: its letter, its name, or a part of its description.
///
/// Upstream: `option__in_argv()`.
fn concerns<T>(row: &OptionRow<T>, words: &Words, at: Pos) -> bool {
    let second = words.byte(at.saturating_add(1));
    let text = words.text(at);
    let is_name = |text: &[u8]| !row.name.is_empty() && row.name.as_bytes() == text;
    match text {
        [b'-', b'-', name @ ..] => row.letter == b'-' || is_name(name),
        // A lone dash has no letter, and neither have some options.
        [b'-', ..] => row.letter == second,
        // An empty word looks at the byte behind it.
        _ if second == 0 => row.letter == words.byte(at),
        _ => is_name(text) || contains(row.help.as_bytes(), text),
    }
}

/// Whether `text` is in `help`, without regard to case.
fn contains(help: &[u8], text: &[u8]) -> bool {
    text.is_empty() || help.windows(text.len()).any(|part| part.eq_ignore_ascii_case(text))
}

fn option<T>(row: &OptionRow<T>, out: &mut Vec<u8>) {
    if matches!(row.takes, Takes::Heading) {
        out.extend_from_slice(format!("\n{}\n", row.help).as_bytes());
        return;
    }
    let left = names(row);
    let line = if left.len() <= NAMES_WIDTH {
        format!("{left:NAMES_WIDTH$}{:GAP$}{}\n", "", row.help)
    } else {
        format!("{left}\n{:NAMES_WIDTH$}{:GAP$}{}\n", "", "", row.help)
    };
    out.extend_from_slice(line.as_bytes());
}

/// The letter, the name and what the option takes, indented as in the help; empty for a heading.
fn names<T>(row: &OptionRow<T>) -> String {
    let names = match (row.letter, row.name) {
        (0, "") => String::new(),
        (0, name) => format!("        --{name}"),
        (letter, "") => format!("    -{}", char::from(letter)),
        (letter, name) => format!("    -{}, --{name}", char::from(letter)),
    };
    let value = match row.takes {
        Takes::Heading | Takes::Nothing(_) => String::new(),
        Takes::Number(_) => " <n>".to_owned(),
        Takes::Text { what, .. } => format!(" <{what}>"),
        Takes::TextOr { what, .. } | Takes::Choice { what, .. } => format!("[=<{what}>]"),
    };
    names + &value
}

/// The options as rows of a text, in the order of the help.
pub(super) fn listed<T>(rows: &[&OptionRow<T>]) -> Vec<Listed> {
    sorted(rows).into_iter().map(|row| Listed { names: names(row).trim_start().to_owned(), help: row.help }).collect()
}
