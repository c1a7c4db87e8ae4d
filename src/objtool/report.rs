// SPDX-License-Identifier: GPL-2.0-only

//! From findings to standard error: the one place that decides what is printed.

use rustc_hash::FxHashSet;

use super::finding::Finding;
use super::finding::Location;
use super::finding::Message;
use super::finding::Severity;
use super::wording;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::kernel::Profile;
use crate::objtool::code::Code;
use crate::objtool::disas;

/// The symbols that were warned about: where the release says so, each is warned about once.
#[derive(Debug, Default)]
pub struct Warned(FxHashSet<SymbolId>);

impl Warned {
    /// The symbols that these findings are about.
    pub fn about(code: &Code<'_>, findings: &[Finding]) -> Self {
        let mut warned = Self::default();
        let has_line = |finding: &&Finding| !matches!(finding.severity, Severity::Trail | Severity::Verbatim);
        for finding in findings.iter().filter(has_line) {
            warned.is_hidden(code, finding);
        }
        warned
    }

    /// Whether `symbol` was warned about.
    pub fn has(&self, symbol: SymbolId) -> bool {
        self.0.contains(&symbol)
    }

    /// Remembers a symbol.
    pub fn insert(&mut self, symbol: SymbolId) {
        self.0.insert(symbol);
    }

    /// Whether a finding is not to be printed; remembers the symbol that it is about.
    pub fn is_hidden(&mut self, code: &Code<'_>, finding: &Finding) -> bool {
        if finding.severity == Severity::Silent {
            if let Location::Insn(insn) = finding.location {
                self.0.extend(code.symbol_of(insn));
            }
            return true;
        }
        if let Message::FallsThrough { from, .. } = finding.message
            && code.profile.has(Behaviour::FallThroughMarksWarned)
        {
            self.0.insert(from);
        }
        if !code.profile.has(Behaviour::WarnOncePerSymbol) {
            return false;
        }
        let counts = finding.severity == Severity::Warning || !code.profile.has(Behaviour::FatalAtInsnAlwaysPrinted);
        match finding.location {
            Location::Insn(insn) if counts => match code.symbol_of(insn) {
                Some(symbol) => !self.0.insert(symbol),
                None => false,
            },
            _ => false,
        }
    }
}

/// The lines of one run.
#[derive(Debug, Default)]
pub struct Report {
    /// What goes to standard error.
    pub text: Vec<u8>,
    warned: Warned,
    /// Where in `text` the line of each finding ends, if that is to be known.
    printed: Option<Vec<(usize, Finding)>>,
}

impl Report {
    /// A report that remembers where the line of each finding ends.
    pub fn with_places() -> Self {
        Self { printed: Some(Vec::new()), ..Self::default() }
    }

    /// The findings with a line, in order, and where in `text` each line ends.
    pub fn printed(&self) -> &[(usize, Finding)] {
        self.printed.as_deref().unwrap_or_default()
    }

    /// Adds findings in order. `object` is the file's name as given.
    pub fn add(&mut self, code: &Code<'_>, object: &[u8], findings: &[Finding]) {
        for finding in findings {
            self.add_one(code, object, finding);
        }
    }

    /// Whether something was said about `symbol`.
    pub fn has_warned(&self, symbol: SymbolId) -> bool {
        self.warned.has(symbol)
    }

    fn add_one(&mut self, code: &Code<'_>, object: &[u8], finding: &Finding) {
        if finding.severity == Severity::Verbatim {
            return wording::write(&mut self.text, code, &finding.message);
        }
        let wants_trail = code.opts.verbose || code.opts.backtrace;
        if finding.severity == Severity::Trail {
            if wants_trail {
                self.trail(code, object, finding);
            }
            return;
        }
        if self.warned.is_hidden(code, finding) {
            return;
        }
        self.line(code, object, finding);
        let is_insn_warning = matches!(finding.location, Location::Insn(_)) && finding.severity == Severity::Warning;
        if wants_trail && is_insn_warning && code.profile.has(Behaviour::TrailPerWarning) {
            self.trail(code, object, &Finding { message: Message::TrailHere, ..finding.clone() });
        }
    }

    fn line(&mut self, code: &Code<'_>, object: &[u8], finding: &Finding) {
        let is_error = match finding.severity {
            Severity::Error => code.opts.werror || code.profile.has(says_error(finding.location)),
            Severity::Warning | Severity::Trail | Severity::Verbatim | Severity::Silent => code.opts.werror,
        };
        let word: &[u8] = if is_error { b"error" } else { b"warning" };
        let out = &mut self.text;
        for part in [object, b": ", word, b": objtool: "] {
            out.extend_from_slice(part);
        }
        wording::write_location(out, code, finding.location);
        if finding.location != Location::File {
            out.extend_from_slice(b": ");
        }
        wording::write(out, code, &finding.message);
        out.push(b'\n');
        if let Some(printed) = &mut self.printed {
            printed.push((self.text.len(), finding.clone()));
        }
    }

    /// A trail line. From 7.3 on it is padded to 50 columns for the disassembled instruction.
    fn trail(&mut self, code: &Code<'_>, object: &[u8], finding: &Finding) {
        let word: &[u8] = if code.opts.werror { b"error" } else { b"warning" };
        let mut text = b"  ".to_vec();
        wording::write_location(&mut text, code, finding.location);
        text.extend_from_slice(b": ");
        wording::write(&mut text, code, &finding.message);
        if code.profile.has(Behaviour::TrailPadded) {
            let width = text.len().max(50) + 2;
            text.resize(width, b' ');
            if let Location::Insn(insn) = finding.location {
                text.extend_from_slice(&disas::insn_text(code, insn));
            }
        }
        for part in [object, b": ", word, b": objtool: ", &text, b"\n"] {
            self.text.extend_from_slice(part);
        }
    }
}

/// What decides about the word that a fatal finding begins with.
fn says_error(location: Location) -> Behaviour {
    match location {
        Location::Insn(_) => Behaviour::FatalAtInsnSaysError,
        Location::File | Location::Place { .. } => Behaviour::FatalSaysError,
    }
}

/// A line about a file that could not be analysed at all.
pub fn object_line(profile: &Profile, object: &[u8], text: &str) -> Vec<u8> {
    let word = if profile.has(Behaviour::FatalSaysError) { "error" } else { "warning" };
    [object, b": ", word.as_bytes(), b": objtool: ", text.as_bytes(), b"\n"].concat()
}
