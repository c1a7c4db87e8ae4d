// SPDX-License-Identifier: GPL-2.0-only

//! What the gate finds, and the key by which a finding is known again after a rebuild.

use std::fmt;

use serde::Serialize;

use super::plain::plain;
use crate::elf::SectionId;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GateSeverity {
    /// Worth knowing; fails only as a new finding against a baseline.
    Note,
    /// May be wrong at run time.
    Warning,
    /// Will be wrong at run time.
    Error,
}

impl fmt::Display for GateSeverity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GateFinding {
    /// Identifier of the check.
    pub check: &'static str,
    /// What is wrong, as a word or two with hyphens; one check has several.
    pub kind: &'static str,
    /// How grave it is.
    pub severity: GateSeverity,
    /// The module (path without suffix), `vmlinux`, or another file of the folder.
    pub subject: String,
    /// The file that was looked at, relative to the folder.
    pub file: String,
    /// The symbol it is about; empty for none.
    pub symbol: String,
    /// The section it is in; empty for none.
    pub section: String,
    /// The other side: a callee, an exporter, a target section; empty for none.
    pub counterpart: String,
    /// Place in the section, in bytes.
    pub offset: Option<u64>,
    /// The same with the section's number, while the object is being looked at.
    #[serde(skip)]
    pub place: Option<(SectionId, u64)>,
    /// The translation unit, by its `STT_FILE` symbol; empty if not known.
    pub unit: String,
    /// File and line, from DWARF; empty if not known.
    pub source: String,
    /// A sentence.
    pub message: String,
    /// More lines: a disassembly of the path, a list.
    pub detail: Vec<String>,
}

impl GateFinding {
    /// A finding of `kind`; check, severity, subject and file are filled in by the run.
    pub fn new(kind: &'static str, message: impl Into<String>) -> Self {
        Self {
            check: "",
            kind,
            severity: GateSeverity::Error,
            subject: String::new(),
            file: String::new(),
            symbol: String::new(),
            section: String::new(),
            counterpart: String::new(),
            offset: None,
            place: None,
            unit: String::new(),
            source: String::new(),
            message: message.into(),
            detail: Vec::new(),
        }
    }

    /// About this symbol.
    pub fn symbol(mut self, symbol: impl Into<String>) -> Self {
        self.symbol = symbol.into();
        self
    }

    /// In this section.
    pub fn section(mut self, section: impl Into<String>) -> Self {
        self.section = section.into();
        self
    }

    /// At this offset of its section.
    pub fn at(mut self, offset: u64) -> Self {
        self.offset = Some(offset);
        self
    }

    /// With this other side.
    pub fn counterpart(mut self, counterpart: impl Into<String>) -> Self {
        self.counterpart = counterpart.into();
        self
    }

    /// About this module or file.
    pub fn about(mut self, subject: impl Into<String>, file: impl Into<String>) -> Self {
        (self.subject, self.file) = (subject.into(), file.into());
        self
    }

    /// No graver than `severity`.
    pub fn at_most(mut self, severity: GateSeverity) -> Self {
        self.severity = self.severity.min(severity);
        self
    }

    /// File and line in the source, the innermost if it was inlined.
    pub fn source_line(&self) -> Option<(&str, u32)> {
        let (file, line) = self.source.split(", ").next()?.rsplit_once(':')?;
        Some((file, line.parse().ok()?))
    }

    /// Where it is, as compilers print it: file and line in the source, or the object.
    pub fn location(&self) -> String {
        match self.source_line() {
            Some((file, line)) => format!("{file}:{line}"),
            None => self.file.clone(),
        }
    }

    /// What it says where [`Self::location`] stands before it: with the object if that does not tell it, and without what is
    /// there already.
    pub fn told(&self) -> String {
        let message = self.message.strip_prefix(&self.file).and_then(|rest| rest.strip_prefix(": "));
        let message = message.unwrap_or(&self.message);
        let is_told = self.source_line().is_none() && self.file.starts_with(&self.subject);
        if is_told || self.subject.is_empty() { message.to_owned() } else { format!("{}: {message}", self.subject) }
    }

    /// What else is known of the place: the translation unit, and where the code was inlined.
    pub fn places(&self) -> Vec<String> {
        let inlined = self.source.split_once(", ").map(|(_, rest)| rest.to_owned());
        let unit = (!self.unit.is_empty()).then(|| format!("in {}", self.unit));
        unit.into_iter().chain(inlined).collect()
    }

    /// Escapes what a terminal or a log would act upon: names are whatever their file says.
    pub fn make_plain(&mut self) {
        let texts = [&mut self.subject, &mut self.file, &mut self.symbol, &mut self.section, &mut self.counterpart];
        let texts = texts.into_iter().chain([&mut self.unit, &mut self.source, &mut self.message]);
        for text in texts.chain(&mut self.detail) {
            *text = plain(text);
        }
    }

