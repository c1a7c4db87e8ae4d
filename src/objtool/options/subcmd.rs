// SPDX-License-Identifier: GPL-2.0-only

//! The option rules of the kernel's tools/lib/subcmd: unique prefixes of long names, an automatic `--no-`, bundled
//! letters, optional values, options and files in any order.
//!
//! Upstream: `parse_options()` and what it calls.

use super::Exit;
use super::option_row::OptionRow;
use super::option_row::Takes;
use super::usage;
use super::words::Pos;
use super::words::Words;

/// Parses `words` from the `first` on by `rows` into `target`, and returns those that are not options.
pub(super) fn parse<T>(
    words: &Words,
    first: usize,
    rows: &[&OptionRow<T>],
    usage: &[&str],
    target: &mut T,
) -> Result<Vec<Vec<u8>>, Exit> {
    let parser = Parser { words, rows, usage, target, word: first, rest: None, stderr: Vec::new() };
    parser.run()
}

/// The state while going through the words.
struct Parser<'a, T: 'static> {
    words: &'a Words,
    rows: &'a [&'a OptionRow<T>],
    usage: &'a [&'a str],
    target: &'a mut T,
    /// The index of the word being looked at.
    word: usize,
    /// What is left of that word for the option just found: a value after `=`, or the letters after this one.
    rest: Option<Pos>,
    stderr: Vec<u8>,
}

/// Why a word could not be taken.
enum Refusal {
    /// The option is known but used wrongly; any message is in `stderr`.
    Misused,
    /// There is no such option.
    Unknown,
}

/// How an option was spelled, for messages.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spelling {
    Letter,
    Name,
    Negated,
}

/// How a typed long name compares with one of the table.
enum Match {
    None,
    Exact { negated: bool, value: Option<Pos> },
    Prefix { negated: bool, value: Option<Pos> },
}

impl<'a, T> Parser<'a, T> {
    fn run(mut self) -> Result<Vec<Vec<u8>>, Exit> {
        let mut operands = Vec::new();
        while let Some(start) = self.words.start(self.word) {
            let text = self.words.text(start);
            match text {
                [b'-', b'-'] => {
                    self.word = self.word.saturating_add(1);
                    break;
                }
                [b'-', b'-', ..] => self.long(start.saturating_add(2))?,
                [b'-', _, ..] => self.letters(start.saturating_add(1))?,
                _ => operands.push(text.to_vec()),
            }
            self.word = self.word.saturating_add(1);
        }
        while let Some(start) = self.words.start(self.word) {
            operands.push(self.words.text(start).to_vec());
            self.word = self.word.saturating_add(1);
        }
        Ok(operands)
    }

    /// One word that starts with two dashes; `at` is behind them.
    fn long(&mut self, at: Pos) -> Result<(), Exit> {
        match self.words.text(at) {
            b"help" | b"help-all" => return Err(self.help()),
            b"list-opts" => return Err(self.list_options()),
            // The list of sub-commands; there are none below the option parser.
            b"list-cmds" => return Err(Exit { stdout: b"\n".to_vec(), stderr: Vec::new(), code: 130 }),
            _ => {}
        }
        self.rest = None;
        match self.long_option(at) {
            Ok(()) => Ok(()),
            Err(Refusal::Misused) => Err(self.misused(at, false)),
            Err(Refusal::Unknown) => Err(self.unknown_option(at)),
        }
    }

    /// One word of letters; `at` is behind the dash.
    fn letters(&mut self, at: Pos) -> Result<(), Exit> {
        let mut letter = at;
        loop {
            // Help comes before any option that has this letter.
            if self.words.byte(letter) == b'h' {
                return Err(self.help());
            }
            self.rest = Some(letter);
            match self.letter_option(letter) {
                Ok(()) => {}
                Err(Refusal::Misused) => return Err(self.misused(letter, true)),
                // The original turns the letters from here on into a word of their own, so `-s-x` is reported as `--x`.
                Err(Refusal::Unknown) if letter != at && self.words.byte(letter) == b'-' => {
                    return Err(self.unknown_option(letter.saturating_add(1)));
                }
                Err(Refusal::Unknown) => return Err(self.unknown_switch(letter)),
            }
            let Some(next) = self.rest else { return Ok(()) };
            if letter == at {
                self.refuse_long_name_with_one_dash(at)?;
            }
            letter = next;
        }
    }

