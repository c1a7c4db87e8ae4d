//! What differs between the kernel series, as data. No other file of `modpost` knows a version.

use bitflags::bitflags;

use crate::kernel::section_rules;
use crate::kernel::section_rules::SectionRules;
use crate::kernel::series::Series;

bitflags! {
    /// Behaviour that some series have and others do not.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Features: u64 {
        /// `-T -` reads standard input. Up to 6.1.
        const LIST_DASH_IS_STDIN = 1 << 0;
        /// An object whose name does not end in `.o` is an error, not a module with a cut name. 6.1 and newer.
        const REQUIRE_DOT_O = 1 << 1;
        /// An object that is not relocatable is fatal. 6.1 and newer.
        const REQUIRE_RELOCATABLE = 1 << 2;
        /// Fatal messages start with `ERROR:` instead of `FATAL:`. 6.12 and newer.
        const FATAL_PRINTS_ERROR = 1 << 3;
        /// Every error makes the exit status 1 and keeps files from being written from there on. 6.1 and newer.
        const ERROR_BLOCKS_WRITES = 1 << 4;
        /// All modules are checked before the first is written; before, check and write alternate. 6.12 and newer.
        const CHECK_ALL_BEFORE_WRITE = 1 << 5;
        /// Lists grow at their front, so modules, imports and namespaces come out reversed. 5.10 to 5.18.
        const LISTS_PREPEND = 1 << 6;
        /// The dump is in the order of the original's hash table. 5.10 to 5.18.
        const DUMP_HASH_ORDER = 1 << 7;
        /// A module from a dump is known by name and dump; before, by name alone. 7.3.
        const DUMP_MODULE_KEYED_BY_FILE = 1 << 8;
        /// Kinds of exports that are gone since 5.12: unused, GPL-only in future.
        const LEGACY_EXPORT_KINDS = 1 << 9;
        /// Exports are relocations of `.export_symbol`, not symbols `__ksymtab_*`. 6.12 and newer.
        const EXPORT_SECTION = 1 << 10;
        /// Exporting twice is an error and the new export shadows the old one; before, a warning, and the old one stays.
        /// 6.1 and newer.
        const DUPLICATE_EXPORT_SHADOWS = 1 << 11;
        /// Exports without a global symbol of that name are reported. 5.10 to 5.18.
        const STATIC_EXPORT_WARN = 1 << 12;
        /// An import that only the module itself exports is reported as such. 6.1 and newer.
        const EXPORTED_WITHOUT_DEFINITION = 1 << 13;
        /// Undefined symbols are reported only if `vmlinux` was read, in one way or the other. 5.10.
        const UNDEFINED_NEEDS_VMLINUX = 1 << 14;
        /// Ten undefined symbols are named, the others counted. 6.1 and newer.
        const UNDEFINED_LIMIT = 1 << 15;
        /// A missing licence is an error. 6.1 and newer.
        const LICENSE_REQUIRED = 1 << 16;
        /// A missing description is a warning with `-W`. 6.12.
        const DESCRIPTION_WITH_EXTRA_WARN = 1 << 17;
        /// A missing description is a warning. 7.3.
        const DESCRIPTION_REQUIRED = 1 << 18;
        /// A GPL-only symbol in another module stops the run. 5.10 to 5.18.
        const GPL_VIOLATION_FATAL = 1 << 19;
        /// Namespaces `module:…` name the modules that may use a symbol. 7.3.
        const MODULE_NAMESPACES = 1 << 20;
        /// CRCs are symbols `__crc_*`; in newer series they are lines of `.cmd` files. 5.10 to 5.18.
        const CRC_SYMBOLS = 1 << 21;
        /// CRCs of `x.thinlto-native.o` are in `.x.o.cmd`. 7.3.
        const CRC_THINLTO_NATIVE = 1 << 22;
        /// `.mod.c` has the vermagic, the build salt and the retpoline note. Up to 6.1.
        const MODC_VERMAGIC = 1 << 23;
        /// `.mod.c` has the LTO note. 6.1 (5.17 and newer).
        const MODC_LTO_INFO = 1 << 24;
        /// `.mod.c` includes `export-internal.h`. 6.1 and newer.
        const MODC_EXPORT_INTERNAL = 1 << 25;
        /// `.mod.c` of modules below `tools/testing` say so. 6.1 and newer.
        const MODC_TEST_FLAG = 1 << 26;
        /// `.mod.c` has a `KSYMTAB_*` line for each export. 6.12 and newer.
        const MODC_KSYMTAB = 1 << 27;
        /// Exports have a `SYMBOL_FLAGS` line; before, `_gpl` was an argument. 7.3.
        const MODC_SYMBOL_FLAGS = 1 << 28;
        /// `.mod.c` has a `SYMBOL_CRC` line for each export. 6.1 and newer.
        const MODC_SYMBOL_CRC = 1 << 29;
        /// `____versions[]` is asked for by `-b` and has fixed-width numbers. 7.3.
        const BASIC_VERSIONS_OPTION = 1 << 30;
        /// Exports of `vmlinux` are written to `.vmlinux.export.c`. 6.1 and newer.
        const VMLINUX_EXPORT_C = 1 << 31;
        /// `.vmlinux.export.c` has the aliases of built-in modules. 7.3.
        const VMLINUX_ALIASES = 1 << 32;
        /// Names in `.no_trim_symbol` are kept. 7.3.
        const NO_TRIM_SECTION = 1 << 33;
        /// A generated line that does not fit 500 bytes is padded with NULs; since 6.1 it is fatal.
        const LONG_LINE_NUL_PAD = 1 << 34;
        /// The first line of a `.mod` file lists all objects. 5.10 (up to 5.16).
        const MOD_FILE_ONE_LINE = 1 << 35;
        /// More register save functions are ignored on ppc64. 6.1 and newer.
        const UNDEF_PPC64_EXTRA = 1 << 36;
        /// Indirect jump thunks are ignored on s390. 6.1.
        const UNDEF_S390_EXPOLINE = 1 << 37;
        /// Section bounds made by the linker are ignored. 7.3.
        const UNDEF_START_STOP = 1 << 38;
        /// Device tables are found by the symbol `__mod_device_table__kmod_…`, built-in ones too. 7.3.
        const DEVTABLE_KMOD_SYMBOL = 1 << 39;
        /// Section mismatches name offsets, and targets by the nearest symbol. 6.12 and newer.
        const NEAREST_SYMBOL = 1 << 40;
        /// A suffix `.lto` or `.prelink` is cut from module and symbol names. 5.12 to 5.18.
        const LTO_SUFFIX = 1 << 41;
        /// A numeric suffix of a symbol is recognised. Not in 5.12 to 5.18, whose test looked at the wrong byte.
        const REMOVE_NUMERIC_SUFFIX = 1 << 42;
        /// `.mod` is looked for under the name of the object, not of the module; they differ in the suffix. Up to 5.14.
        const MOD_FILE_BY_OBJECT = 1 << 43;
        /// Relocations that refer to nothing are skipped on LoongArch. 6.12 and newer.
        const RELOC_SKIP_LOONGARCH = 1 << 44;
        /// `R_RISCV_SUB32` in `__ex_table` is skipped. 6.1 and newer.
        const RELOC_SKIP_RISCV = 1 << 45;
        /// Exports in sections that say nothing are exports, too. 5.10 to 5.18.
        const EXPORT_UNKNOWN_KIND = 1 << 46;
        /// The section that relocations belong to is told by the name of the section they are in. 5.10 to 5.18.
        const SOURCE_BY_RELOC_NAME = 1 << 47;
        /// An entry of the exception table that refers to data is fatal, and its text depends on the entry's size.
        /// 5.10 to 5.18.
        const EXTABLE_ENTRY_SIZE = 1 << 48;
        /// Relocations without addend stop the run on machines where nobody knows how to find it. 6.12 and newer.
        const UNKNOWN_REL_FATAL = 1 << 49;
        /// A byte order that does not exist is fatal. 6.12 and newer.
        const ENDIAN_CHECKED = 1 << 51;
        /// Section mismatches are fatal with `-E`, where they are an error otherwise. 5.10 to 5.18.
        const MISMATCH_FATAL = 1 << 50;
    }
}

