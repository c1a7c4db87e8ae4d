// SPDX-License-Identifier: GPL-2.0-only

//! What differs in `modpost` between kernels: flags that can be set one by one, and tell from [`differences`] how a tree
//! shows each of them and which of the kernels that were compared have it.

pub mod choice;
pub mod differences;
pub mod survey;

use super::flags::flags;
use super::section_rules::SectionRules;
use super::series::Series;

flags! {
    /// One thing that the `modpost` of some kernels does and that of others does not.
    Behaviour,
    /// What the `modpost` of one kernel does.
    Behaviours;

    // The command line.
    /// `-W` is an option. 6.1 and newer.
    OptionExtraWarn,
    /// `-M` is an option: the kernel has modules. 6.6 and newer.
    OptionModules,
    /// `-t` is an option: exports that no module uses are dropped. 6.6 and newer.
    OptionTrim,
    /// `-u FILE` is an option: exports to keep all the same. 6.6 and newer.
    OptionKeepList,
    /// `-b` is an option, and asks for `____versions[]` instead of `-m`. 6.18 and newer.
    OptionBasicVersions,
    /// `-x` is an option: `____version_ext_*`, which have no limit to the length of names. 6.18 and newer.
    OptionExtendedVersions,
    /// `-v TEXT` is an option: the state of the sources, for `.mod.c`. Android's kernels.
    OptionScmVersion,
    /// `-T -` reads standard input. Up to 6.1.
    ListDashIsStdin,

    // Objects.
    /// An object whose name does not end in `.o` is an error, not a module with a cut name. 6.1 and newer.
    DotORequired,
    /// That is looked at after the object was opened, so that its absence or a broken header is what is reported.
    /// 6.6, 6.18.
    OpenedBeforeDotO,
    /// An object that is not relocatable is fatal. 6.1 and newer.
    RelocatableRequired,
    /// A byte order that does not exist is fatal. 6.12 and newer.
    EndianChecked,
    /// A suffix `.lto` is cut from module and symbol names. 5.12 to 5.15.
    LtoSuffix,
    /// A suffix `.prelink` is cut from module and symbol names. 5.16 to 5.18.
    PrelinkSuffix,
    /// A numeric suffix of a symbol is recognised; where it is not, the test looks at the wrong byte.
    NumericSuffixRemoved,

    // How errors end.
    /// Fatal messages start with `FATAL:` instead of `ERROR:`. Up to 6.6.
    FatalSaysFatal,
    /// Every error makes the exit status 1; before, only some do. 5.15 and newer.
    ErrorFails,
    /// After an error no file is written any more. 6.1 and newer.
    ErrorBlocksWrites,
    /// All modules are checked before the first is written; before, check and write alternate. 6.6 and newer.
    CheckAllBeforeWrite,
    /// Section mismatches are fatal with `-E`, where they are an error otherwise. 5.10.
    MismatchFatal,
    /// A generated line that does not fit 500 bytes is padded with NULs, where it is fatal otherwise.
    LongLineNulPad,

    // Order.
    /// Modules come out newest first. Up to 5.15.
    ModulesNewestFirst,
    /// A module's imports come out newest first. Up to 5.15.
    ImportsNewestFirst,
    /// Missing namespaces come out newest first. Up to 5.15.
    NamespacesNewestFirst,
    /// The dump is in the order of the original's hash table. Up to 5.15.
    DumpHashOrder,

    // Exports and imports.
    /// A module from a dump is known by name and dump; before, by name alone. 6.18 and newer.
    DumpModuleKeyedByFile,
    /// There are exports that should be unused. 5.10.
    ExportKindUnused,
    /// There are exports that will be GPL-only in future. 5.10.
    ExportKindGplFuture,
    /// Exports in sections that say nothing are exports, too. Up to 5.15.
    ExportKindUnknown,
    /// Exports are relocations of `.export_symbol`, not symbols `__ksymtab_*`. 6.6 and newer.
    ExportSection,
    /// Exporting twice is an error, not a warning. 6.1 and newer.
    DuplicateExportIsError,
    /// What is exported twice is shadowed by the new export; before, the old one stays. 6.1 and newer.
    DuplicateExportShadows,
    /// Exports without a global symbol of that name are reported. Up to 5.15.
    StaticExportTold,
    /// They are errors, not warnings. 5.15.
    StaticExportIsError,
    /// An import that only the module itself exports is reported as such. 6.1 and newer.
    ExportedWithoutDefinition,
    /// Undefined symbols are reported only if `vmlinux` was read, in one way or the other. 5.10.
    UndefinedNeedsVmlinux,
    /// Ten undefined symbols are named, the others counted. 5.15 and newer.
    UndefinedLimit,
    /// A missing licence is an error, not a warning. 5.15 and newer.
    MissingLicenseIsError,
    /// A missing description is a warning. 6.6 and newer.
    DescriptionWanted,
    /// It is one with `-W` only. 6.6 to 6.12.
    DescriptionNeedsExtraWarn,
    /// A proprietary module's use of a GPL-only symbol stops the run. 5.10.
    GplViolationFatal,
    /// Namespaces `module:…` name the modules that may use a symbol. 6.18 and newer.
    ModuleNamespaces,
    /// They must not be imported by hand. 6.18 and newer.
    ModuleNamespaceImportRefused,
    /// A symbol that gets an empty namespace but is not exported is said to be in `(null)`. Up to 5.15.
    EmptyNamespaceIsNull,
    /// Names in `.no_trim_symbol` are kept. 6.18 and newer.
    NoTrimSection,
    /// More register save functions are ignored on ppc64.
    UndefPpc64Extra,
    /// Indirect jump thunks are ignored on s390. 6.1, 6.6.
    UndefS390Expoline,
    /// Section bounds made by the linker are ignored. 7.2 and newer.
    UndefStartStop,

    // Versions.
    /// CRCs are symbols `__crc_*`; in newer kernels they are lines of `.cmd` files. Up to 5.15.
    CrcSymbols,
    /// A symbol without CRC is asked about its prototype in every kernel; where CRCs are symbols, since 5.15.
    CrcPrototypeAsked,
    /// CRCs of `x.thinlto-native.o` are in `.x.o.cmd`. 7.2 and newer.
    CrcThinltoNative,
    /// `____versions[]` has numbers of a fixed width. 6.18 and newer.
    VersionsFixedWidth,
    /// The first line of a `.mod` file lists all objects; later each has a line. Up to 5.15.
    ModFileOneLine,
    /// `.mod` is looked for under the name of the object, not of the module; they differ in the suffix. 5.10.
    ModFileByObject,
    /// Blanks at the start of a `.cmd` file's lines do not count.
    CmdLinesTrimmed,

    // Generated files.
    /// `.mod.c` has the vermagic and the build salt. Up to 6.6.
    ModcVermagic,
    /// `.mod.c` has the LTO note. 5.15 to 6.6.
    ModcLtoInfo,
    /// `.mod.c` has the hash of the ORC format. 6.6.
    ModcOrcHeader,
    /// `.mod.c` says whether it was built for retpolines. Up to 6.6.
    ModcRetpoline,
    /// `.mod.c` includes `export-internal.h`. 6.1 and newer.
    ModcExportInternal,
    /// `.mod.c` of modules below `tools/testing` say so. 6.1 and newer.
    ModcTestFlag,
    /// `.mod.c` has a `KSYMTAB_*` line for each export. 6.6 and newer.
    ModcKsymtab,
    /// `KSYMTAB_*` lines say by a suffix which section the export is for. 6.6 to 6.18.
    KsymtabHasSection,
    /// Exports have a `SYMBOL_FLAGS` line. 7.2 and newer.
    ModcSymbolFlags,
    /// `.mod.c` has a `SYMBOL_CRC` line for each export. 6.1 and newer.
    ModcSymbolCrc,
    /// `SYMBOL_CRC` lines say by a suffix which section the export is for. 6.1 to 6.18.
    CrcHasSection,
    /// Exports of `vmlinux` are written to `.vmlinux.export.c`. 6.1 and newer.
    VmlinuxExportC,
    /// `.vmlinux.export.c` has the aliases of built-in modules. 6.18 and newer.
    VmlinuxAliases,

    // Section checks.
    /// The nearest symbol is looked for by number of the section, the first of several; before, by name of the
    /// section, the last of several. 6.6 and newer.
    NearestSymbol,
    /// A reference is to its symbol's value plus the addend; before, to the addend alone. 6.6 and newer.
    TargetAddsValue,
    /// What no symbol covers is `(unknown)`. Up to 6.6.
    UnknownSymbolNamed,
    /// The section that relocations belong to is told by the name of the section they are in. Up to 5.15.
    SourceByRelocName,
    /// Messages about sections name the file of the object; later, the module. Up to 6.1.
    SectionMessagesNameFile,
    /// Section mismatches are explained at length. Up to 5.15.
    MismatchExplained,
    /// Section mismatches name the offset in the symbol that refers. 6.6 and newer.
    MismatchHasOffset,
    /// An address stands for a symbol that nobody knows. 6.12 and newer.
    MismatchHasAddress,
    /// References from the exception table have messages of their own, and no exemptions. Up to 6.1.
    ExtableHandler,
    /// An entry of the exception table that refers to data is fatal, and its text depends on the entry's size.
    ExtableEntrySize,
    /// ARM branches and words without addend say where they lead to; where they do not, the original takes an address
    /// of its own memory.
    ArmAddendsRead,
    /// Relocations without addend stop the run on machines where nobody knows how to find it. 6.6 and newer.
    UnknownRelFatal,
    /// `R_RISCV_SUB32` in `__ex_table` is skipped. 6.1 and newer.
    RelocSkipRiscv,
    /// `R_LARCH_SUB32` in `__ex_table` is skipped. 6.6 and newer.
    RelocSkipLoongarch,
    /// `R_LARCH_RELAX` and `R_LARCH_ALIGN` are skipped. 6.12 and newer.
    RelocSkipLoongarchRelax,
    /// Sections that are not loaded are fine as long as they are empty. Android's 6.6.
    NonAllocMayBeEmpty,

    // Section rules.
    /// `.text.*` is code like `.text`; before, `.text.unlikely` is. 6.1 and newer.
    TextParts,
    /// `.ltext` and `.ltext.*` are code.
    LargeText,
    /// `.softirqentry.text` is code. 5.15 and newer.
    SoftirqText,
    /// `.irqentry.text` is code.
    IrqText,
    /// There are sections `.meminit.*`. Up to 6.1.
    MeminitSections,
    /// There are sections `.memexit.*`. Up to 5.15.
    MemexitSections,
    /// `___ksymtab*` must not refer to what is freed. Up to 6.1.
    KsymtabRule,
    /// Which symbols are exempt depends on the rule. Up to 5.15.
    ExemptByRule,
    /// `*_template` may refer from data to what is freed. Up to 6.6.
    ExemptTemplate,
    /// `*_timer` may. Up to 6.6.
    ExemptTimer,
    /// `*_sht` may. Up to 6.6.
    ExemptSht,
    /// `*_probe_one` may. Up to 6.6.
    ExemptProbeOne,
    /// `*_probe` may. Up to 6.18.
    ExemptProbe,
    /// `*_ops.llvm.*` may. 7.2 and newer.
    ExemptOpsLlvm,
    /// `*driver` may refer to `.meminit.*`. 6.1.
    ExemptDriverMeminit,
    /// `*driver` may refer to exit sections, without `-W`. 6.1, 6.6.
    ExemptDriverExit,
    /// `.L*` may refer to anything. Up to 6.1.
    ExemptLocalLabels,
    /// `reference___initcall*` may refer to anything. Up to 5.15.
    ExemptInitcallReferences,
    /// `.cranges` is not looked at. Up to 5.15.
    UncheckedCranges,
    /// `.llvm.call-graph-profile` is not looked at. 6.6 and newer.
    UncheckedCallGraph,
    /// `__llvm_covfun` and `__llvm_covmap` are not looked at. 7.2 and newer.
    UncheckedCoverage,
    /// `.klp.symid` is not looked at. 7.2 and newer.
    UncheckedKlpSymid,

    // Device tables; what is in them is [`Devices`].
    /// Device tables are found by the symbol `__mod_device_table__kmod_…`, built-in ones too. 6.18 and newer.
    DevtableKmodSymbol,
    /// A table that makes no sense is an error, with another text; before, it stops the run. 6.18 and newer.
    DevtableErrorsGoOn,
    /// An alias that is there already is not added. 6.18 and newer; before, PnP cards skip what an earlier card had.
    AliasesUnique,
    /// Aliases of input devices and of DMI must fit 256 bytes. 7.2 and newer.
    AliasSizeChecked,

    // Messages.
    /// Messages about a module start with its name, and quote names alike. 7.3.
    MessagesStartWithModule,

    // What the entries of device tables look like, and which kinds there are.
    /// WMI identifiers are checked character by character, and come out in upper case. 7.2 and newer.
    WmiChecked,
    /// ACPI classes have the target's byte order; before, the build host's. 6.12 and newer.
    AcpiClassTargetEndian,
    /// The largest number of an input device's bitmaps counts. 6.1 and newer.
    InputIncludesMax,
    /// An input device's last switch is 0x11, not 0x10. 6.18 and newer.
    InputSwitch11,
    /// TEE identifiers are turned around for a target of the other byte order. 5.15.
    TeeSwapped,
    /// PCI entries say whose driver they are for. 5.15 and newer.
    PciOverride,
    /// AP entries have data for the driver. Up to 7.2.
    ApWithData,
    /// RPMSG entries have data for the driver. 5.15 and newer.
    RpmsgWithData,
    /// ACPI identifiers have room for 16 characters, not 9. 6.1 and newer.
    AcpiLongId,
    /// Names of platform devices have room for 24 characters, not 20. 6.18 and newer.
    PlatformLongName,
    /// x86 processors have a type. 6.18 and newer.
    X86CpuType,
    /// USB Type-C alternate modes have a mode. Up to 6.12.
    TypecMode,
    /// There are auxiliary devices. 5.15 and newer.
    DeviceAuxiliary,
    /// Their names have room for 40 characters, not 32. 7.2 and newer.
    AuxiliaryLongName,
    /// There are devices of the Surface System Aggregator Module. 5.15 and newer.
    DeviceSsam,
    /// There are DFL devices. 5.15 and newer.
    DeviceDfl,
    /// There are MHI endpoints. 6.1 and newer.
    DeviceMhiEp,
    /// There are ISHTP devices. 6.1 and newer.
    DeviceIshtp,
    /// There are CDX devices. 6.6 and newer.
    DeviceCdx,
    /// CDX devices have subsystems and classes. 6.12 and newer.
    CdxClass,
    /// There are SLIMbus devices. 6.12 and newer.
    DeviceSlim,
    /// There are VCHIQ devices. 6.12 and newer.
    DeviceVchiq,
    /// There are coreboot devices. 6.12 and newer.
    DeviceCoreboot,
    /// There are MCB devices. 6.18.35 and newer.
    DeviceMcb,
}

