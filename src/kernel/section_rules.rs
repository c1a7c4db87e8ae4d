// SPDX-License-Identifier: GPL-2.0-only

//! Which sections may refer to which, and what is exempt: by what a kernel's `modpost` does.
//!
//! Text and data stay, init and exit sections are freed, so a reference from the former to the latter is a mismatch.

use super::modpost::Behaviour;
use super::modpost::Behaviours;

/// What is wrong with a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MismatchKind {
    /// Text to something that is gone after init.
    TextToInit,
    /// Data to something that is gone after init.
    DataToInit,
    /// Text to something that is gone when modules cannot be unloaded.
    TextToExit,
    /// Data to something that is gone when modules cannot be unloaded.
    DataToExit,
    /// A kind of init code to another one.
    InitToInit,
    /// A kind of exit code to another one.
    ExitToExit,
    /// Init to exit.
    InitToExit,
    /// Exit to init.
    ExitToInit,
    /// An export of something that is freed.
    ExportOfInitExit,
    /// The exception table to something that is not text.
    ExtableToNonText,
}

/// A forbidden reference; of several rules the first that matches counts.
#[derive(Debug)]
pub struct Rule {
    /// Names of the sections that refer.
    pub from: Patterns,
    /// Names they must not refer to.
    pub bad: Patterns,
    /// If not empty: the only names they may refer to.
    pub good: Patterns,
    /// What is wrong.
    pub kind: MismatchKind,
    /// Symbols that may refer from data to init and exit sections nevertheless, where that depends on the rule.
    pub exempt_symbols: &'static [&'static str],
}

/// Patterns of names, in which a star stands for anything.
pub type Patterns = Vec<&'static str>;

/// References that are accepted although a rule forbids them. An empty list means "any".
#[derive(Debug, Default)]
pub struct Exemption {
    /// Names of the section that refers.
    pub from: Patterns,
    /// Names of the section referred to.
    pub to: Patterns,
    /// Names of the symbol that refers.
    pub from_symbol: Patterns,
    /// Names of the symbol referred to.
    pub to_symbol: Patterns,
    /// Not with `-W`.
    pub unless_extra_warn: bool,
}

/// The tables of one kernel.
#[derive(Debug)]
pub struct SectionRules {
    /// Sections that need not be allocatable and whose references are not checked.
    pub unchecked: Patterns,
    /// Forbidden references.
    pub rules: Vec<Rule>,
    /// What is accepted nevertheless.
    pub exemptions: Vec<Exemption>,
    /// Init sections.
    pub init: Patterns,
    /// Exit sections.
    pub exit: Patterns,
    /// Sections from which the symbols that a rule exempts may refer to all init and exit sections.
    pub data: Patterns,
}

const INIT: &[&str] = &[".init.*"];
const EXIT: &[&str] = &[".exit.*"];
const MEM_INIT: &[&str] = &[".meminit.*"];
const MEM_EXIT: &[&str] = &[".memexit.*"];
const DATA: &[&str] = &[".data", ".data.rel"];
const PCI_INIT: &[&str] = &[
    ".pci_fixup_early",
    ".pci_fixup_header",
    ".pci_fixup_final",
    ".pci_fixup_enable",
    ".pci_fixup_resume",
    ".pci_fixup_resume_early",
    ".pci_fixup_suspend",
];
const INIT_DATA: &[&str] = &[".init.setup", ".init.rodata", ".init.data"];
const BOUNDS: &[&str] = &["__init_begin", "_sinittext", "_einittext"];

/// Code that no kernel frees.
const TEXT: &[&str] = &[".text", ".sched.text", ".kprobes.text", ".cpuidle.text", ".noinstr.text"];
/// Code of other kinds.
const OTHER_TEXT: &[&str] = &[
    ".text.*",
    ".init.text",
    ".exit.text",
    ".ref.text",
    ".head.text",
    ".spinlock.text",
    ".fixup",
    ".entry.text",
    ".exception.text",
    ".coldtext",
];