    /// What survives a rebuild.
    pub fn key(&self) -> Key {
        Key {
            check: self.check.to_owned(),
            kind: self.kind.to_owned(),
            subject: self.subject.clone(),
            symbol: stem(&self.symbol).to_owned(),
            section: section_class(&self.section),
            counterpart: stem(&self.counterpart).to_owned(),
        }
    }
}

/// By what a finding is known again: no offset, no hash, no number that a compiler gives.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Identifier of the check.
    pub check: String,
    /// Kind of finding within the check.
    pub kind: String,
    /// Module or file.
    pub subject: String,
    /// Symbol without compiler suffixes.
    pub symbol: String,
    /// Class of the section.
    pub section: String,
    /// The other side, without compiler suffixes.
    pub counterpart: String,
}

/// As a baseline has it: `check/kind subject symbol section counterpart`.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.check, self.kind)?;
        let fields = [&self.subject, &self.symbol, &self.section, &self.counterpart];
        fields.into_iter().try_for_each(|field| write!(f, " {}", escape(field)))
    }
}

/// A field of a baseline: `-` for nothing; what would end a field as `%20` and the like.
pub fn escape(field: &str) -> String {
    if field.is_empty() {
        return "-".to_owned();
    }
    let is_odd = |c: char| c.is_whitespace() || c.is_control() || c == '%' || c == '*';
    let mut text = String::new();
    for c in field.chars() {
        match u8::try_from(c) {
            Ok(byte) if is_odd(c) || (field == "-") || (c == '#' && text.is_empty()) => {
                text.push_str(&format!("%{byte:02x}"))
            }
            _ => text.push(c),
        }
    }
    text
}

/// A symbol's name without what the compiler put behind it: `.llvm.<hash>`, `.constprop.N`, `.isra.N`, `.part.N`, `.cold`,
/// a bare number, in any order and number.
pub fn stem(name: &str) -> &str {
    let mut rest = name;
    loop {
        let Some((head, tail)) = rest.rsplit_once('.') else { return rest };
        let is_number = !tail.is_empty() && tail.bytes().all(|byte| byte.is_ascii_digit());
        let is_hash = head.ends_with(".llvm") && !tail.is_empty();
        let is_word = matches!(tail, "cold" | "llvm" | "constprop" | "isra" | "part" | "lto_priv" | "specialized");
        if head.is_empty() || !(is_number || is_hash || is_word) {
            return rest;
        }
        rest = head;
    }
}

/// `.text.foo` and `.text.unlikely.foo` are `.text`; names with two dots, such as `.data..percpu`, are classes of their own.
pub fn section_class(name: &str) -> String {
    const GROWING: [&str; 9] =
        [".text", ".data.rel.ro", ".data.rel", ".data", ".bss", ".rodata", ".init.text", ".exit.text", ".init.data"];
    let found = GROWING.iter().find(|class| {
        let rest = name.strip_prefix(**class);
        rest.is_some_and(|rest| rest.strip_prefix('.').is_some_and(|rest| !rest.starts_with('.')))
    });
    found.map_or(name, |class| class).to_owned()
}

/// A number of things, in words that fit it.
pub fn counted(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compiler_suffixes_go() {
        assert_eq!(stem("foo.llvm.1234567890"), "foo");
        assert_eq!(stem("foo.constprop.0.isra.1"), "foo");
        assert_eq!(stem("foo.part.0.cold"), "foo");
        assert_eq!(stem("foo.llvm.123.cold"), "foo");
        assert_eq!(stem("a.b"), "a.b");
        assert_eq!(stem(".L.str.12"), ".L.str");
        assert_eq!(stem("plain"), "plain");
    }

    #[test]
    fn the_innermost_line_counts() {
        let mut finding = GateFinding::new("kind", "text");
        assert_eq!(finding.source_line(), None);
        finding.source = "a.c:12, inlined at b.c:3".to_owned();
        assert_eq!(finding.source_line(), Some(("a.c", 12)));
        finding.source = "a:b.c:0x".to_owned();
        assert_eq!(finding.source_line(), None);
    }

    #[test]
    fn sections_have_classes() {
        assert_eq!(section_class(".text.unlikely.foo"), ".text");
        assert_eq!(section_class(".text..refcount"), ".text..refcount");
        assert_eq!(section_class(".data.rel.ro.x"), ".data.rel.ro");
        assert_eq!(section_class(".data..percpu"), ".data..percpu");
        assert_eq!(section_class("__ksymtab"), "__ksymtab");
    }
}
