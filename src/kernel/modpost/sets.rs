//! The sets of flags that were compared with an original.

use super::Behaviour as B;
use super::Behaviours;

/// 5.10.223.
pub const V5_10: Behaviours = Behaviours::of(&[
    B::ListDashIsStdin,
    B::NumericSuffixRemoved,
    B::FatalSaysFatal,
    B::MismatchFatal,
    B::LongLineNulPad,
    B::ModulesNewestFirst,
    B::ImportsNewestFirst,
    B::NamespacesNewestFirst,
    B::DumpHashOrder,
    B::ExportKindUnused,
    B::ExportKindGplFuture,
    B::ExportKindUnknown,
    B::StaticExportTold,
    B::UndefinedNeedsVmlinux,
    B::GplViolationFatal,
    B::EmptyNamespaceIsNull,
    B::CrcSymbols,
    B::ModFileOneLine,
    B::ModFileByObject,
    B::CmdLinesTrimmed,
    B::ModcVermagic,
    B::ModcRetpoline,
    B::UnknownSymbolNamed,
    B::SourceByRelocName,
    B::SectionMessagesNameFile,
    B::MismatchExplained,
    B::ExtableHandler,
    B::ExtableEntrySize,
    B::ArmAddendsRead,
    B::MeminitSections,
    B::MemexitSections,
    B::KsymtabRule,
    B::ExemptByRule,
    B::ExemptTemplate,
    B::ExemptTimer,
    B::ExemptSht,
    B::ExemptProbeOne,
    B::ExemptProbe,
    B::ExemptLocalLabels,
    B::ExemptInitcallReferences,
    B::UncheckedCranges,
    B::ApWithData,
    B::TypecMode,
]);

/// 5.15.85.
pub const V5_15_85: Behaviours = V5_10
    .without(&[
        B::MismatchFatal,
        B::ExportKindUnused,
        B::ExportKindGplFuture,
        B::UndefinedNeedsVmlinux,
        B::GplViolationFatal,
        B::ModFileByObject,
        B::CmdLinesTrimmed,
        B::ArmAddendsRead,
    ])
    .with(&[
        B::LtoSuffix,
        B::ErrorFails,
        B::StaticExportIsError,
        B::UndefinedLimit,
        B::MissingLicenseIsError,
        B::CrcPrototypeAsked,
        B::ModcLtoInfo,
        B::SoftirqText,
        B::TeeSwapped,
        B::PciOverride,
        B::RpmsgWithData,
        B::DeviceAuxiliary,
        B::DeviceSsam,
        B::DeviceDfl,
    ]);

/// 5.15.135.
pub const V5_15_135: Behaviours = V5_15_85.without(&[B::ExtableEntrySize]).with(&[B::ArmAddendsRead]);

/// 6.1.192.
pub const V6_1: Behaviours = V5_15_135
    .without(&[
        B::LtoSuffix,
        B::ModulesNewestFirst,
        B::ImportsNewestFirst,
        B::NamespacesNewestFirst,
        B::DumpHashOrder,
        B::ExportKindUnknown,
        B::StaticExportTold,
        B::StaticExportIsError,
        B::EmptyNamespaceIsNull,
        B::CrcSymbols,
        B::ModFileOneLine,
        B::SourceByRelocName,
        B::MismatchExplained,
        B::MemexitSections,
        B::ExemptByRule,
        B::ExemptInitcallReferences,
        B::UncheckedCranges,
        B::LongLineNulPad,
        B::TeeSwapped,
    ])
    .with(&[
        B::OptionExtraWarn,
        B::DotORequired,
        B::RelocatableRequired,
        B::ErrorBlocksWrites,
        B::DuplicateExportIsError,
        B::DuplicateExportShadows,
        B::ExportedWithoutDefinition,
        B::UndefPpc64Extra,
        B::UndefS390Expoline,
        B::CmdLinesTrimmed,
        B::ModcExportInternal,
        B::ModcTestFlag,
        B::ModcSymbolCrc,
        B::CrcHasSection,
        B::VmlinuxExportC,
        B::RelocSkipRiscv,
        B::TextParts,
        B::LargeText,
        B::IrqText,
        B::ExemptDriverMeminit,
        B::ExemptDriverExit,
        B::InputIncludesMax,
        B::AcpiLongId,
        B::DeviceMhiEp,
        B::DeviceIshtp,
    ]);