    fn letter_option(&mut self, at: Pos) -> Result<(), Refusal> {
        let letter = self.words.byte(at);
        let row = *self.rows.iter().find(|row| row.letter == letter).ok_or(Refusal::Unknown)?;
        let next = at.saturating_add(1);
        self.rest = (self.words.byte(next) != 0).then_some(next);
        self.apply(row, Spelling::Letter)
    }

    /// Finds the option that the text at `at` names: an exact match anywhere in the table, else the only prefix match.
    fn long_option(&mut self, at: Pos) -> Result<(), Refusal> {
        let typed = self.words.text(at);
        let mut found = None;
        let mut other = None;
        for row in self.rows {
            match compare(typed, at, row.name) {
                Match::None => {}
                Match::Exact { negated, value } => {
                    self.rest = value;
                    return self.apply(row, Spelling::of_long(negated));
                }
                Match::Prefix { negated, value } => {
                    other = found;
                    found = Some((*row, negated, value));
                }
            }
        }
        match (found, other) {
            (None, _) => Err(Refusal::Unknown),
            (Some((row, negated, value)), None) => {
                self.rest = value;
                self.apply(row, Spelling::of_long(negated))
            }
            (Some(last), Some(before)) => {
                self.stderr.extend_from_slice(b" Error: Ambiguous option: ");
                self.stderr.extend_from_slice(typed);
                let name = |(row, negated, _): (&OptionRow<T>, bool, _)| format!("--{}{}", no(negated), row.name);
                self.stderr.extend_from_slice(format!(" (could be {} or {})\n", name(before), name(last)).as_bytes());
                Err(Refusal::Misused)
            }
        }
    }

    /// Gives the option what it takes. Upstream: `get_value()`.
    fn apply(&mut self, row: &OptionRow<T>, spelling: Spelling) -> Result<(), Refusal> {
        let negated = spelling == Spelling::Negated;
        let takes_nothing = matches!(row.takes, Takes::Nothing(_)) && spelling != Spelling::Letter;
        if self.rest.is_some() && (negated || takes_nothing) {
            return Err(self.complain(row, spelling, "takes no value"));
        }
        match row.takes {
            Takes::Heading => return Err(Refusal::Unknown),
            Takes::Nothing(slot) => *slot(self.target) = !negated,
            Takes::Number(slot) if negated => *slot(self.target) = 0,
            Takes::Number(slot) => {
                let value = self.value(row, spelling)?;
                let number = decimal(value).ok_or_else(|| self.complain(row, spelling, "expects a numerical value"))?;
                *slot(self.target) = number;
            }
            Takes::Text { store, .. } | Takes::TextOr { store, .. } if negated => store(self.target, None),
            Takes::TextOr { default, store, .. } if self.rest.is_none() => store(self.target, Some(default.as_bytes())),
            Takes::Text { store, .. } | Takes::TextOr { store, .. } => {
                let value = self.value(row, spelling)?;
                store(self.target, Some(value));
            }
            Takes::Choice { choose, .. } => {
                let value = if self.rest.is_none() { None } else { Some(self.value(row, spelling)?) };
                if !choose(self.target, value) {
                    return Err(Refusal::Misused);
                }
            }
        }
        Ok(())
    }

