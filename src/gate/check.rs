// SPDX-License-Identifier: GPL-2.0-only

//! What a check is: what it says of itself, what it needs, and the functions that look.
//!
//! A check is declared once, by [`check!`] in its own file. Everything else follows from the declaration: which of an object's
//! products are made, which messages of objtool's engine are its findings, and whether it could look.

use std::collections::BTreeSet;

use crate::contents::bitcode::BitcodeError;
use crate::contents::bitcode::Symtab;
use crate::gate::facts::FileFacts;
use crate::gate::finding::GateFinding;
use crate::gate::finding::GateSeverity;
use crate::gate::fresh::EngineFinding;
use crate::gate::inputs::BuildFolder;
use crate::gate::inputs::BuildStage;
use crate::gate::inputs::ObjectFile;
use crate::gate::object::ObjectCx;
use crate::objtool::finding::Topic;
use crate::objtool::opts::Opts;

/// A file that has been read and not yet understood.
pub struct FileCx<'a> {
    /// The folder.
    pub inputs: &'a BuildFolder,
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
    pub inputs: &'a BuildFolder,
    /// Facts of each object, in the folder's order.
    pub facts: &'a [FileFacts],
    /// What has been found so far: in single objects, and, for who looks afterwards, everywhere.
    pub found: &'a [GateFinding],
}

impl WorldCx<'_> {
    /// The latest stage of each module.
    pub fn modules(&self) -> impl Iterator<Item = &FileFacts> {
        let is_module = |facts: &FileFacts| facts.file.stage == BuildStage::Module;
        let finished: BTreeSet<&str> =
            self.facts.iter().filter(|facts| is_module(facts)).map(|facts| facts.file.subject.as_str()).collect();
        self.facts.iter().filter(|facts| !facts.is_opaque).filter(move |facts| match facts.file.stage {
            BuildStage::Module => true,
            BuildStage::Object | BuildStage::Lto | BuildStage::Prelink => {
                !finished.contains(facts.file.subject.as_str())
            }
            _ => false,
        })
    }
}

/// Whether options of objtool ask for what a check is about.
pub type IsAsked = fn(&Opts) -> bool;

