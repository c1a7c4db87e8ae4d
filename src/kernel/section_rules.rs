//! Which sections may refer to which, and what is exempt: the tables of each series.
//!
//! Text and data stay, init and exit sections are freed, so a reference from the former to the latter is a mismatch.

/// What is wrong with a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mismatch {
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
    pub from: &'static [&'static str],
    /// Names they must not refer to.
    pub bad: &'static [&'static str],
    /// If not empty: the only names they may refer to.
    pub good: &'static [&'static str],
    /// What is wrong.
    pub kind: Mismatch,
    /// Symbols that may refer from data to init and exit sections nevertheless, where that depends on the rule.
    pub exempt_symbols: &'static [&'static str],
}

/// References that are accepted although a rule forbids them. An empty list means "any".
#[derive(Debug)]
pub struct Exemption {
    /// Names of the section that refers.
    pub from: &'static [&'static str],
    /// Names of the section referred to.
    pub to: &'static [&'static str],
    /// Names of the symbol that refers.
    pub from_symbol: &'static [&'static str],
    /// Names of the symbol referred to.
    pub to_symbol: &'static [&'static str],
    /// Not with `-W`.
    pub unless_extra_warn: bool,
}

/// The tables of one series.
#[derive(Debug)]
pub struct SectionRules {
    /// Lists of sections that need not be allocatable and whose references are not checked.
    pub unchecked: &'static [&'static [&'static str]],
    /// Forbidden references.
    pub rules: &'static [Rule],
    /// What is accepted nevertheless.
    pub exemptions: &'static [Exemption],
    /// Init sections.
    pub init: &'static [&'static str],
    /// Exit sections.
    pub exit: &'static [&'static str],
    /// Sections from which the symbols that a rule exempts may refer to all init and exit sections.
    pub data: &'static [&'static str],
}

const INIT: &[&str] = &[".init.*"];
const EXIT: &[&str] = &[".exit.*"];
const INIT_EXIT: &[&str] = &[".init.*", ".exit.*"];
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

const TEXT_DATA: &[&str] = &[
    ".text",
    ".text.*",
    ".sched.text",
    ".kprobes.text",
    ".cpuidle.text",
    ".noinstr.text",
    ".ltext",
    ".ltext.*",
    ".data",
    ".data.rel",
];
const ALL_TEXT: &[&str] = &[
    ".init.text",
    ".exit.text",
    ".text",
    ".text.*",
    ".sched.text",
    ".kprobes.text",
    ".cpuidle.text",
    ".noinstr.text",
    ".ltext",
    ".ltext.*",
    ".ref.text",
    ".head.text",
    ".spinlock.text",
    ".fixup",
    ".entry.text",
    ".exception.text",
    ".coldtext",
    ".softirqentry.text",
    ".irqentry.text",
];

/// Sections that no series looks at.
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
const UNCHECKED_6_12: &[&str] = &[".llvm.call-graph-profile"];

const RULES_6_12: &[Rule] = &[
    rule(TEXT_DATA, INIT_EXIT, Mismatch::TextToInit),
    rule(INIT, EXIT, Mismatch::InitToExit),
    rule(EXIT, INIT, Mismatch::ExitToInit),
    rule(PCI_INIT, INIT, Mismatch::InitToExit),
    extable(ALL_TEXT),
];

/// A rule that exempts no symbols of its own.
const fn rule(from: &'static [&'static str], bad: &'static [&'static str], kind: Mismatch) -> Rule {
    Rule { from, bad, good: &[], kind, exempt_symbols: &[] }
}

/// The rule about the exception table.
const fn extable(good: &'static [&'static str]) -> Rule {
    let bad = &[".altinstr_replacement"];
    Rule { from: &["__ex_table"], bad, good, kind: Mismatch::ExtableToNonText, exempt_symbols: &[] }
}

/// An exemption that holds whatever the options are.
const fn exempt(
    from: &'static [&'static str],
    to: &'static [&'static str],
    from_symbol: &'static [&'static str],
    to_symbol: &'static [&'static str],
) -> Exemption {
    Exemption { from, to, from_symbol, to_symbol, unless_extra_warn: false }
}