/// The wording of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wording {
    /// 5.10 to 5.18: section mismatches are explained at length.
    V5_10,
    /// 6.1: one line for a section mismatch.
    V6_1,
    /// 6.12: with offsets.
    V6_12,
    /// 7.3: messages about a module start with its name.
    V7_3,
}

/// The layout of device tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeviceLayout {
    /// 5.10 to 5.18.
    V5_10,
    /// 6.1.
    V6_1,
    /// 6.12.
    V6_12,
    /// 7.3.
    V7_3,
}

/// Everything that makes one kernel series different from another.
#[derive(Debug)]
pub struct Profile {
    /// The option letters, as `getopt(3)` wants them.
    pub options: &'static str,
    /// Switches.
    pub features: Features,
    /// Wording of messages.
    pub wording: Wording,
    /// Layout and set of device tables.
    pub devices: DeviceLayout,
    /// Which sections may refer to which.
    pub sections: &'static SectionRules,
}

impl Profile {
    /// Whether the series has `feature`.
    pub fn has(&self, feature: Features) -> bool {
        self.features.contains(feature)
    }

    /// Whether `-T -` reads standard input.
    pub fn list_dash_is_stdin(&self) -> bool {
        self.has(Features::LIST_DASH_IS_STDIN)
    }

    /// The profile of a series.
    pub fn of(series: Series) -> &'static Self {
        match series {
            Series::V5_10 => &V5_10,
            Series::Lto => &LTO,
            Series::V6_1 => &V6_1,
            Series::V6_12 => &V6_12,
            Series::V7_3 => &V7_3,
        }
    }
}

