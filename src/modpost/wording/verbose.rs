// SPDX-License-Identifier: GPL-2.0-only

//! The explanations that 5.10 adds to section mismatches, and the text about exception tables that 6.1 has kept of them.

use crate::kernel::section_rules::MismatchKind;
use crate::modpost::finding::SectionRef;
use crate::modpost::finding::SymbolKind;
use crate::modpost::pattern::matches_any;
use crate::modpost::text::text;

impl SymbolKind {
    /// What to call it.
    fn noun(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Variable => "variable",
            Self::Unknown => "(unknown reference)",
        }
    }

    /// What follows its name.
    fn parentheses(self) -> &'static str {
        if self == Self::Function { "()" } else { "" }
    }
}

/// The first line for an entry of the exception table.
pub fn extable(at: &SectionRef, file: &[u8]) -> Vec<u8> {
    first_line(at, file)
}

/// A section mismatch and what to do about it.
///
/// Upstream: `report_sec_mismatch()` of 5.10.
pub fn mismatch(at: &SectionRef, file: &[u8]) -> Vec<u8> {
    let from = text![annotation(&at.from_section), at.from_symbol, at.from_kind.parentheses()];
    let to = text![annotation(&at.to_section), at.to_symbol, at.to_kind.parentheses()];
    let explanation = match at.kind {
        MismatchKind::TextToInit => text_to_init(at, &to),
        MismatchKind::DataToInit => data_to_freed(at, &to, "__init* or __refdata"),
        MismatchKind::TextToExit => text_to_exit(at),
        MismatchKind::DataToExit => data_to_freed(at, &to, "__exit*"),
        MismatchKind::InitToInit | MismatchKind::ExitToExit => text![
            reference(at, &from, &to),
            "If ",
            at.to_symbol,
            " is only used by ",
            at.from_symbol,
            " then\nannotate ",
            at.to_symbol,
            " with a matching annotation.\n"
        ],
        MismatchKind::InitToExit => between_init_and_exit(at, &from, &to, ["init function", "exit path", "exit"]),
        MismatchKind::ExitToInit => between_init_and_exit(at, &from, &to, ["exit function", "init path", "init"]),
        MismatchKind::ExportOfInitExit => {
            let annotation = annotation(&at.to_section);
            let symbol = &at.to_symbol;
            let first = text!["The symbol ", symbol, " is exported and annotated ", annotation, "\n"];
            text![first, "Fix this by removing the ", annotation, "annotation of ", symbol, " or drop the export.\n"]
        }
        MismatchKind::ExtableToNonText => Vec::new(),
    };
    text![first_line(at, file), explanation, "\n"]
}

fn first_line(at: &SectionRef, file: &[u8]) -> Vec<u8> {
    let place =
        text![file, "(", at.from_section, format!("+{:#x}): Section mismatch in reference from the ", at.place)];
    let from = text![at.from_kind.noun(), " ", at.from_symbol, at.from_kind.parentheses()];
    let to = text![at.to_kind.noun(), " ", at.to_section, ":", at.to_symbol, at.to_kind.parentheses()];
    text![place, from, " to the ", to, "\n"]
}

/// Who refers to what.
fn reference(at: &SectionRef, from: &[u8], to: &[u8]) -> Vec<u8> {
    text!["The ", at.from_kind.noun(), " ", from, " references\na ", at.to_kind.noun(), " ", to, ".\n"]
}

fn text_to_init(at: &SectionRef, to: &[u8]) -> Vec<u8> {
    let from = text![annotation(&at.from_section), at.from_symbol];
    let first = text!["The function ", from, "() references\nthe ", at.to_kind.noun(), " ", to, ".\n"];
    let lack = text!["This is often because ", at.from_symbol, " lacks a ", annotation(&at.to_section)];
    text![first, lack, "\nannotation or the annotation of ", at.to_symbol, " is wrong.\n"]
}

fn data_to_freed(at: &SectionRef, to: &[u8], annotations: &str) -> Vec<u8> {
    let first = text!["The variable ", at.from_symbol, " references\nthe ", at.to_kind.noun(), " ", to, "\n"];
    text![
        first,
        "If the reference is valid then annotate the\nvariable with ",
        annotations,
        " (see linux/init.h) or name the variable:\n",
        at.exempt_symbols.join(", "),
        "\n"
    ]
}

fn text_to_exit(at: &SectionRef) -> Vec<u8> {
    let noun = at.to_kind.noun();
    let to = text![at.to_symbol, at.to_kind.parentheses()];
    let first = text!["The function ", at.from_symbol, "() references a ", noun, " in an exit section.\n"];
    let usage = text!["Often the ", noun, " ", to, " has valid usage outside the exit section\n"];
    let fix = text!["and the fix is to remove the ", annotation(&at.to_section), "annotation of ", at.to_symbol, ".\n"];
    text![first, usage, fix]
}

/// `words`: where it happens, what is used, the section it should not be in.
fn between_init_and_exit(at: &SectionRef, from: &[u8], to: &[u8], words: [&str; 3]) -> Vec<u8> {
    let [function, path, section] = words;
    let usage = text!["This is often seen when error handling in the ", function, "\nuses functionality in the ", path];
    let fix = text![".\nThe fix is often to remove the ", annotation(&at.to_section), "annotation of\n"];
    let symbol = text![at.to_symbol, at.to_kind.parentheses()];
    let end = text![symbol, " so it may be used outside an ", section, " section.\n"];
    text![reference(at, from, to), usage, fix, end]
}

/// The annotation that puts something into a section, with a blank: `.init.rodata` is `__initconst `.
///
/// Upstream: `sec2annotation()`.
fn annotation(section: &[u8]) -> Vec<u8> {
    if !matches_any(&[".init.*", ".meminit.*", ".exit.*", ".memexit.*"], section) {
        return Vec::new();
    }
    let name = section.strip_prefix(b".").unwrap_or(section);
    let end = memchr::memchr(b'.', name).unwrap_or(name.len());
    let (word, rest) = name.split_at_checked(end).unwrap_or((name, &[]));
    let has = |part: &[u8]| memchr::memmem::find(rest, part).is_some();
    let suffix = match (has(b"rodata"), has(b"data")) {
        (true, _) => "const ",
        (_, true) => "data ",
        _ => " ",
    };
    text!["__", word, suffix]
}
