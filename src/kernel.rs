//! What differs between kernel series.
//!
//! A pass never looks at a version number: it asks for a [`Features`] flag, a format or a phrase of the [`Profile`]. Every
//! profile fills every field; there is no default to inherit surprises from.

pub mod flags;
pub mod modpost;
pub mod names;
pub mod noreturns;
pub mod section_rules;
pub mod series;

use arch::DecodeFlags;
use arch::OrcNumbering;
use arch::x86_64::orc as numbers;
use bitflags::bitflags;

bitflags! {
    /// Behaviour that some series have and others do not. Each flag says since when, and what the user sees.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Features: u64 {
        /// A fatal error makes the tool fail (7.3: exit status 255, nothing is written). Before, the message was printed
        /// as a warning, the analysis stopped, and what had been changed so far was written with exit status 0.
        const FATAL_FAILS = 1 << 0;
        /// Fatal messages say `error:` instead of `warning:` (7.3).
        const ERROR_SEVERITY = 1 << 1;
        /// Instruction warnings of a symbol are printed once (6.12 and newer).
        const WARN_ONCE_PER_SYMBOL = 1 << 2;
        /// The location of a message names the canonical alias, and the smallest symbol that covers the place (7.3).
        const LOCATION_CANONICAL = 1 << 3;
        /// Zero-length symbols are visible to look-ups by offset (7.3).
        const ZERO_LENGTH_VISIBLE = 1 << 4;
        /// Undefined symbols never become aliases of each other (7.3).
        const NO_UNDEF_ALIASES = 1 << 5;
        /// Iteration over all symbols goes in symbol table order (7.3), not section by section.
        const SYMBOLS_IN_TABLE_ORDER = 1 << 6;
        /// Any symbol with `.cold` in its name is a function, whose parent is looked for in its own source file first
        /// (7.3).
        const COLD_BY_FILE = 1 << 7;
        /// Cold children are linked again when a jump from the parent is met (before 7.3).
        const COLD_RELINK_ON_JUMP = 1 << 8;
        /// Only a symbol table name equal to its demangled form is found by name (7.3).
        const DEMANGLED_NAME_KEYS = 1 << 9;
        /// A file without `.symtab` is refused (7.3).
        const SYMTAB_REQUIRED = 1 << 10;
        /// `.discard.annotate_insn` replaces the other `.discard` annotations (7.3).
        const ANNOTATE_INSN = 1 << 11;
        /// Inside a function, a jump with a relocation to a named symbol is a tail call (before 7.3).
        const NAMED_JUMP_IS_TAIL_CALL = 1 << 12;
        /// Alternatives of one instruction are followed latest first (6.12).
        const ALTS_REVERSED = 1 << 13;
        /// SMAP and POPCNT alternatives skip the original or the replacement (before 7.3).
        const ALT_SKIP_FEATURES = 1 << 14;
        /// `ANNOTATE_IGNORE_ALTERNATIVE` marks one group, original or replacement (7.3).
        const ALT_IGNORE_PER_GROUP = 1 << 15;
        /// Calls in `.altinstr_replacement` are call sites like others (7.3).
        const REPLACEMENT_CALL_SITES = 1 << 16;
        /// Calls of symbols embedded in other instructions are no call sites (7.3).
        const NO_EMBEDDED_CALL_SITES = 1 << 17;
        /// Instructions of a replacement belong to the function of the original code by themselves (before 7.3).
        const REPLACEMENT_OWNED = 1 << 18;
        /// Functions are ignored as a whole (7.3); before, each of their instructions was.
        const IGNORE_BY_SYMBOL = 1 << 19;
        /// `rela` addends of branches are adjusted by the length of their instruction (7.3), not by a constant 4.
        const ADJUST_BY_LENGTH = 1 << 20;
        /// The stride of a jump table follows its relocation type, and aliases are skipped (7.3).
        const JUMP_TABLE_BY_RELOC = 1 << 21;
        /// Ignoring unreachable code because of an odd jump table is said (7.3).
        const JUMP_TABLE_QUIRK_SAID = 1 << 22;
        /// Holes between symbols are marked before the walk (7.3).
        const HOLES_MARKED_FIRST = 1 << 23;
        /// A hint that needs a landing pad and has none is fatal (7.3), not a warning.
        const HINT_WITHOUT_ENDBR_FATAL = 1 << 24;
        /// noinstr rules need `--link` (before 7.3).
        const NOINSTR_NEEDS_LINK = 1 << 25;
        /// The unreachable pass looks at the walk's warnings alone (7.3), not at all warnings so far.
        const REACHABLE_GATED_BY_WALK = 1 << 26;
        /// Failures of the unret walk are warnings (7.3); before, some ended the run.
        const UNRET_FAILURES_COUNT = 1 << 27;
        /// Indirect calls are checked for a kCFI check before them, with `--cfi` (7.3).
        const KCFI_CALL_CHECK = 1 << 28;
        /// `__tsan_func_*` calls count as profiling (before 7.3).
        const PROFILING_TSAN = 1 << 29;
        /// References to static-call trampolines are left alone by the IBT rules (before 7.3).
        const IBT_SKIPS_TRAMPOLINES = 1 << 30;
        /// `pv_ops` tables are concatenated with `pv_ops_lock` (7.3).
        const PV_OPS_LOCK = 1 << 31;
        /// The mismatch message of a register is not the last word: comparison goes on (7.3).
        const MISMATCH_LISTS_ALL_REGS = 1 << 32;
        /// A module whose `.modinfo` says it is a livepatch may bring static-call and mcount sections (7.3).
        const LIVEPATCH_SECTIONS = 1 << 33;
        /// A warning about falling through marks the function as warned about (7.3).
        const FALL_THROUGH_MARKS_WARNED = 1 << 34;
        /// Cold functions reached from a hole are ignored when the hole is met by the unreachable pass (before 7.3).
        const HOLES_BY_VISIT = 1 << 35;
        /// Call sites print an empty trail line of their own (7.3's `--backtrace`).
        const TRAIL_PER_WARNING = 1 << 36;
        /// The trailing text of trail lines is padded for a disassembly column (7.3).
        const TRAIL_PADDED = 1 << 37;
        /// SHT_GROUP headers follow their signature symbol when it moves (7.3).
        const GROUP_FOLLOWS_SYMBOL = 1 << 38;
        /// A `.discard.reachable` entry keeps the instruction before it from being a dead end (6.12).
        const DISCARD_REACHABLE = 1 << 39;
        /// `--prefix` takes functions from `__patchable_function_entries` or grows kCFI symbols (7.3).
        const PREFIX_BY_ENTRIES = 1 << 40;
        /// A module's `init_module` without a pointer to it is fatal (7.3), a warning before.
        const MAGIC_INIT_FATAL = 1 << 41;
        /// `.cfi_sites` come with `--cfi` (6.12) instead of `--cfi --fineibt`; an old one leaves no `.call_sites`.
        const CFI_SITES_BY_CFI = 1 << 42;
        /// ORC creation errors end the run without a result (7.3).
        const ORC_ERROR_FAILS = 1 << 43;
        /// `.klp.tombstone.` prefixes are invisible (7.3).
        const KLP_TOMBSTONES = 1 << 44;
        /// The end-of-section message names the function and the section that the path ended in (7.3), not the one that
        /// it began in.
        const END_OF_SECTION_NAMES_FUNC = 1 << 45;
        /// The tool disassembles by itself (7.3): `--verbose` lists functions that were warned about on standard output.
        /// In 6.12 objdump lists them on standard error.
        const DISASSEMBLES = 1 << 46;
    }
}