/// 6.6.80.
pub const V6_6: Behaviours = V6_1
    .without(&[
        B::ListDashIsStdin,
        B::UndefPpc64Extra,
        B::SectionMessagesNameFile,
        B::ExtableHandler,
        B::MeminitSections,
        B::KsymtabRule,
        B::ExemptDriverMeminit,
        B::ExemptLocalLabels,
    ])
    .with(&[
        B::OptionModules,
        B::OptionTrim,
        B::OptionKeepList,
        B::OpenedBeforeDotO,
        B::CheckAllBeforeWrite,
        B::LongLineNulPad,
        B::ExportSection,
        B::DescriptionWanted,
        B::DescriptionNeedsExtraWarn,
        B::ModcOrcHeader,
        B::ModcKsymtab,
        B::KsymtabHasSection,
        B::NearestSymbol,
        B::TargetAddsValue,
        B::MismatchHasOffset,
        B::UnknownRelFatal,
        B::RelocSkipLoongarch,
        B::UncheckedCallGraph,
        B::DeviceCdx,
    ]);

/// 6.6.77 of Android 15.
pub const V6_6_ANDROID: Behaviours = V6_6.with(&[B::OptionScmVersion, B::NonAllocMayBeEmpty]);

/// 6.12.117.
pub const V6_12: Behaviours = V6_6
    .without(&[
        B::OpenedBeforeDotO,
        B::FatalSaysFatal,
        B::LongLineNulPad,
        B::UndefS390Expoline,
        B::ModcVermagic,
        B::ModcLtoInfo,
        B::ModcOrcHeader,
        B::ModcRetpoline,
        B::UnknownSymbolNamed,
        B::ExemptTemplate,
        B::ExemptTimer,
        B::ExemptSht,
        B::ExemptProbeOne,
        B::ExemptDriverExit,
    ])
    .with(&[
        B::EndianChecked,
        B::UndefPpc64Extra,
        B::MismatchHasAddress,
        B::RelocSkipLoongarchRelax,
        B::AcpiClassTargetEndian,
        B::CdxClass,
        B::DeviceSlim,
        B::DeviceVchiq,
        B::DeviceCoreboot,
    ]);

/// 6.18.2.
pub const V6_18_2: Behaviours =
    V6_12.without(&[B::DescriptionNeedsExtraWarn, B::UndefPpc64Extra, B::TypecMode]).with(&[
        B::OpenedBeforeDotO,
        B::LongLineNulPad,
        B::OptionBasicVersions,
        B::OptionExtendedVersions,
        B::DumpModuleKeyedByFile,
        B::ModuleNamespaces,
        B::ModuleNamespaceImportRefused,
        B::NoTrimSection,
        B::VersionsFixedWidth,
        B::VmlinuxAliases,
        B::DevtableKmodSymbol,
        B::DevtableErrorsGoOn,
        B::AliasesUnique,
        B::InputSwitch11,
        B::PlatformLongName,
        B::X86CpuType,
    ]);

/// 6.18.35.
pub const V6_18_35: Behaviours = V6_18_2.with(&[B::UndefPpc64Extra, B::DeviceMcb]);

/// 7.2.13.
pub const V7_2: Behaviours = V6_18_35
    .without(&[B::OpenedBeforeDotO, B::LongLineNulPad, B::KsymtabHasSection, B::CrcHasSection, B::ExemptProbe])
    .with(&[
        B::UndefStartStop,
        B::CrcThinltoNative,
        B::ModcSymbolFlags,
        B::ExemptOpsLlvm,
        B::UncheckedCoverage,
        B::UncheckedKlpSymid,
        B::AliasSizeChecked,
        B::WmiChecked,
        B::AuxiliaryLongName,
    ]);

/// 7.3.4.
pub const V7_3: Behaviours = V7_2.without(&[B::ApWithData]).with(&[B::MessagesStartWithModule]);