/// The exemptions of 6.12 and newer; `from_data` are the symbols that may refer from data to anything freed.
const fn exemptions_6_12(from_data: &'static [&'static str]) -> [Exemption; 6] {
    [
        exempt(DATA, INIT_DATA, &["__param*"], &[]),
        exempt(DATA, &[".init.text"], &["__param_ops_*"], &[]),
        exempt(DATA, INIT_EXIT, from_data, &[]),
        exempt(&[".head.text*"], INIT, &[], &[]),
        exempt(&[], &[], &[], BOUNDS),
        exempt(ALL_TEXT, INIT, &["*.constprop.*"], &[]),
    ]
}

/// Series 6.12.
pub static V6_12: SectionRules = SectionRules {
    unchecked: &[UNCHECKED, UNCHECKED_6_12],
    rules: RULES_6_12,
    exemptions: &exemptions_6_12(&["*_ops", "*_probe", "*_console"]),
    init: INIT,
    exit: EXIT,
    data: DATA,
};

/// Series 7.3.
pub static V7_3: SectionRules = SectionRules {
    unchecked: &[UNCHECKED, UNCHECKED_6_12, &["__llvm_covfun", "__llvm_covmap", ".klp.symid"]],
    rules: RULES_6_12,
    exemptions: &exemptions_6_12(&["*_ops", "*_ops.llvm.*", "*_console"]),
    init: INIT,
    exit: EXIT,
    data: DATA,
};

const MEM_INIT: &[&str] = &[".meminit.*"];
const ALL_INIT_6_1: &[&str] = &[".init.*", ".meminit.*"];
const INIT_EXIT_6_1: &[&str] = &[".init.*", ".meminit.*", ".exit.*"];
const INIT_DATA_6_1: &[&str] = &[".init.setup", ".init.rodata", ".meminit.rodata", ".init.data", ".meminit.data"];
const TEXT_6_1: &[&str] =
    &[".text", ".text.*", ".sched.text", ".kprobes.text", ".cpuidle.text", ".noinstr.text", ".ltext", ".ltext.*"];
const ALL_TEXT_6_1: &[&str] = &[
    ".init.text",
    ".meminit.text",
    ".exit.text",
    ".text",
    ".text.*",
    ".sched.text",
    ".kprobes.text",
    ".cpuidle.text",
    ".noinstr.text",
    ".ltext",
    ".ltext.*",
    ".ref.text",
    ".head.text",
    ".spinlock.text",
    ".fixup",
    ".entry.text",
    ".exception.text",
    ".coldtext",
    ".softirqentry.text",
    ".irqentry.text",
];

/// Series 6.1.
pub static V6_1: SectionRules = SectionRules {
    unchecked: &[UNCHECKED],
    rules: &[
        rule(TEXT_6_1, ALL_INIT_6_1, Mismatch::TextToInit),
        rule(DATA, MEM_INIT, Mismatch::DataToInit),
        rule(DATA, INIT, Mismatch::DataToInit),
        rule(TEXT_6_1, EXIT, Mismatch::TextToExit),
        rule(DATA, EXIT, Mismatch::DataToExit),
        rule(MEM_INIT, INIT, Mismatch::InitToInit),
        rule(ALL_INIT_6_1, EXIT, Mismatch::InitToExit),
        rule(EXIT, ALL_INIT_6_1, Mismatch::ExitToInit),
        rule(PCI_INIT, INIT, Mismatch::InitToExit),
        rule(&["___ksymtab*"], INIT_EXIT, Mismatch::ExportOfInitExit),
        extable(ALL_TEXT_6_1),
    ],
    exemptions: &[
        exempt(DATA, INIT_DATA_6_1, &["__param*"], &[]),
        exempt(DATA, &[".init.text"], &["__param_ops_*"], &[]),
        exempt(
            DATA,
            INIT_EXIT_6_1,
            &["*_template", "*_timer", "*_sht", "*_ops", "*_probe", "*_probe_one", "*_console"],
            &[],
        ),
        exempt(DATA, MEM_INIT, &["*driver"], &[]),
        Exemption { from: DATA, to: EXIT, from_symbol: &["*driver"], to_symbol: &[], unless_extra_warn: true },
        exempt(&[".head.text*"], ALL_INIT_6_1, &[], &[]),
        exempt(&[], &[], &[], BOUNDS),
        exempt(ALL_TEXT_6_1, ALL_INIT_6_1, &["*.constprop.*"], &[]),
        exempt(&[], &[], &[".L*"], &[]),
    ],
    init: ALL_INIT_6_1,
    exit: EXIT,
    data: &[],
};

