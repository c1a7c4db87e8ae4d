// SPDX-License-Identifier: GPL-2.0-only

//! The words of a command line as they lie in memory: each ends with a NUL byte, the next one follows at once, and the
//! environment and the program's path follow the last.
//!
//! The original reads past the end of a word in two places (an empty word after `-h`; the options listed for an
//! ambiguous `--n` or `--no`), and what it prints then depends on the word that follows. Keeping its memory layout
//! reproduces that with no special case.

use std::ffi::OsStr;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

/// A place inside the block: a byte offset. Reading from it gives the rest of that word.
pub(super) type Pos = usize;

/// Words, and the bytes that follow the last one.
#[derive(Debug)]
pub(super) struct Words {
    block: Vec<u8>,
    starts: Vec<Pos>,
}

impl Words {
    /// The words of a process, followed by its environment.
    pub(super) fn of_process(argv: &[OsString], environ: &[(OsString, OsString)]) -> Self {
        let mut words = Self { block: Vec::new(), starts: Vec::new() };
        for word in argv {
            words.starts.push(words.block.len());
            words.append(&[word]);
        }
        words.append_environ(environ);
        words
    }

    /// The words of one variable of the environment: split at single blanks, at most `limit` of them, a first one named
    /// after the variable. What is beyond the limit is dropped.
    ///
    /// `None` if there is no such variable.
    pub(super) fn of_variable(name: &str, limit: usize, environ: &[(OsString, OsString)]) -> Option<Self> {
        let at = environ.iter().position(|(key, _)| key == name)?;
        let (_, value) = environ.get(at)?;
        let mut words = Self { block: Vec::new(), starts: vec![0] };
        words.append(&[OsStr::new(name)]);
        let mut rest = value.as_bytes();
        for _ in 0..limit {
            words.starts.push(words.block.len());
            let (word, after) = match memchr::memchr(b' ', rest) {
                Some(blank) => (rest.get(..blank), rest.get(blank.saturating_add(1)..)),
                None => (Some(rest), None),
            };
            words.append(&[OsStr::from_bytes(word.unwrap_or_default())]);
            match after {
                Some(after) => rest = after,
                None => {
                    rest = &[];
                    break;
                }
            }
        }
        if !rest.is_empty() {
            words.append(&[OsStr::from_bytes(rest)]);
        }
        words.append_environ(environ.get(at.saturating_add(1)..).unwrap_or_default());
        Some(words)
    }

    /// How many words there are, the first (the program's name) included.
    pub(super) fn len(&self) -> usize {
        self.starts.len()
    }

    /// Where word `index` starts.
    pub(super) fn start(&self, index: usize) -> Option<Pos> {
        self.starts.get(index).copied()
    }

    /// The rest of the word at `pos`; past its terminating NUL that is the next word.
    pub(super) fn text(&self, pos: Pos) -> &[u8] {
        let rest = self.block.get(pos..).unwrap_or_default();
        rest.get(..memchr::memchr(0, rest).unwrap_or(rest.len())).unwrap_or_default()
    }

    /// The byte at `pos`, 0 at a word's end.
    pub(super) fn byte(&self, pos: Pos) -> u8 {
        self.block.get(pos).copied().unwrap_or(0)
    }

    fn append(&mut self, parts: &[&OsStr]) {
        for part in parts {
            self.block.extend_from_slice(part.as_bytes());
        }
        self.block.push(0);
    }

    fn append_environ(&mut self, environ: &[(OsString, OsString)]) {
        for (key, value) in environ {
            self.append(&[key, OsStr::new("="), value]);
        }
        // Behind the environment lies the name of the program's file.
        self.append(&[OsStr::new("/objtool")]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environ(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
        pairs.iter().map(|(key, value)| (key.into(), value.into())).collect()
    }

    fn texts(words: &Words) -> Vec<String> {
        (0..words.len())
            .map(|at| String::from_utf8_lossy(words.text(words.start(at).expect("a word"))).into_owned())
            .collect()
    }

    #[test]
    fn next_word_follows_the_nul() {
        let words = Words::of_process(&["objtool".into(), "".into(), "x".into()], &environ(&[("A", "b")]));
        assert_eq!(texts(&words), ["objtool", "", "x"]);
        let empty = words.start(1).expect("word 1");
        assert_eq!(words.text(empty + 1), b"x");
        assert_eq!(words.text(empty + 3), b"A=b");
        assert_eq!(words.text(usize::MAX), b"");
    }

    #[test]
    fn a_variable_is_split_at_single_blanks_and_cut() {
        let vars = environ(&[("A", "1"), ("V", "x  y z"), ("B", "2")]);
        assert_eq!(texts(&Words::of_variable("V", 15, &vars).expect("set")), ["V", "x", "", "y", "z"]);
        let cut = Words::of_variable("V", 3, &vars).expect("set");
        assert_eq!(texts(&cut), ["V", "x", "", "y"]);
        assert_eq!(cut.text(cut.start(3).expect("word 3") + 2), b"z");
        assert!(Words::of_variable("W", 3, &vars).is_none());
    }

    #[test]
    fn an_empty_variable_is_one_empty_word() {
        let words = Words::of_variable("V", 15, &environ(&[("V", "")])).expect("set");
        assert_eq!(texts(&words), ["V", ""]);
    }
}