/// All profiles, oldest first.
pub static ALL: [&Profile; 5] = [&V5_10, &LTO, &V6_1, &V6_12, &V7_3];

/// What 5.10 and the LTO series have in common.
const UP_TO_5_18: Features = Features::LIST_DASH_IS_STDIN
    .union(Features::LISTS_PREPEND)
    .union(Features::DUMP_HASH_ORDER)
    .union(Features::STATIC_EXPORT_WARN)
    .union(Features::UNDEFINED_NEEDS_VMLINUX)
    .union(Features::GPL_VIOLATION_FATAL)
    .union(Features::CRC_SYMBOLS)
    .union(Features::MODC_VERMAGIC)
    .union(Features::LONG_LINE_NUL_PAD)
    .union(Features::MOD_FILE_ONE_LINE)
    .union(Features::EXPORT_UNKNOWN_KIND)
    .union(Features::SOURCE_BY_RELOC_NAME)
    .union(Features::EXTABLE_ENTRY_SIZE)
    .union(Features::MISMATCH_FATAL);

/// Series 5.10.
pub static V5_10: Profile = Profile {
    options: "ei:mnT:o:awENd:",
    features: UP_TO_5_18
        .union(Features::LEGACY_EXPORT_KINDS)
        .union(Features::REMOVE_NUMERIC_SUFFIX)
        .union(Features::MOD_FILE_BY_OBJECT),
    wording: Wording::V5_10,
    devices: DeviceLayout::V5_10,
    sections: &section_rules::V5_10,
};

/// Series 5.12 to 5.18: 5.10 and what Clang's LTO brought.
pub static LTO: Profile = Profile {
    options: "ei:mnT:o:awENd:",
    features: UP_TO_5_18.union(Features::LTO_SUFFIX),
    wording: Wording::V5_10,
    devices: DeviceLayout::V5_10,
    sections: &section_rules::V5_10,
};