const MEM_EXIT: &[&str] = &[".memexit.*"];
const ALL_EXIT_5_10: &[&str] = &[".exit.*", ".memexit.*"];
const TEXT_5_10: &[&str] =
    &[".text", ".text.unlikely", ".sched.text", ".kprobes.text", ".cpuidle.text", ".noinstr.text"];
const ALL_TEXT_5_10: &[&str] = &[
    ".init.text",
    ".meminit.text",
    ".exit.text",
    ".memexit.text",
    ".text",
    ".text.unlikely",
    ".sched.text",
    ".kprobes.text",
    ".cpuidle.text",
    ".noinstr.text",
    ".ref.text",
    ".head.text",
    ".spinlock.text",
    ".fixup",
    ".entry.text",
    ".exception.text",
    ".text.*",
    ".coldtext",
];
/// Symbols whose references from data are fine, if the rule does not say otherwise.
const SYMBOLS_5_10: &[&str] =
    &["*driver", "*_template", "*_timer", "*_sht", "*_ops", "*_probe", "*_probe_one", "*_console"];

/// A rule of 5.10 with the usual list of symbols.
const fn rule_5_10(from: &'static [&'static str], bad: &'static [&'static str], kind: Mismatch) -> Rule {
    Rule { from, bad, good: &[], kind, exempt_symbols: SYMBOLS_5_10 }
}

/// Series 5.10 to 5.18.
pub static V5_10: SectionRules = SectionRules {
    unchecked: &[UNCHECKED, &[".cranges"]],
    rules: &[
        rule_5_10(TEXT_5_10, ALL_INIT_6_1, Mismatch::TextToInit),
        rule_5_10(DATA, MEM_INIT, Mismatch::DataToInit),
        Rule {
            from: DATA,
            bad: INIT,
            good: &[],
            kind: Mismatch::DataToInit,
            exempt_symbols: &["*_template", "*_timer", "*_sht", "*_ops", "*_probe", "*_probe_one", "*_console"],
        },
        rule_5_10(TEXT_5_10, ALL_EXIT_5_10, Mismatch::TextToExit),
        rule_5_10(DATA, ALL_EXIT_5_10, Mismatch::DataToExit),
        rule_5_10(MEM_INIT, INIT, Mismatch::InitToInit),
        rule_5_10(MEM_EXIT, EXIT, Mismatch::ExitToExit),
        rule_5_10(ALL_INIT_6_1, ALL_EXIT_5_10, Mismatch::InitToExit),
        rule_5_10(ALL_EXIT_5_10, ALL_INIT_6_1, Mismatch::ExitToInit),
        rule(PCI_INIT, INIT, Mismatch::InitToExit),
        rule_5_10(&["___ksymtab*"], INIT_EXIT, Mismatch::ExportOfInitExit),
        extable(ALL_TEXT_5_10),
    ],
    exemptions: &[
        exempt(&[], &[], &["reference___initcall*"], &[]),
        exempt(DATA, INIT_DATA_6_1, &["__param*"], &[]),
        exempt(DATA, &[".init.text"], &["__param_ops_*"], &[]),
        exempt(&[".head.text*"], ALL_INIT_6_1, &[], &[]),
        exempt(&[], &[], &[], BOUNDS),
        exempt(ALL_TEXT_5_10, ALL_INIT_6_1, &["*.constprop.*"], &[]),
        exempt(&[], &[], &[".L*"], &[]),
    ],
    init: ALL_INIT_6_1,
    exit: ALL_EXIT_5_10,
    data: DATA,
};