    /// The option's value: the rest of this word, else the next word whatever it looks like.
    fn value(&mut self, row: &OptionRow<T>, spelling: Spelling) -> Result<&'a [u8], Refusal> {
        let words = self.words;
        if let Some(at) = self.rest.take() {
            return Ok(words.text(at));
        }
        let next = self.word.saturating_add(1);
        let start = words.start(next).ok_or_else(|| self.complain(row, spelling, "requires a value"))?;
        self.word = next;
        Ok(words.text(start))
    }

    /// Upstream: `opterror()`. The line is ended by what follows it.
    fn complain(&mut self, row: &OptionRow<T>, spelling: Spelling, reason: &str) -> Refusal {
        let option = match spelling {
            Spelling::Letter => format!("switch `{}'", char::from(row.letter)),
            Spelling::Name => format!("option `{}'", row.name),
            Spelling::Negated => format!("option `no-{}'", row.name),
        };
        self.stderr.extend_from_slice(format!(" Error: {option} {reason}").as_bytes());
        Refusal::Misused
    }

    /// A long name with one dash often parses as letters, with a surprising result. Upstream: `check_typos()`.
    fn refuse_long_name_with_one_dash(&self, at: Pos) -> Result<(), Exit> {
        let typed = self.words.text(at);
        let is_name = || self.rows.iter().any(|row| row.name.as_bytes().starts_with(typed));
        if typed.len() < 3 || !(typed.starts_with(b"no-") || is_name()) {
            return Ok(());
        }
        Err(Exit::failure(Exit::USAGE, [b" Error: did you mean `--", typed, b"` (with two dashes ?)\n"].concat()))
    }

    fn misused(&mut self, at: Pos, is_letter: bool) -> Exit {
        let mut stderr = std::mem::take(&mut self.stderr);
        usage::of_option(self.usage, self.rows, self.words, at, is_letter, &mut stderr);
        Exit::failure(Exit::USAGE, stderr)
    }

    fn unknown_option(&self, at: Pos) -> Exit {
        self.unknown([b"unknown option `", self.words.text(at), b"'"].concat())
    }

    fn unknown_switch(&self, at: Pos) -> Exit {
        self.unknown([b"unknown switch `".as_slice(), &[self.words.byte(at)], b"'"].concat())
    }

    fn unknown(&self, error: Vec<u8>) -> Exit {
        Exit::failure(Exit::USAGE, usage::full(self.usage, self.rows, Some(&error)))
    }

    fn help(&self) -> Exit {
        Exit::failure(Exit::USAGE, usage::about(self.usage, self.rows, self.words, self.word.saturating_add(1)))
    }

    fn list_options(&self) -> Exit {
        let names = self.rows.iter().filter(|row| !row.name.is_empty());
        let mut stdout: Vec<u8> = names.flat_map(|row| format!("--{} ", row.name).into_bytes()).collect();
        stdout.push(b'\n');
        Exit { stdout, stderr: Vec::new(), code: 130 }
    }
}

impl Spelling {
    fn of_long(negated: bool) -> Self {
        if negated { Self::Negated } else { Self::Name }
    }
}

fn no(negated: bool) -> &'static str {
    if negated { "no-" } else { "" }
}

/// Compares what was typed at `at` (the value after `=` included) with the option `name`.
fn compare(typed: &[u8], at: Pos, name: &str) -> Match {
    if name.is_empty() {
        return Match::None;
    }
    let name = name.as_bytes();
    let equals = memchr::memchr(b'=', typed);
    let value = equals.map(|equals| at.saturating_add(equals).saturating_add(1));
    let exact = |rest: &[u8], negated| match rest.first() {
        None | Some(b'=') => Match::Exact { negated, value },
        Some(_) => Match::None,
    };
    if let Some(rest) = typed.strip_prefix(name) {
        return exact(rest, false);
    }
    // An option whose own name starts with "no-" is negated by leaving that out.
    if let Some(positive) = name.strip_prefix(b"no-") {
        if let Some(rest) = typed.strip_prefix(positive) {
            return exact(rest, true);
        }
        if positive.starts_with(typed) {
            return Match::Prefix { negated: true, value: None };
        }
    }
    if name.starts_with(typed.get(..equals.unwrap_or(typed.len())).unwrap_or_default()) {
        return Match::Prefix { negated: false, value };
    }
    if b"no-".starts_with(typed) {
        return Match::Prefix { negated: true, value: None };
    }
    let Some(typed) = typed.strip_prefix(b"no-") else { return Match::None };
    match typed.strip_prefix(name) {
        Some(rest) => exact(rest, true),
        None if name.starts_with(typed) => Match::Prefix { negated: true, value: None },
        None => Match::None,
    }
}

/// The whole text as a decimal number, as C reads one: blanks before it, a sign, no digits at all for an empty text, and
/// what is too large for `long` is cut to its limit, then to the low 32 bits.
fn decimal(text: &[u8]) -> Option<i32> {
    if text.is_empty() {
        return Some(0);
    }
    let blanks = text.iter().take_while(|byte| matches!(byte, b' ' | b'\t'..=b'\r')).count();
    let text = text.get(blanks..).unwrap_or_default();
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut number: i64 = 0;
    for digit in digits {
        let digit = i64::from(digit.wrapping_sub(b'0'));
        let signed = if negative { digit.wrapping_neg() } else { digit };
        number = number.saturating_mul(10).saturating_add(signed);
    }
    Some(low_word(number))
}

#[expect(clippy::cast_possible_truncation, reason = "the original assigns a long to an int")]
fn low_word(number: i64) -> i32 {
    number as i32
}
