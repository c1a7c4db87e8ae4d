// SPDX-License-Identifier: GPL-2.0-only

//! Findings: what is wrong, where, and how it is said.
//!
//! A finding is a value. Passes return findings in the order in which they come upon them; [`report`] decides what is
//! printed (once-per-symbol rule, trail lines, severity) and [`wording`] holds every text once.

pub mod message;

pub use message::Message;
pub use message::Topic;

use crate::elf::SectionId;
use arch::InsnId;

/// How serious a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// One line of the way that led to a warning; printed on request only.
    Trail,
    /// Something to look at; the tool goes on.
    Warning,
    /// The tool gives up on the file.
    Error,
    /// Not about the file: lines to be printed as they are.
    Verbatim,
    /// Nothing to print; the instruction's symbol counts as warned about.
    Silent,
}

/// The place a finding talks about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// No place: the message says it all.
    File,
    /// An offset in a section; the nearest symbol is named.
    Place {
        /// The section.
        section: SectionId,
        /// Offset in bytes.
        offset: u64,
    },
    /// An instruction. Its symbol is subject to the once-per-symbol rule.
    Insn(InsnId),
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How serious it is.
    pub severity: Severity,
    /// Where it is.
    pub location: Location,
    /// What it is.
    pub message: Message,
}

impl Finding {
    /// A warning without a place (`WARN()`).
    pub fn warn(message: Message) -> Self {
        Self { severity: Severity::Warning, location: Location::File, message }
    }

    /// A warning at an offset (`WARN_FUNC()`).
    pub fn warn_at(section: SectionId, offset: u64, message: Message) -> Self {
        Self { severity: Severity::Warning, location: Location::Place { section, offset }, message }
    }

    /// A warning at an instruction (`WARN_INSN()`).
    pub fn warn_insn(insn: InsnId, message: Message) -> Self {
        Self { severity: Severity::Warning, location: Location::Insn(insn), message }
    }

    /// The symbol of an instruction is not to be warned about any more.
    pub fn marks_warned(insn: InsnId) -> Self {
        Self { severity: Severity::Silent, ..Self::warn_insn(insn, Message::UnreachableInsn) }
    }

    /// Lines of a trace.
    pub fn trace(text: Vec<u8>) -> Self {
        Self { severity: Severity::Verbatim, location: Location::File, message: Message::Trace { text } }
    }

    /// A step of the way to a warning (`BT_INSN()`).
    pub fn trail(insn: InsnId, message: Message) -> Self {
        Self { severity: Severity::Trail, location: Location::Insn(insn), message }
    }
}

/// A finding that ends the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fatal(pub Finding);

impl Fatal {
    /// A fatal error without a place (`ERROR()`).
    pub fn new(message: Message) -> Self {
        Self(Finding { severity: Severity::Error, ..Finding::warn(message) })
    }

    /// A fatal error at an offset (`ERROR_FUNC()`).
    pub fn at(section: SectionId, offset: u64, message: Message) -> Self {
        Self(Finding { severity: Severity::Error, ..Finding::warn_at(section, offset, message) })
    }

    /// A fatal error at an instruction (`ERROR_INSN()`).
    pub fn insn(insn: InsnId, message: Message) -> Self {
        Self(Finding { severity: Severity::Error, ..Finding::warn_insn(insn, message) })
    }
}
