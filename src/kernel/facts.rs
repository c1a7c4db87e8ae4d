// SPDX-License-Identifier: GPL-2.0-only

//! What the sources of one `objtool` decide, as one value that can be compared.

use arch::DecodeFlags;
use arch::OrcNumbering;
use arch::x86_64::orc as numbers;

use super::behaviour::Behaviour;
use super::behaviour::Behaviours;

/// Everything that differs between releases except lists of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facts {
    /// What it does.
    pub behaviours: Behaviours,
    /// How it decodes instructions.
    pub decode: DecodeFlags,
    /// Layout and numbering of ORC entries.
    pub orc: OrcFormat,
    /// How unwind hints name their instruction.
    pub hints: HintPlace,
    /// Its command line.
    pub options: OptionTable,
    /// The section of jump tables written by hand.
    pub jump_tables: &'static str,
    /// Its words.
    pub words: Words,
}

/// Layout and numbering of ORC entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrcFormat {
    /// Two type bits and an end bit (5.10, 5.15, 6.1).
    EndBit,
    /// Three type bits and a signal bit (from 6.6 on).
    SignalBit,
    /// As [`OrcFormat::SignalBit`], with AX and the registers in hardware order (from 7.2 on).
    SignalBitRenumbered,
}

impl OrcFormat {
    /// How the format numbers registers. All formats are those of x86-64.
    pub fn numbering(self) -> &'static OrcNumbering {
        match self {
            Self::EndBit | Self::SignalBit => &numbers::WITHOUT_AX,
            Self::SignalBitRenumbered => &numbers::WITH_AX,
        }
    }
}

/// How the relocation of an unwind hint names an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HintPlace {
    /// By the addend alone, whatever the symbol is.
    Addend,
    /// By the addend to a section, or by a `.L` label; nothing else is understood (6.12, 6.18).
    SectionOrLabel,
    /// By symbol and addend (from 7.2 on).
    Symbol,
}

/// Which options there are, and which combinations are refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OptionTable {
    /// The sub-commands `check` and `orc`.
    Subcommands,
    /// As 5.15: with options from the environment, `--mcount`, `--noinstr` and `--backup`.
    V5_15,
    /// As 6.1: actions; options that need `--link` are looked at after the file was opened.
    V6_1,
    /// As 6.6 and 6.12: with `--mnop`, `--prefix`, `--cfi`, `--verbose`.
    V6_6,
    /// As 6.18: everything is looked at before a file is opened; `--output`, `--Werror`, `--noabs`.
    V6_18,
    /// As 7.2 and 7.3: listings, traces, livepatches, `--fineibt`.
    V7_2,
}

/// Words that releases choose differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Words {
    /// What an unreachable instruction after a call of an unknown noreturn function is called, after the name.
    pub missing_noreturn: &'static str,
    /// What a build with indirect branch thunks is called.
    pub retpoline_build: &'static str,
    /// What a build with return thunks is called.
    pub rethunk_build: &'static str,
    /// `--dump` beside other things.
    pub dump_conflict: &'static str,
    /// Nothing asked for.
    pub nothing_asked: &'static str,
}

/// One word of [`Words`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// [`Words::missing_noreturn`].
    MissingNoreturn,
    /// [`Words::retpoline_build`].
    RetpolineBuild,
    /// [`Words::rethunk_build`].
    RethunkBuild,
    /// [`Words::dump_conflict`].
    DumpConflict,
    /// [`Words::nothing_asked`].
    NothingAsked,
}

/// One fact: a part of [`Facts`] with its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact {
    /// A flag is set.
    Does(Behaviour),
    /// A flag of the decoder is set.
    Decodes(DecodeFlags),
    /// The ORC format.
    Orc(OrcFormat),
    /// How hints name instructions.
    Hints(HintPlace),
    /// The command line.
    Options(OptionTable),
    /// The section of jump tables written by hand.
    JumpTables(&'static str),
    /// A word.
    Says(Word, &'static str),
}

impl Facts {
    /// What holds where nothing else is known to hold: the oldest of everything, no flag set.
    pub const BASE: Self = Self {
        behaviours: Behaviours::of(&[]),
        decode: DecodeFlags::empty(),
        orc: OrcFormat::EndBit,
        hints: HintPlace::Addend,
        options: OptionTable::Subcommands,
        jump_tables: ".rodata..c_jump_table",
        words: Words {
            missing_noreturn: "() is missing a __noreturn annotation",
            retpoline_build: "RETPOLINE",
            rethunk_build: "RETHUNK",
            dump_conflict: "--dump can't be combined with other options",
            nothing_asked: "At least one command required",
        },
    };

    /// Makes `fact` hold.
    pub fn set(&mut self, fact: Fact) {
        match fact {
            Fact::Does(behaviour) => self.behaviours = self.behaviours.with(&[behaviour]),
            Fact::Decodes(flag) => self.decode |= flag,
            Fact::Orc(orc) => self.orc = orc,
            Fact::Hints(hints) => self.hints = hints,
            Fact::Options(options) => self.options = options,
            Fact::JumpTables(section) => self.jump_tables = section,
            Fact::Says(word, text) => *self.words.slot(word) = text,
        }
    }

    /// Whether `fact` holds.
    pub fn hold(&self, fact: Fact) -> bool {
        match fact {
            Fact::Does(behaviour) => self.behaviours.contains(behaviour),
            Fact::Decodes(flag) => self.decode.contains(flag),
            Fact::Orc(orc) => self.orc == orc,
            Fact::Hints(hints) => self.hints == hints,
            Fact::Options(options) => self.options == options,
            Fact::JumpTables(section) => self.jump_tables == section,
            Fact::Says(word, text) => *{ self.words }.slot(word) == text,
        }
    }
}

impl Words {
    fn slot(&mut self, word: Word) -> &mut &'static str {
        match word {
            Word::MissingNoreturn => &mut self.missing_noreturn,
            Word::RetpolineBuild => &mut self.retpoline_build,
            Word::RethunkBuild => &mut self.rethunk_build,
            Word::DumpConflict => &mut self.dump_conflict,
            Word::NothingAsked => &mut self.nothing_asked,
        }
    }
}

impl Fact {
    /// The fact's name as users see it.
    pub fn name(self) -> String {
        match self {
            Self::Does(behaviour) => behaviour.name(),
            Self::Decodes(flag) => {
                let names: Vec<_> =
                    flag.iter_names().map(|(name, _)| name.to_ascii_lowercase().replace('_', "-")).collect();
                format!("decodes-{}", names.join("+"))
            }
            Self::Orc(orc) => format!("orc={orc:?}"),
            Self::Hints(hints) => format!("hints-by={hints:?}"),
            Self::Options(options) => format!("options={options:?}"),
            Self::JumpTables(section) => format!("jump-tables={section}"),
            Self::Says(_, text) => format!("says={}", text.trim_start_matches("() ")),
        }
    }
}