/// Layout and numbering of ORC entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrcFormat {
    /// Two type bits and an end bit (5.10, 6.1).
    EndBit,
    /// Three type bits and a signal bit (6.12).
    SignalBit,
    /// As [`OrcFormat::SignalBit`], with AX and the registers in hardware order (7.3).
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

/// A list of names.
pub type NameList = &'static [&'static str];

/// Everything that a series decides.
#[derive(Debug, Clone)]
pub struct Profile {
    /// Name as in `POSTLINK_SERIES`.
    pub name: &'static str,
    /// Behaviour flags.
    pub features: Features,
    /// How instructions are decoded.
    pub decode: DecodeFlags,
    /// ORC layout.
    pub orc: OrcFormat,
    /// Global functions that never return: those of all series and the series' own.
    pub noreturns: [NameList; 2],
    /// Name suffixes of Rust functions that never return: those of all series and the series' own.
    pub rust_noreturn_suffixes: [NameList; 2],
    /// Functions that may run with user access open: those of all series and the series' own.
    pub uaccess_safe: [NameList; 2],
    /// Names or prefixes of data sections whose text references do not count for IBT.
    pub ibt_ignored: names::IbtIgnored,
    /// What an unreachable instruction after a call of an unknown noreturn function is called.
    pub missing_noreturn: &'static str,
}

impl Profile {
    /// Whether the series behaves as `feature` says.
    pub fn has(&self, feature: Features) -> bool {
        self.features.contains(feature)
    }

    /// The profile of a series, or `None` for one whose `objtool` is not rebuilt: a near miss would write wrong tables.
    pub fn of(series: series::Series) -> Option<Self> {
        match series {
            series::Series::V7_3 => Some(Self::v7_3()),
            series::Series::V6_12 => Some(Self::v6_12()),
            series::Series::V5_10 | series::Series::Lto | series::Series::V6_1 => None,
        }
    }