/// Sections that no kernel's `modpost` looks at.
const UNCHECKED: &[&str] = &[
    ".comment*",
    ".debug*",
    ".zdebug*",
    ".GCC.command.line",
    ".mdebug*",
    ".pdr",
    ".stab*",
    ".note*",
    ".got*",
    ".toc*",
    ".xt.prop",
    ".xt.lit",
    ".arcextmap*",
    ".gnu.linkonce.arcext*",
    ".cmem*",
    ".fmt_slot*",
    ".gnu.lto*",
    ".discard.*",
];

/// Symbols whose references from data are fine where that depends on the rule.
const EXEMPT_BY_RULE: &[&str] =
    &["*driver", "*_template", "*_timer", "*_sht", "*_ops", "*_probe", "*_probe_one", "*_console"];
/// The same without drivers.
const EXEMPT_BY_DATA_RULE: &[&str] =
    &["*_template", "*_timer", "*_sht", "*_ops", "*_probe", "*_probe_one", "*_console"];

/// Lists that depend on what a kernel has.
struct Lists<'a> {
    behaviours: &'a Behaviours,
    init: Patterns,
    exit: Patterns,
    text: Patterns,
    all_text: Patterns,
}

impl SectionRules {
    /// The tables of a kernel whose `modpost` does this.
    pub fn new(behaviours: &Behaviours) -> Self {
        let lists = Lists::new(behaviours);
        let mut unchecked = UNCHECKED.to_vec();
        let more: [(Behaviour, &[&str]); 4] = [
            (Behaviour::UncheckedCranges, &[".cranges"]),
            (Behaviour::UncheckedCallGraph, &[".llvm.call-graph-profile"]),
            (Behaviour::UncheckedCoverage, &["__llvm_covfun", "__llvm_covmap"]),
            (Behaviour::UncheckedKlpSymid, &[".klp.symid"]),
        ];
        unchecked.extend(behaviours.choose(&more));
        let (rules, exemptions) = (lists.rules(), lists.exemptions());
        Self { unchecked, rules, exemptions, init: lists.init, exit: lists.exit, data: DATA.to_vec() }
    }
}

impl<'a> Lists<'a> {
    fn new(behaviours: &'a Behaviours) -> Self {
        let mut init = INIT.to_vec();
        init.extend(behaviours.choose(&[(Behaviour::MeminitSections, MEM_INIT)]));
        let mut exit = EXIT.to_vec();
        exit.extend(behaviours.choose(&[(Behaviour::MemexitSections, MEM_EXIT)]));
        let mut text = TEXT.to_vec();
        text.push(if behaviours.contains(Behaviour::TextParts) { ".text.*" } else { ".text.unlikely" });
        text.extend(behaviours.choose(&[(Behaviour::LargeText, &[".ltext", ".ltext.*"])]));
        let mut all_text = [&text, OTHER_TEXT].concat();
        let more: [(Behaviour, &[&str]); 4] = [
            (Behaviour::SoftirqText, &[".softirqentry.text"]),
            (Behaviour::IrqText, &[".irqentry.text"]),
            (Behaviour::MeminitSections, &[".meminit.text"]),
            (Behaviour::MemexitSections, &[".memexit.text"]),
        ];
        all_text.extend(behaviours.choose(&more));
        Self { behaviours, init, exit, text, all_text }
    }

    fn has(&self, behaviour: Behaviour) -> bool {
        self.behaviours.contains(behaviour)
    }

