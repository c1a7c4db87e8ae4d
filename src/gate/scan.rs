// SPDX-License-Identifier: GPL-2.0-only

//! What `modpost`'s engine reads of an object.

use std::path::Path;
use std::sync::Arc;

use crate::kernel::series::Series;
use crate::modpost::survey;

/// An export as an object declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeclaredExport {
    /// The symbol.
    pub name: String,
    /// The namespace; empty for none.
    pub namespace: String,
    /// For GPL-compatible modules only.
    pub is_gpl_only: bool,
}

/// A reference between sections that should not be, by `modpost`'s rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The symbol that refers; empty if unknown.
    pub from_symbol: String,
    /// Its section.
    pub from_section: String,
    /// Place relative to the symbol.
    pub from_offset: u64,
    /// The symbol referred to.
    pub to_symbol: String,
    /// Its section.
    pub to_section: String,
}

/// What `modpost`'s engine reads of an object.
#[derive(Debug, Clone, Default)]
pub struct Scan {
    /// What it exports.
    pub exports: Vec<DeclaredExport>,
    /// Wrong references.
    pub mismatches: Vec<Mismatch>,
    /// Exports that are wrong in themselves: symbol and `modpost`'s words.
    pub bad_exports: Vec<(String, String)>,
}

impl Scan {
    /// Reads an object that has been read from `path`.
    pub fn read(path: &Path, data: &Arc<Vec<u8>>, series: Series) -> Self {
        let survey = survey::of_object(path, data, series);
        let exports = survey.exports.iter().map(|(name, namespace, is_gpl_only)| DeclaredExport {
            name: text(name),
            namespace: text(namespace),
            is_gpl_only: *is_gpl_only,
        });
        let mismatches = survey.mismatches.iter().map(|at| Mismatch {
            from_symbol: text(&at.from_symbol),
            from_section: text(&at.from_section),
            from_offset: at.from_offset,
            to_symbol: text(&at.to_symbol),
            to_section: text(&at.to_section),
        });
        let bad_exports = survey.bad_exports.iter().map(|(symbol, words)| (text(symbol), words.clone()));
        Self { exports: exports.collect(), mismatches: mismatches.collect(), bad_exports: bad_exports.collect() }
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
