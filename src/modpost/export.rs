// SPDX-License-Identifier: GPL-2.0-only

//! What an object exports.

use super::text::Name;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;

/// Who may use an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportKind {
    /// Everybody.
    Plain,
    /// GPL-compatible modules.
    Gpl,
    /// Everybody, but nobody should. Up to 5.11.
    Unused,
    /// GPL-compatible modules, but none should. Up to 5.11.
    UnusedGpl,
    /// GPL-compatible modules from some day on. Up to 5.11.
    GplFuture,
    /// The section says nothing. Up to 5.18.
    Unknown,
}

/// Kinds that a series does without, their names in dumps, and the start of the sections that stand for them.
const KINDS: [(ExportKind, &str, &str); 5] = [
    (ExportKind::Plain, "EXPORT_SYMBOL", "___ksymtab+"),
    (ExportKind::Gpl, "EXPORT_SYMBOL_GPL", "___ksymtab_gpl+"),
    (ExportKind::Unused, "EXPORT_UNUSED_SYMBOL", "___ksymtab_unused+"),
    (ExportKind::UnusedGpl, "EXPORT_UNUSED_SYMBOL_GPL", "___ksymtab_unused_gpl+"),
    (ExportKind::GplFuture, "EXPORT_SYMBOL_GPL_FUTURE", "___ksymtab_gpl_future+"),
];

impl ExportKind {
    /// The kind called `name` in a dump.
    pub fn of_name(name: &[u8], profile: &ModpostProfile) -> Option<Self> {
        known(profile).find(|(_, known, _)| known.as_bytes() == name).map(|(kind, ..)| *kind)
    }

    /// The kind that a section with symbols `__ksymtab_*` stands for.
    pub fn of_section(section: &[u8], profile: &ModpostProfile) -> Option<Self> {
        known(profile).find(|(.., start)| section.starts_with(start.as_bytes())).map(|(kind, ..)| *kind)
    }

    /// Its name in dumps.
    pub fn name(self) -> &'static str {
        KINDS.iter().find(|(kind, ..)| *kind == self).map_or("(unknown)", |(_, name, _)| name)
    }
}

fn known(profile: &ModpostProfile) -> impl Iterator<Item = &'static (ExportKind, &'static str, &'static str)> {
    KINDS.iter().filter(|(kind, ..)| match kind {
        ExportKind::Plain | ExportKind::Gpl | ExportKind::Unknown => true,
        ExportKind::Unused | ExportKind::UnusedGpl => profile.has(Behaviour::ExportKindUnused),
        ExportKind::GplFuture => profile.has(Behaviour::ExportKindGplFuture),
    })
}

/// An exported symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Name of the symbol.
    pub name: Name,
    /// Namespace; empty for none.
    pub namespace: Name,
    /// Who may use it.
    pub kind: ExportKind,
    /// Whether it is a function, which matters where functions have descriptors.
    pub is_func: bool,
}

impl Export {
    /// Whether only GPL-compatible modules may use it.
    pub fn is_gpl_only(&self) -> bool {
        self.kind == ExportKind::Gpl
    }
}