    fn rules(&self) -> Vec<Rule> {
        let mut rules = vec![self.rule(&self.text, &self.init, MismatchKind::TextToInit)];
        if self.has(Behaviour::MeminitSections) {
            rules.push(self.rule(DATA, MEM_INIT, MismatchKind::DataToInit));
        }
        rules.push(Rule {
            exempt_symbols: self.exempt(EXEMPT_BY_DATA_RULE),
            ..self.rule(DATA, INIT, MismatchKind::DataToInit)
        });
        rules.push(self.rule(&self.text, &self.exit, MismatchKind::TextToExit));
        rules.push(self.rule(DATA, &self.exit, MismatchKind::DataToExit));
        if self.has(Behaviour::MeminitSections) {
            rules.push(self.rule(MEM_INIT, INIT, MismatchKind::InitToInit));
        }
        if self.has(Behaviour::MemexitSections) {
            rules.push(self.rule(MEM_EXIT, EXIT, MismatchKind::ExitToExit));
        }
        rules.push(self.rule(&self.init, &self.exit, MismatchKind::InitToExit));
        rules.push(self.rule(&self.exit, &self.init, MismatchKind::ExitToInit));
        rules.push(Rule { exempt_symbols: &[], ..self.rule(PCI_INIT, INIT, MismatchKind::InitToExit) });
        if self.has(Behaviour::KsymtabRule) {
            rules.push(self.rule(&["___ksymtab*"], &[INIT, EXIT].concat(), MismatchKind::ExportOfInitExit));
        }
        let extable = self.rule(&["__ex_table"], &[".altinstr_replacement"], MismatchKind::ExtableToNonText);
        rules.push(Rule { good: self.all_text.clone(), exempt_symbols: &[], ..extable });
        rules
    }

    fn rule(&self, from: &[&'static str], bad: &[&'static str], kind: MismatchKind) -> Rule {
        let exempt_symbols = self.exempt(EXEMPT_BY_RULE);
        Rule { from: from.to_vec(), bad: bad.to_vec(), good: Vec::new(), kind, exempt_symbols }
    }

    /// `symbols` if it depends on the rule which are exempt.
    fn exempt(&self, symbols: &'static [&'static str]) -> &'static [&'static str] {
        if self.has(Behaviour::ExemptByRule) { symbols } else { &[] }
    }

    fn exemptions(&self) -> Vec<Exemption> {
        let mut init_data = INIT_DATA.to_vec();
        init_data
            .extend(self.behaviours.choose(&[(Behaviour::MeminitSections, &[".meminit.rodata", ".meminit.data"])]));
        let freed = [self.init.as_slice(), &self.exit].concat();
        let mut exemptions = vec![
            exempt(DATA, &init_data, &["__param*"]),
            exempt(DATA, &[".init.text"], &["__param_ops_*"]),
            exempt(&[".head.text*"], &self.init, &[]),
            Exemption { to_symbol: BOUNDS.to_vec(), ..Exemption::default() },
            exempt(&self.all_text, &self.init, &["*.constprop.*"]),
        ];
        if !self.has(Behaviour::ExemptByRule) {
            exemptions.push(exempt(DATA, &freed, &self.names_in_data()));
        }
        let optional = [
            (Behaviour::ExemptDriverMeminit, exempt(DATA, MEM_INIT, &["*driver"])),
            (
                Behaviour::ExemptDriverExit,
                Exemption { unless_extra_warn: true, ..exempt(DATA, &self.exit, &["*driver"]) },
            ),
            (Behaviour::ExemptLocalLabels, exempt(&[], &[], &[".L*"])),
            (Behaviour::ExemptInitcallReferences, exempt(&[], &[], &["reference___initcall*"])),
        ];
        exemptions.extend(optional.into_iter().filter(|(flag, _)| self.has(*flag)).map(|(_, exemption)| exemption));
        exemptions
    }

    /// Symbols that may refer from data to anything that is freed.
    fn names_in_data(&self) -> Patterns {
        let mut names = vec!["*_ops", "*_console"];
        let more: [(Behaviour, &[&str]); 6] = [
            (Behaviour::ExemptTemplate, &["*_template"]),
            (Behaviour::ExemptTimer, &["*_timer"]),
            (Behaviour::ExemptSht, &["*_sht"]),
            (Behaviour::ExemptProbeOne, &["*_probe_one"]),
            (Behaviour::ExemptProbe, &["*_probe"]),
            (Behaviour::ExemptOpsLlvm, &["*_ops.llvm.*"]),
        ];
        names.extend(self.behaviours.choose(&more));
        names
    }
}

/// An exemption that holds whatever the options are.
fn exempt(from: &[&'static str], to: &[&'static str], from_symbol: &[&'static str]) -> Exemption {
    let (from, to, from_symbol) = (from.to_vec(), to.to_vec(), from_symbol.to_vec());
    Exemption { from, to, from_symbol, ..Exemption::default() }
}
