// SPDX-License-Identifier: GPL-2.0-only

//! In what the releases of `modpost` differ, and how a tree shows it: one row for each difference.

use super::Behaviour as B;
use super::Behaviours;
use crate::kernel::releases::In;

/// A text in a file of a tree that shows something by being there, or by not being there. Part of a line is enough, so that
/// a list with one more name in it is still known.
#[derive(Debug, Clone, Copy)]
pub struct ModpostProbe {
    /// The file, relative to the tree.
    pub file: &'static str,
    /// The text.
    pub text: &'static str,
    /// Whether it shows something by being there.
    pub by_presence: bool,
}

/// One difference.
#[derive(Debug, Clone, Copy)]
pub struct ModpostDifference {
    /// What some do and others do not.
    pub behaviour: B,
    /// Which of those that were compared do.
    pub points: In,
    /// What shows it; one is enough.
    pub probes: &'static [ModpostProbe],
}

/// What the releases do that `point` stands for.
pub fn of_point(point: In) -> Behaviours {
    let rows = DIFFERENCES.iter().filter(|row| row.points.contains(point));
    rows.fold(Behaviours::default(), |set, row| set.with(&[row.behaviour]))
}

/// The file without which a tree says nothing.
pub const MODPOST: &str = "scripts/mod/modpost.c";
const ALIASES: &str = "scripts/mod/file2alias.c";
const SUMS: &str = "scripts/mod/sumversion.c";
const IDS: &str = "include/linux/mod_devicetable.h";

const fn does(behaviour: B, points: In, probes: &'static [ModpostProbe]) -> ModpostDifference {
    ModpostDifference { behaviour, points, probes }
}

const fn shown(file: &'static str, text: &'static str) -> ModpostProbe {
    ModpostProbe { file, text, by_presence: true }
}

const fn unless(file: &'static str, text: &'static str) -> ModpostProbe {
    ModpostProbe { file, text, by_presence: false }
}

