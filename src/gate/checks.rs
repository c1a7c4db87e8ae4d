//! The checks, one file each.
//!
//! A check is an identifier, a severity, an explanation (its documentation: what, cause, remedy) and functions that look
//! at a file, at one object, or at the facts of all objects together. They return findings and print nothing.

mod bitcode;
mod duplicate_symbol;
mod elf;
mod exports;
mod initcall_order;
mod initcalls;
mod livepatch;
mod mcount;
mod mitigations;
mod module_flag;
mod module_name;
mod noinstr;
mod orc;
mod promoted_symbols;
mod section_mismatch;
mod sections;
mod stack;
mod static_call;
mod trim;
mod uaccess;
mod undefined;
mod validators;
mod versions;

use super::Finding;
use super::Severity;
use super::facts::Facts;
use super::inputs::Inputs;
use super::inputs::ObjectFile;
use super::object::ObjectCx;
use crate::contents::bitcode::BitcodeError;
use crate::contents::bitcode::Symtab;

/// A file that has been read and not yet understood.
pub struct RawCx<'a> {
    /// The folder.
    pub inputs: &'a Inputs,
    /// Which object of it this is.
    pub file: &'a ObjectFile,
    /// Its symbol table, if it is bitcode.
    pub bitcode: Option<&'a Result<Symtab, BitcodeError>>,
    /// Why it is no ELF file that can be used, if so.
    pub error: Option<&'a str>,
}

/// All objects together.
pub struct WorldCx<'a> {
    /// The folder.
    pub inputs: &'a Inputs,
    /// Facts of each object, in the folder's order.
    pub facts: &'a [Facts],
}

/// A function that looks at a file's bytes.
type RawFn = fn(&RawCx<'_>) -> Vec<Finding>;
/// A function that looks at an object.
type ObjectFn = fn(&ObjectCx<'_>) -> Vec<Finding>;
/// A function that looks at everything.
type WorldFn = fn(&WorldCx<'_>) -> Vec<Finding>;

/// One check.
#[derive(Debug)]
pub struct Check {
    /// Identifier.
    pub id: &'static str,
    /// The gravest that a finding of it can be.
    pub severity: Severity,
    /// What it looks at, why, what the cause may be and how to remedy it; lines of its documentation.
    pub explanation: &'static [&'static str],
    raw: Option<RawFn>,
    object: Option<ObjectFn>,
    world: Option<WorldFn>,
}

/// Declares the check of a file; its documentation is the explanation.
macro_rules! check {
    ($(#[doc = $doc:literal])+ $id:literal, $severity:ident, $($phase:ident: $function:expr),+ $(,)?) => {
        $(#[doc = $doc])+
        pub static CHECK: $crate::gate::checks::Check = $crate::gate::checks::Check {
            $($phase: Some($function),)+
            ..$crate::gate::checks::Check::new($id, $crate::gate::Severity::$severity, &[$($doc),+])
        };
    };
}
use check;

/// All checks, in the order in which reports show them.
pub static ALL: [&Check; 21] = [
    &bitcode::CHECK,
    &elf::CHECK,
    &duplicate_symbol::CHECK,
    &undefined::CHECK,
    &module_flag::CHECK,
    &static_call::CHECK,
    &mcount::CHECK,
    &orc::CHECK,
    &mitigations::CHECK,
    &noinstr::CHECK,
    &uaccess::CHECK,
    &stack::CHECK,
    &versions::CHECK,
    &exports::CHECK,
    &module_name::CHECK,
    &sections::CHECK,
    &initcalls::CHECK,
    &promoted_symbols::CHECK,
    &livepatch::CHECK,
    &trim::CHECK,
    &section_mismatch::CHECK,
];

impl Check {
    const fn new(id: &'static str, severity: Severity, explanation: &'static [&'static str]) -> Self {
        Self { id, severity, explanation, raw: None, object: None, world: None }
    }

    /// The first sentence of the explanation.
    pub fn title(&self) -> &'static str {
        self.explanation.first().map_or("", |line| line.trim())
    }

    /// Looks at a file's bytes.
    pub fn look_at_bytes(&self, cx: &RawCx<'_>) -> Vec<Finding> {
        self.raw.map_or_else(Vec::new, |raw| self.complete(raw(cx), Some(cx.file)))
    }

    /// Looks at an object.
    pub fn look_at_object(&self, cx: &ObjectCx<'_>) -> Vec<Finding> {
        self.object.map_or_else(Vec::new, |object| self.complete(object(cx), Some(cx.file)))
    }

    /// Looks at everything.
    pub fn look_at_world(&self, cx: &WorldCx<'_>) -> Vec<Finding> {
        self.world.map_or_else(Vec::new, |world| self.complete(world(cx), None))
    }

    fn complete(&self, mut findings: Vec<Finding>, file: Option<&ObjectFile>) -> Vec<Finding> {
        for finding in &mut findings {
            finding.check = self.id;
            finding.severity = finding.severity.min(self.severity);
            if let Some(file) = file {
                finding.subject.clone_from(&file.subject);
                finding.file.clone_from(&file.name);
            }
        }
        findings
    }
}

/// The check with this identifier.
pub fn by_id(id: &str) -> Option<&'static Check> {
    ALL.iter().find(|check| check.id == id).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_is_explained_with_cause_and_remedy() {
        let mut ids: Vec<&str> = ALL.iter().map(|check| check.id).collect();
        for check in ALL {
            let all = check.explanation.concat();
            assert!(check.title().ends_with('.'), "{}: {}", check.id, check.title());
            assert!(all.contains("Cause: ") && all.contains("Remedy: "), "{}", check.id);
            assert!(check.raw.is_some() || check.object.is_some() || check.world.is_some(), "{}", check.id);
        }
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), ALL.len());
    }
}