/// 6.12.95 and 6.12.107.
pub const V6_12_95: Behaviours = V6_12.with(&[B::OpenedBeforeDotO, B::LongLineNulPad]);

/// Releases whose originals were compared, oldest first, and what they do.
pub const RELEASES: &[(&str, Behaviours)] = &[
    ("5.10.223", V5_10),
    ("5.15.85", V5_15_85),
    ("5.15.135", V5_15_135),
    ("6.1.192", V6_1),
    ("6.6.77-android15", V6_6_ANDROID),
    ("6.6.80", V6_6),
    ("6.12.95", V6_12_95),
    ("6.12.117", V6_12),
    ("6.18.2", V6_18_2),
    ("6.18.35", V6_18_35),
    ("7.2.13", V7_2),
    ("7.3.4", V7_3),
];

/// The first version that is taken for a release, where there is none of that series.
const STARTS: &[((u32, u32), Behaviours)] = &[
    ((0, 0), V5_10),
    ((5, 12), V5_15_135),
    ((5, 19), V6_1),
    ((6, 4), V6_6),
    ((6, 9), V6_12),
    ((6, 14), V6_18_35),
    ((6, 19), V7_2),
    ((7, 3), V7_3),
];

/// What the release does that a version such as `6.12`, `6.6.77-android15` or `7.3.4-amd64` is nearest to: of its series the
/// last one that is not newer, else the first one; the newest if no number is given.
pub fn of_version(version: &str) -> Behaviours {
    let Some((series, point)) = parse(version) else { return V7_3 };
    let is_android = version.contains("android");
    let known =
        RELEASES.iter().filter_map(|(name, behaviours)| Some((parse(name)?, name.contains("android"), behaviours)));
    let same: Vec<_> = known.filter(|((known, _), android, _)| *known == series && *android == is_android).collect();
    let is_old_enough = |point_known: Option<u32>| point.is_none() || point_known <= point;
    let nearest = same.iter().rev().find(|((_, known), ..)| is_old_enough(*known)).or(same.first());
    match nearest {
        Some((.., behaviours)) => **behaviours,
        None if is_android => of_version(version.split('-').next().unwrap_or_default()),
        None => STARTS.iter().rev().find(|(start, _)| *start <= series).map_or(V5_10, |(_, behaviours)| *behaviours),
    }
}

/// The series and the point of a version.
fn parse(version: &str) -> Option<((u32, u32), Option<u32>)> {
    let mut numbers = version.trim_start_matches('v').split(|c: char| !c.is_ascii_digit());
    let major = numbers.next()?.parse().ok()?;
    let minor = numbers.next()?.parse().ok()?;
    let is_point = version.split('.').nth(2).is_some();
    Some(((major, minor), numbers.next().filter(|_| is_point).and_then(|point| point.parse().ok())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_taken_for_the_nearest_release() {
        for (version, behaviours) in [
            ("5.10", V5_10),
            ("4.19.1", V5_10),
            ("5.13", V5_15_135),
            ("5.15.3", V5_15_85),
            ("5.15.100-generic", V5_15_85),
            ("5.15.200", V5_15_135),
            ("6.6", V6_6),
            ("6.6.77-android15", V6_6_ANDROID),
            ("6.6.90-android15-8-g0123", V6_6_ANDROID),
            ("6.1.90-android14", V6_1),
            ("6.12.100+deb13-amd64", V6_12_95),
            ("6.12-rc3", V6_12),
            ("6.18.20", V6_18_2),
            ("7.2.1", V7_2),
            ("7.3.99", V7_3),
            ("8.0", V7_3),
        ] {
            assert!(of_version(version) == behaviours, "{version}");
        }
    }

    #[test]
    fn every_flag_is_set_somewhere_and_not_everywhere() {
        // No release of 5.16 to 5.18 could be compared, and no early point of 5.15.
        let unknown = [B::PrelinkSuffix, B::NumericSuffixRemoved];
        for flag in B::ALL.iter().filter(|flag| !unknown.contains(flag)) {
            let count = RELEASES.iter().filter(|(_, behaviours)| behaviours.contains(*flag)).count();
            assert!((1..RELEASES.len()).contains(&count), "{flag:?}");
        }
    }
}