/// All differences; [`B`] explains them.
#[rustfmt::skip]
pub static DIFFERENCES: &[ModpostDifference] = &[
    // The command line.
    does(B::OptionExtraWarn, In::SINCE_6_1, &[shown(MODPOST, "case 'W':")]),
    does(B::OptionModules, In::SINCE_6_6, &[shown(MODPOST, "case 'M':")]),
    does(B::OptionTrim, In::SINCE_6_6, &[shown(MODPOST, "case 't':")]),
    does(B::OptionKeepList, In::SINCE_6_6, &[shown(MODPOST, "case 'u':")]),
    does(B::OptionBasicVersions, In::SINCE_6_18, &[shown(MODPOST, "case 'b':")]),
    does(B::OptionExtendedVersions, In::SINCE_6_18, &[shown(MODPOST, "case 'x':")]),
    does(B::OptionScmVersion, In::V6_6_ANDROID, &[shown(MODPOST, "case 'v':")]),
    does(B::ListDashIsStdin, In::UP_TO_6_1, &[shown(MODPOST, "strcmp(filename, \"-\")")]),
    // Objects.
    does(B::DotORequired, In::SINCE_6_1, &[shown(MODPOST, "filename must be suffixed with .o")]),
    does(B::OpenedBeforeDotO, In::V6_6_ANDROID.union(In::V6_6).union(In::V6_12_95).union(In::V6_12_107).union(In::V6_18_2).union(In::V6_18), &[shown(MODPOST, "\tif (!parse_elf(&info, modname))\n\t\treturn;\n\n\tif (!strends(modname, \".o\"))")]),
    does(B::RelocatableRequired, In::SINCE_6_1, &[shown(MODPOST, ": not relocatable object.")]),
    does(B::EndianChecked, In::SINCE_6_12, &[shown(MODPOST, "target endian is unknown")]),
    does(B::LtoSuffix, In::V5_15, &[shown(MODPOST, "strends(tmp, \".lto\")")]),
    does(B::PrelinkSuffix, In::empty(), &[shown(MODPOST, "\".prelink\"")]),
    does(B::NumericSuffixRemoved, In::ALL, &[shown(MODPOST, "s[n + m + 1] == '.'")]),
    // How errors end.
    does(B::FatalSaysFatal, In::UP_TO_6_6, &[shown(MODPOST, "\"FATAL: \"")]),
    does(B::ErrorFails, In::SINCE_5_15, &[shown(MODPOST, "error_occurred = true")]),
    does(B::ErrorBlocksWrites, In::SINCE_6_1, &[shown(MODPOST, "\tif (error_occurred)\n\t\treturn;")]),
    does(B::CheckAllBeforeWrite, In::SINCE_6_6, &[shown(MODPOST, "\t\tcheck_modname_len(mod);\n\t\tcheck_exports(mod);\n\t}\n")]),
    does(B::MismatchFatal, In::V5_10, &[shown(MODPOST, "fatal(\"Section mismatches detected.")]),
    does(B::LongLineNulPad, In::UP_TO_5_15.union(In::V6_6_ANDROID).union(In::V6_6).union(In::V6_12_95).union(In::V6_12_107).union(In::V6_18_2).union(In::V6_18), &[unless(MODPOST, "buf_printf output truncated")]),
    // Order.
    does(B::ModulesNewestFirst, In::UP_TO_5_15, &[shown(MODPOST, "mod->next = modules;")]),
    does(B::ImportsNewestFirst, In::UP_TO_5_15, &[shown(MODPOST, "mod->unres = alloc_symbol(")]),
    does(B::NamespacesNewestFirst, In::UP_TO_5_15, &[shown(MODPOST, "ns_entry->next = *list;")]),
    does(B::DumpHashOrder, In::UP_TO_5_15, &[shown(MODPOST, "symbol = symbolhash[n];")]),
    // Exports and imports.
    does(B::DumpModuleKeyedByFile, In::SINCE_6_18, &[shown(MODPOST, "strcmp(mod->dump_file, filename)")]),
    does(B::ExportKindUnused, In::V5_10, &[shown(MODPOST, "EXPORT_UNUSED_SYMBOL")]),
    does(B::ExportKindGplFuture, In::V5_10, &[shown(MODPOST, "EXPORT_SYMBOL_GPL_FUTURE")]),
    does(B::ExportKindUnknown, In::UP_TO_5_15, &[shown(MODPOST, "export_unknown")]),
    does(B::ExportSection, In::SINCE_6_6, &[shown(MODPOST, ".export_symbol section")]),
    does(B::DuplicateExportIsError, In::SINCE_6_1, &[
        shown(MODPOST, "error(\"%s: '%s' exported twice."),
        shown(MODPOST, "error(mod, \"symbol '%s' exported twice."),
    ]),
    does(B::DuplicateExportShadows, In::SINCE_6_1, &[unless(MODPOST, "s = new_symbol(name, mod, export);")]),
    does(B::StaticExportTold, In::UP_TO_5_15, &[shown(MODPOST, "is a static %s")]),
    does(B::StaticExportIsError, In::V5_15, &[shown(MODPOST, "error(\"\\\"%s\\\" [%s] is a static %s")]),
    does(B::ExportedWithoutDefinition, In::SINCE_6_1, &[shown(MODPOST, "was exported without definition")]),
    does(B::UndefinedNeedsVmlinux, In::V5_10, &[shown(MODPOST, "if (have_vmlinux && ")]),
    does(B::UndefinedLimit, In::SINCE_5_15, &[shown(MODPOST, "MAX_UNRESOLVED_REPORTS")]),
    does(B::MissingLicenseIsError, In::SINCE_5_15, &[unless(MODPOST, "warn(\"missing MODULE_LICENSE()")]),
    does(B::DescriptionWanted, In::SINCE_6_6, &[shown(MODPOST, "missing MODULE_DESCRIPTION()")]),
    does(B::DescriptionNeedsExtraWarn, In::SINCE_6_6.difference(In::SINCE_6_18), &[shown(MODPOST, "extra_warn && !get_modinfo(&info, \"description\")")]),
    does(B::GplViolationFatal, In::V5_10, &[shown(MODPOST, "fatal(\"GPL-incompatible")]),
    does(B::ModuleNamespaces, In::SINCE_6_18, &[shown(MODPOST, "verify_module_namespace(")]),
    does(B::ModuleNamespaceImportRefused, In::SINCE_6_18, &[shown(MODPOST, "explicitly importing namespace")]),
    does(B::EmptyNamespaceIsNull, In::UP_TO_5_15, &[shown(MODPOST, "namespace_from_kstrtabns")]),
    does(B::NoTrimSection, In::SINCE_6_18, &[shown(MODPOST, "\".no_trim_symbol\"")]),
    does(B::UndefPpc64Extra, In::SINCE_7_2.union(In::V6_12).union(In::V6_1).union(In::V6_18), &[shown(MODPOST, "\"_restgpr1_\"")]),
    does(B::UndefS390Expoline, In::SINCE_6_1.difference(In::SINCE_6_12), &[shown(MODPOST, "\"__s390_indirect_jump_r\"")]),
    does(B::UndefStartStop, In::SINCE_7_2, &[shown(MODPOST, "strstarts(symname, \"__start_\")")]),
    // Versions.
    does(B::CrcSymbols, In::UP_TO_5_15, &[shown(MODPOST, "strstarts(symname, \"__crc_\")")]),
    does(B::CrcPrototypeAsked, In::SINCE_5_15, &[shown(MODPOST, "prototyped in <asm/asm-prototypes.h>?")]),
    does(B::CrcThinltoNative, In::SINCE_7_2, &[shown(MODPOST, "\".thinlto-native.o\"")]),
    does(B::VersionsFixedWidth, In::SINCE_6_18, &[shown(MODPOST, "\\t{ 0x%08x, \\\"%s\\\" }")]),
    does(B::ModFileOneLine, In::UP_TO_5_15, &[shown(SUMS, "strsep(&firstline, \" \")")]),
    does(B::ModFileByObject, In::V5_10, &[shown(SUMS, "(int)strlen(modname) - 1, modname)")]),
    does(B::CmdLinesTrimmed, In::ALL.difference(In::V5_15), &[shown(SUMS, "while (isspace(*line))")]),
    // Generated files.
    does(B::ModcVermagic, In::UP_TO_6_6, &[shown(MODPOST, "VERMAGIC_STRING")]),
    does(B::ModcLtoInfo, In::UP_TO_6_6.difference(In::V5_10), &[shown(MODPOST, "BUILD_LTO_INFO")]),
    does(B::ModcOrcHeader, In::V6_6_ANDROID.union(In::V6_6), &[shown(MODPOST, "ORC_HEADER")]),
    does(B::ModcRetpoline, In::UP_TO_6_6, &[shown(MODPOST, "#ifdef CONFIG_RETPOLINE")]),
    does(B::ModcExportInternal, In::SINCE_6_1, &[shown(MODPOST, "buf_printf(b, \"#include <linux/export-internal.h>")]),
    does(B::ModcTestFlag, In::SINCE_6_1, &[shown(MODPOST, "\"tools/testing\"")]),
    does(B::ModcKsymtab, In::SINCE_6_6, &[shown(MODPOST, "\"KSYMTAB_%s(")]),
    does(B::KsymtabHasSection, In::SINCE_6_6.difference(In::SINCE_7_2), &[shown(MODPOST, "\"KSYMTAB_%s(%s, \\\"%s\\\", \\\"%s\\\")")]),
    does(B::ModcSymbolFlags, In::SINCE_7_2, &[shown(MODPOST, "\"SYMBOL_FLAGS(")]),
    does(B::ModcSymbolCrc, In::SINCE_6_1, &[shown(MODPOST, "\"SYMBOL_CRC(")]),
    does(B::CrcHasSection, In::SINCE_6_1.difference(In::SINCE_7_2), &[shown(MODPOST, "\"SYMBOL_CRC(%s, 0x%08x, \\\"%s\\\")")]),
    does(B::VmlinuxExportC, In::SINCE_6_1, &[shown(MODPOST, "\".vmlinux.export.c\"")]),
    does(B::VmlinuxAliases, In::SINCE_6_18, &[shown(MODPOST, "#undef __MODULE_INFO_PREFIX")]),
    // Section checks.
    does(B::NearestSymbol, In::SINCE_6_6, &[shown(MODPOST, "symsearch_find_nearest(")]),
    does(B::TargetAddsValue, In::SINCE_6_6, &[shown(MODPOST, "tsym->st_value + TO_NATIVE(rela->r_addend)")]),
    does(B::UnknownSymbolNamed, In::UP_TO_6_6, &[shown(MODPOST, "return \"(unknown)\";")]),
    does(B::SourceByRelocName, In::UP_TO_5_15, &[shown(MODPOST, "fromsec += strlen(\".rela\")")]),
    does(B::SectionMessagesNameFile, In::UP_TO_6_1, &[unless(MODPOST, "check_sec_ref(mod, &info)")]),
    does(B::MismatchExplained, In::UP_TO_5_15, &[shown(MODPOST, "sec2annotation(")]),
    does(B::MismatchHasOffset, In::SINCE_6_6, &[
        shown(MODPOST, "section mismatch in reference: %s+0x%x ("),
        shown(MODPOST, "section mismatch in reference: %s%s0x%x ("),
    ]),
    does(B::MismatchHasAddress, In::SINCE_6_12, &[shown(MODPOST, "taddr_str")]),
    does(B::ExtableHandler, In::UP_TO_6_1, &[shown(MODPOST, "extable_mismatch_handler(")]),
    does(B::ExtableEntrySize, In::V5_10.union(In::V5_15_85), &[shown(MODPOST, "extable_entry size hasn't been discovered")]),
    does(B::ArmAddendsRead, In::ALL.difference(In::V5_15_85), &[shown(MODPOST, "sign_extend32(")]),
    does(B::UnknownRelFatal, In::SINCE_6_6, &[shown(MODPOST, "Please add code to calculate addend")]),
    does(B::RelocSkipRiscv, In::SINCE_6_1, &[shown(MODPOST, "R_RISCV_SUB32")]),
    does(B::RelocSkipLoongarch, In::SINCE_6_6, &[shown(MODPOST, "R_LARCH_SUB32")]),
    does(B::RelocSkipLoongarchRelax, In::SINCE_6_12, &[shown(MODPOST, "R_LARCH_RELAX")]),
    does(B::NonAllocMayBeEmpty, In::V6_6_ANDROID, &[shown(MODPOST, "sechdr->sh_size > 0 &&")]),
    // Section rules.
    does(B::TextParts, In::SINCE_6_1, &[shown(MODPOST, "#define TEXT_SECTIONS \".text\", \".text.*\"")]),
    does(B::LargeText, In::SINCE_6_1, &[shown(MODPOST, "\".ltext.*\"")]),
    does(B::SoftirqText, In::SINCE_5_15, &[shown(MODPOST, "\".softirqentry.text\"")]),
    does(B::IrqText, In::SINCE_6_1, &[shown(MODPOST, "\".irqentry.text\"")]),
    does(B::MeminitSections, In::UP_TO_6_1, &[shown(MODPOST, "\".meminit.*\"")]),
    does(B::MemexitSections, In::UP_TO_5_15, &[shown(MODPOST, "\".memexit.*\"")]),
    does(B::KsymtabRule, In::UP_TO_6_1, &[shown(MODPOST, "\"___ksymtab*\"")]),
    does(B::ExemptByRule, In::UP_TO_5_15, &[shown(MODPOST, "mismatch->symbol_white_list")]),
    does(B::ExemptTemplate, In::UP_TO_6_6, &[shown(MODPOST, "\"*_template\"")]),
    does(B::ExemptTimer, In::UP_TO_6_6, &[shown(MODPOST, "\"*_timer\"")]),
    does(B::ExemptSht, In::UP_TO_6_6, &[shown(MODPOST, "\"*_sht\"")]),
    does(B::ExemptProbeOne, In::UP_TO_6_6, &[shown(MODPOST, "\"*_probe_one\"")]),
    does(B::ExemptProbe, In::UP_TO_6_18, &[shown(MODPOST, "\"*_probe\"")]),
    does(B::ExemptOpsLlvm, In::SINCE_7_2, &[shown(MODPOST, "\"*_ops.llvm.*\"")]),
    does(B::ExemptDriverMeminit, In::V6_1, &[shown(MODPOST, "symbols in data sections that may refer to meminit")]),
    does(B::ExemptDriverExit, In::SINCE_6_1.difference(In::SINCE_6_12), &[shown(MODPOST, "if (!extra_warn &&\n\t    match(fromsec")]),
    does(B::ExemptLocalLabels, In::UP_TO_6_1, &[shown(MODPOST, "strstarts(fromsym, \".L\")")]),
    does(B::ExemptInitcallReferences, In::UP_TO_5_15, &[shown(MODPOST, "\"reference___initcall\"")]),
    does(B::UncheckedCranges, In::UP_TO_5_15, &[shown(MODPOST, "\".cranges\"")]),
    does(B::UncheckedCallGraph, In::SINCE_6_6, &[shown(MODPOST, "\".llvm.call-graph-profile\"")]),
    does(B::UncheckedCoverage, In::SINCE_7_2, &[shown(MODPOST, "\"__llvm_covfun\"")]),
    does(B::UncheckedKlpSymid, In::SINCE_7_2, &[shown(MODPOST, "\".klp.symid\"")]),
    // Device tables; what is in them is [`Devices`].
    does(B::DevtableKmodSymbol, In::SINCE_6_18, &[shown(ALIASES, "\"__mod_device_table__\"")]),
    does(B::DevtableErrorsGoOn, In::SINCE_6_18, &[shown(ALIASES, "type mismatch between %s[] and MODULE_DEVICE_TABLE")]),
    does(B::AliasesUnique, In::SINCE_6_18, &[shown(ALIASES, "/* avoid duplication */")]),
    does(B::AliasSizeChecked, In::SINCE_7_2, &[shown(ALIASES, "alias_append(")]),
    // Messages.
    does(B::MessagesStartWithModule, In::V7_3, &[shown(MODPOST, "#define mod_warn(")]),
    // What the entries of device tables look like, and which kinds there are.
    does(B::WmiChecked, In::SINCE_7_2, &[shown(ALIASES, "inside WMI GUID string")]),
    does(B::AcpiClassTargetEndian, In::SINCE_6_12, &[unless(ALIASES, "DEF_FIELD_ADDR(symval, acpi_device_id, cls)")]),
    does(B::InputIncludesMax, In::SINCE_6_1, &[shown(ALIASES, "for (i = min; i <= max; i++)")]),
    does(B::InputSwitch11, In::SINCE_6_18, &[
        shown(IDS, "#define INPUT_DEVICE_ID_SW_MAX\t\t0x11"),
        shown("include/linux/device-id/input.h", "#define INPUT_DEVICE_ID_SW_MAX\t\t0x11"),
    ]),
    does(B::TeeSwapped, In::V5_15, &[shown(ALIASES, "DEF_FIELD(symval, tee_client_device_id, uuid)")]),
    does(B::PciOverride, In::SINCE_5_15, &[shown(ALIASES, "DEF_FIELD(symval, pci_device_id, override_only)")]),
    does(B::ApWithData, In::UP_TO_7_2, &[
        shown(IDS, "\t__u8 dev_type;\t\t/* device type */\n\tkernel_ulong_t driver_info;"),
        shown("include/linux/device-id/ap.h", "kernel_ulong_t driver_info;"),
    ]),
    does(B::RpmsgWithData, In::SINCE_5_15, &[
        shown(IDS, "\tchar name[RPMSG_NAME_SIZE];\n\tkernel_ulong_t driver_data;"),
        shown("include/linux/device-id/rpmsg.h", "\tkernel_ulong_t driver_data;"),
    ]),
    does(B::AcpiLongId, In::SINCE_6_1, &[
        shown(IDS, "#define ACPI_ID_LEN\t16"),
        shown("include/linux/device-id/acpi.h", "#define ACPI_ID_LEN\t16"),
    ]),
    does(B::PlatformLongName, In::SINCE_6_18, &[
        shown(IDS, "#define PLATFORM_NAME_SIZE\t24"),
        shown("include/linux/device-id/platform.h", "#define PLATFORM_NAME_SIZE\t24"),
    ]),
    does(B::X86CpuType, In::SINCE_6_18, &[
        shown(IDS, "\t__u8  type;\n\tkernel_ulong_t driver_data;"),
        shown("include/linux/device-id/x86_cpu.h", "\t__u8  type;\n"),
    ]),
    does(B::TypecMode, In::UP_TO_6_12, &[shown(ALIASES, "DEF_FIELD(symval, typec_device_id, mode)")]),
    does(B::DeviceAuxiliary, In::SINCE_5_15, &[shown(ALIASES, "{\"auxiliary\",")]),
    does(B::AuxiliaryLongName, In::SINCE_7_2, &[
        shown(IDS, "#define AUXILIARY_NAME_SIZE 40"),
        shown("include/linux/device-id/auxiliary.h", "#define AUXILIARY_NAME_SIZE 40"),
    ]),
    does(B::DeviceSsam, In::SINCE_5_15, &[shown(ALIASES, "{\"ssam\",")]),
    does(B::DeviceDfl, In::SINCE_5_15, &[shown(ALIASES, "{\"dfl\",")]),
    does(B::DeviceMhiEp, In::SINCE_6_1, &[shown(ALIASES, "{\"mhi_ep\",")]),
    does(B::DeviceIshtp, In::SINCE_6_1, &[shown(ALIASES, "{\"ishtp\",")]),
    does(B::DeviceCdx, In::SINCE_6_6, &[shown(ALIASES, "{\"cdx\",")]),
    does(B::CdxClass, In::SINCE_6_12, &[shown(ALIASES, "DEF_FIELD(symval, cdx_device_id, class_mask)")]),
    does(B::DeviceSlim, In::SINCE_6_12, &[shown(ALIASES, "{\"slim\",")]),
    does(B::DeviceVchiq, In::SINCE_6_12, &[shown(ALIASES, "{\"vchiq\",")]),
    does(B::DeviceCoreboot, In::SINCE_6_12, &[shown(ALIASES, "{\"coreboot\",")]),
    does(B::DeviceMcb, In::SINCE_7_2.union(In::V6_18), &[shown(ALIASES, "{\"mcb\",")]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::releases;

    #[test]
    fn every_flag_has_one_row_and_every_row_a_probe() {
        for flag in B::ALL {
            assert_eq!(DIFFERENCES.iter().filter(|row| row.behaviour == *flag).count(), 1, "{flag:?}");
        }
        assert!(DIFFERENCES.iter().all(|row| !row.probes.is_empty()));
        assert!(DIFFERENCES.iter().flat_map(|row| row.probes).all(|probe| probe.text.len() >= 4));
    }

    #[test]
    fn every_flag_is_set_somewhere_and_not_everywhere() {
        // No release of 5.16 to 5.18 could be compared, and no early point of 5.15.
        let unknown = [B::PrelinkSuffix, B::NumericSuffixRemoved];
        for row in DIFFERENCES.iter().filter(|row| !unknown.contains(&row.behaviour)) {
            let count = releases::points().filter(|point| row.points.contains(point.bit)).count();
            assert!((1..releases::points().count()).contains(&count), "{:?}", row.behaviour);
        }
    }

    #[test]
    fn releases_differ() {
        let release = |version: &str| version.splitn(3, '.').take(2).collect::<Vec<_>>().join(".");
        for point in releases::points() {
            let same = releases::points().filter(|other| of_point(other.bit) == of_point(point.bit));
            for other in same {
                assert_eq!(
                    release(other.version),
                    release(point.version),
                    "stable points of one release may be the same"
                );
            }
        }
    }
}