/// What a run asks: the flags, and what follows from them.
#[derive(Debug)]
pub struct ModpostProfile {
    behaviours: Behaviours,
    /// Which sections may refer to which.
    pub sections: SectionRules,
}

impl ModpostProfile {
    /// The profile of a kernel whose `modpost` does this.
    pub fn new(behaviours: Behaviours) -> Self {
        Self { behaviours, sections: SectionRules::new(&behaviours) }
    }

    /// The profile of a series.
    pub fn of(series: Series) -> Self {
        Self::new(differences::of_point(series.release().newest().bit))
    }

    /// Whether `behaviour` is to be had.
    pub fn has(&self, behaviour: Behaviour) -> bool {
        self.behaviours.contains(behaviour)
    }

    /// The options as `getopt(3)` wants them.
    pub fn option_letters(&self) -> String {
        let optional = [
            (Behaviour::OptionExtraWarn, "W"),
            (Behaviour::OptionModules, "M"),
            (Behaviour::OptionTrim, "t"),
            (Behaviour::OptionKeepList, "u:"),
            (Behaviour::OptionBasicVersions, "b"),
            (Behaviour::OptionExtendedVersions, "x"),
            (Behaviour::OptionScmVersion, "v:"),
        ];
        let known = optional.into_iter().filter(|(flag, _)| self.has(*flag));
        known.fold("ei:mnT:o:awENd:".to_owned(), |letters, (_, letter)| letters + letter)
    }
}