/// Something that a check cannot do without.
#[derive(Debug, Clone, Copy)]
pub enum Need {
    /// `Module.symvers` with the kernel's exports.
    Symvers,
    /// `vmlinux.o`.
    Vmlinux,
    /// Modules.
    Modules,
    /// The tables of symbols of bitcode, where there is bitcode.
    BitcodeSymbols,
    /// A symbol of the configuration, if there is a configuration.
    Config(&'static str),
    /// What `objtool`'s engine makes of an object, with options for which this is true; and what there is in its place for arm64.
    Analysis(IsAsked, Arm64Need),
    /// What `modpost`'s engine reads of an object.
    Scan,
}

/// What a check of `objtool`'s work has to go by in arm64 objects, where the kernel's build has no `objtool`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arm64Need {
    /// The tables by which the kernel patches itself.
    Tables,
    /// The frame at every instruction.
    Frames,
    /// Nothing, and why.
    Nothing(&'static str),
}

/// What there is to say about a check for machines that it is not for.
pub const NOT_FOR_THIS_MACHINE: Arm64Need = Arm64Need::Nothing("the gate does not do this for this machine");

/// A function that looks at a file.
type FileFn = fn(&FileCx<'_>) -> Vec<GateFinding>;
/// A function that looks at an object.
type ObjectFn = fn(&ObjectCx<'_>) -> Vec<GateFinding>;
/// A function that looks at everything.
type WorldFn = fn(&WorldCx<'_>) -> Vec<GateFinding>;

/// One check.
#[derive(Debug)]
pub struct Check {
    /// Identifier.
    pub id: &'static str,
    /// The gravest that a finding of it can be.
    pub severity: GateSeverity,
    /// What it looks at, why, what the cause may be and how to remedy it; lines of its documentation.
    pub explanation: &'static [&'static str],
    /// What it cannot do without; what the folder lacks first is what the report says.
    pub needs: &'static [Need],
    /// The messages of the engines that are findings of this check.
    pub topics: &'static [Topic],
    /// Looks at a file, whatever it holds.
    pub file: Option<FileFn>,
    /// Looks at an object.
    pub object: Option<ObjectFn>,
    /// Looks at everything.
    pub world: Option<WorldFn>,
    /// Looks at everything once all others have looked: what they found may explain what it sees.
    pub afterwards: Option<WorldFn>,
}

/// Declares the check of a file: its documentation is the explanation; then identifier and gravest severity, what it needs,
/// and functions that look at files, objects or everything.
macro_rules! check {
    ($(#[doc = $doc:literal])+ $id:literal, $severity:ident $(, $field:ident: $value:expr)* $(,)?) => {
        $(#[doc = $doc])+
        pub static CHECK: $crate::gate::check::Check = $crate::gate::check::Check {
            $($field: $crate::gate::check::field!($field, $value),)*
            ..$crate::gate::check::Check::new($id, $crate::gate::finding::GateSeverity::$severity, &[$($doc),+])
        };
    };
}
pub(crate) use check;

/// The value of a field of [`Check`]: lists stand for themselves, functions are optional.
macro_rules! field {
    (needs, $value:expr) => {
        &$value
    };
    (topics, $value:expr) => {
        &$value
    };
    ($phase:ident, $value:expr) => {
        Some($value)
    };
}
pub(crate) use field;

impl Check {
    /// A check that only says what it is.
    pub const fn new(id: &'static str, severity: GateSeverity, explanation: &'static [&'static str]) -> Self {
        Self {
            id,
            severity,
            explanation,
            needs: &[],
            topics: &[],
            file: None,
            object: None,
            world: None,
            afterwards: None,
        }
    }

    /// The first sentence of the explanation.
    pub fn title(&self) -> &'static str {
        self.explanation.first().map_or("", |line| line.trim())
    }

    /// Looks at a file.
    pub fn look_at_file(&self, cx: &FileCx<'_>) -> Vec<GateFinding> {
        self.file.map_or_else(Vec::new, |file| self.complete(file(cx), Some(cx.file)))
    }

    /// Looks at an object; what an engine found on the check's topics comes by itself.
    pub fn look_at_object(&self, cx: &ObjectCx<'_>) -> Vec<GateFinding> {
        let mut findings = self.object.map_or_else(Vec::new, |object| object(cx));
        let engine = cx.fresh.into_iter().flat_map(|fresh| &fresh.findings);
        findings.extend(engine.filter(|found| self.topics.contains(&found.topic)).map(|found| of_engine(cx, found)));
        self.complete(findings, Some(cx.file))
    }

    /// Looks at everything.
    pub fn look_at_world(&self, cx: &WorldCx<'_>) -> Vec<GateFinding> {
        self.world.map_or_else(Vec::new, |world| self.complete(world(cx), None))
    }

    /// Looks at everything when the others have.
    pub fn look_afterwards(&self, cx: &WorldCx<'_>) -> Vec<GateFinding> {
        self.afterwards.map_or_else(Vec::new, |world| self.complete(world(cx), None))
    }

    /// What the check needs of the engine's analysis, if it needs it.
    pub fn analysis(&self) -> Option<(IsAsked, Arm64Need)> {
        self.needs.iter().find_map(|need| match need {
            Need::Analysis(is_asked, arm64) => Some((*is_asked, *arm64)),
            _ => None,
        })
    }

    /// Whether the check needs what `modpost`'s engine reads.
    pub fn needs_scan(&self) -> bool {
        self.needs.iter().any(|need| matches!(need, Need::Scan))
    }

    fn complete(&self, mut findings: Vec<GateFinding>, file: Option<&ObjectFile>) -> Vec<GateFinding> {
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

fn of_engine(cx: &ObjectCx<'_>, engine: &EngineFinding) -> GateFinding {
    let text = match engine.place {
        Some((section, offset)) => format!("{}: {}", cx.place(section, offset), engine.text),
        None => engine.text.clone(),
    };
    let mut finding = GateFinding::new(engine.id, text).at_most(engine.severity);
    if let Some((section, offset)) = engine.place {
        finding = cx.finding_at(finding, section, offset);
    }
    if !engine.symbol.is_empty() {
        finding.symbol.clone_from(&engine.symbol);
    }
    finding.detail.clone_from(&engine.path);
    finding.counterpart(&engine.callee)
}