/// Series 6.1.
pub static V6_1: Profile = Profile {
    options: "ei:mnT:o:aWwENd:",
    features: Features::LIST_DASH_IS_STDIN
        .union(Features::REQUIRE_DOT_O)
        .union(Features::REQUIRE_RELOCATABLE)
        .union(Features::ERROR_BLOCKS_WRITES)
        .union(Features::DUPLICATE_EXPORT_SHADOWS)
        .union(Features::EXPORTED_WITHOUT_DEFINITION)
        .union(Features::UNDEFINED_LIMIT)
        .union(Features::LICENSE_REQUIRED)
        .union(Features::MODC_VERMAGIC)
        .union(Features::MODC_LTO_INFO)
        .union(Features::MODC_EXPORT_INTERNAL)
        .union(Features::MODC_TEST_FLAG)
        .union(Features::MODC_SYMBOL_CRC)
        .union(Features::VMLINUX_EXPORT_C)
        .union(Features::UNDEF_PPC64_EXTRA)
        .union(Features::UNDEF_S390_EXPOLINE)
        .union(Features::REMOVE_NUMERIC_SUFFIX)
        .union(Features::RELOC_SKIP_RISCV),
    wording: Wording::V6_1,
    devices: DeviceLayout::V6_1,
    sections: &section_rules::V6_1,
};

/// What 6.12 and 7.3 have in common.
const SINCE_6_12: Features = Features::REQUIRE_DOT_O
    .union(Features::REQUIRE_RELOCATABLE)
    .union(Features::FATAL_PRINTS_ERROR)
    .union(Features::ERROR_BLOCKS_WRITES)
    .union(Features::CHECK_ALL_BEFORE_WRITE)
    .union(Features::EXPORT_SECTION)
    .union(Features::DUPLICATE_EXPORT_SHADOWS)
    .union(Features::EXPORTED_WITHOUT_DEFINITION)
    .union(Features::UNDEFINED_LIMIT)
    .union(Features::LICENSE_REQUIRED)
    .union(Features::MODC_EXPORT_INTERNAL)
    .union(Features::MODC_TEST_FLAG)
    .union(Features::MODC_KSYMTAB)
    .union(Features::MODC_SYMBOL_CRC)
    .union(Features::VMLINUX_EXPORT_C)
    .union(Features::UNDEF_PPC64_EXTRA)
    .union(Features::NEAREST_SYMBOL)
    .union(Features::REMOVE_NUMERIC_SUFFIX)
    .union(Features::RELOC_SKIP_LOONGARCH)
    .union(Features::UNKNOWN_REL_FATAL)
    .union(Features::ENDIAN_CHECKED)
    .union(Features::RELOC_SKIP_RISCV);

/// Series 6.12.
pub static V6_12: Profile = Profile {
    options: "ei:MmnT:to:au:WwENd:",
    features: SINCE_6_12.union(Features::DESCRIPTION_WITH_EXTRA_WARN),
    wording: Wording::V6_12,
    devices: DeviceLayout::V6_12,
    sections: &section_rules::V6_12,
};

/// Series 7.3.
pub static V7_3: Profile = Profile {
    options: "ei:MmnT:to:au:WwENd:xb",
    features: SINCE_6_12
        .union(Features::DUMP_MODULE_KEYED_BY_FILE)
        .union(Features::DESCRIPTION_REQUIRED)
        .union(Features::MODULE_NAMESPACES)
        .union(Features::CRC_THINLTO_NATIVE)
        .union(Features::MODC_SYMBOL_FLAGS)
        .union(Features::BASIC_VERSIONS_OPTION)
        .union(Features::VMLINUX_ALIASES)
        .union(Features::NO_TRIM_SECTION)
        .union(Features::UNDEF_START_STOP)
        .union(Features::DEVTABLE_KMOD_SYMBOL),
    wording: Wording::V7_3,
    devices: DeviceLayout::V7_3,
    sections: &section_rules::V7_3,
};