    /// The profile of 6.12.
    pub fn v6_12() -> Self {
        use Features as F;
        Self {
            name: "6.12",
            features: F::WARN_ONCE_PER_SYMBOL
                | F::COLD_RELINK_ON_JUMP
                | F::NAMED_JUMP_IS_TAIL_CALL
                | F::ALTS_REVERSED
                | F::ALT_SKIP_FEATURES
                | F::REPLACEMENT_OWNED
                | F::NOINSTR_NEEDS_LINK
                | F::PROFILING_TSAN
                | F::IBT_SKIPS_TRAMPOLINES
                | F::HOLES_BY_VISIT
                | F::DISCARD_REACHABLE
                | F::CFI_SITES_BY_CFI,
            decode: DecodeFlags::PAUSE_IS_NOP
                | DecodeFlags::PREFETCH_IS_NOP
                | DecodeFlags::MOV_REG_REG
                | DecodeFlags::APX
                | DecodeFlags::ENDBR
                | DecodeFlags::LOOP_IS_JUMP
                | DecodeFlags::FRED
                | DecodeFlags::SIB_NO_BASE,
            orc: OrcFormat::SignalBit,
            noreturns: [names::NORETURNS, names::NORETURNS_6_12],
            rust_noreturn_suffixes: [names::RUST_NORETURN_SUFFIXES, names::RUST_NORETURN_SUFFIXES_6_12],
            uaccess_safe: [names::UACCESS_SAFE, names::UACCESS_SAFE_6_12],
            ibt_ignored: names::IBT_IGNORED_6_12,
            missing_noreturn: "() is missing a __noreturn annotation",
        }
    }

    /// The profile of 7.3.
    pub fn v7_3() -> Self {
        use Features as F;
        Self {
            name: "7.3",
            features: F::FATAL_FAILS
                | F::DISASSEMBLES
                | F::ERROR_SEVERITY
                | F::WARN_ONCE_PER_SYMBOL
                | F::LOCATION_CANONICAL
                | F::ZERO_LENGTH_VISIBLE
                | F::NO_UNDEF_ALIASES
                | F::SYMBOLS_IN_TABLE_ORDER
                | F::COLD_BY_FILE
                | F::DEMANGLED_NAME_KEYS
                | F::SYMTAB_REQUIRED
                | F::ANNOTATE_INSN
                | F::ALT_IGNORE_PER_GROUP
                | F::REPLACEMENT_CALL_SITES
                | F::NO_EMBEDDED_CALL_SITES
                | F::IGNORE_BY_SYMBOL
                | F::ADJUST_BY_LENGTH
                | F::JUMP_TABLE_BY_RELOC
                | F::JUMP_TABLE_QUIRK_SAID
                | F::HOLES_MARKED_FIRST
                | F::HINT_WITHOUT_ENDBR_FATAL
                | F::REACHABLE_GATED_BY_WALK
                | F::UNRET_FAILURES_COUNT
                | F::KCFI_CALL_CHECK
                | F::PV_OPS_LOCK
                | F::MISMATCH_LISTS_ALL_REGS
                | F::LIVEPATCH_SECTIONS
                | F::FALL_THROUGH_MARKS_WARNED
                | F::TRAIL_PER_WARNING
                | F::TRAIL_PADDED
                | F::GROUP_FOLLOWS_SYMBOL
                | F::PREFIX_BY_ENTRIES
                | F::MAGIC_INIT_FATAL
                | F::ORC_ERROR_FAILS
                | F::KLP_TOMBSTONES
                | F::END_OF_SECTION_NAMES_FUNC,
            decode: DecodeFlags::MOV_REG_REG
                | DecodeFlags::SYSCALL_SPLIT
                | DecodeFlags::LEA_RIP
                | DecodeFlags::UDB
                | DecodeFlags::INVALID64_AS_BARE
                | DecodeFlags::APX
                | DecodeFlags::ENDBR
                | DecodeFlags::LOOP_IS_JUMP
                | DecodeFlags::FRED
                | DecodeFlags::SIB_NO_BASE,
            orc: OrcFormat::SignalBitRenumbered,
            noreturns: [names::NORETURNS, names::NORETURNS_7_3],
            rust_noreturn_suffixes: [names::RUST_NORETURN_SUFFIXES, names::RUST_NORETURN_SUFFIXES_7_3],
            uaccess_safe: [names::UACCESS_SAFE, names::UACCESS_SAFE_7_3],
            ibt_ignored: names::IBT_IGNORED_7_3,
            missing_noreturn: "() missing __noreturn in .c/.h or NORETURN() in noreturns.h",
        }
    }
}
