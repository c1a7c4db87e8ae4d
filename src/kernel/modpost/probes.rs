//! How a kernel's sources show what its `modpost` does.

use std::fs;

use super::Behaviour as B;
use super::Behaviours;
use crate::kernel::series::Tree;

/// What a text in a file of the tree means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// It is there if the flag is set.
    Set,
    /// It is there if the flag is not set.
    NotSet,
}

/// A text in a tree that tells a flag. Where a flag has several, one of them suffices.
#[derive(Debug, Clone, Copy)]
pub struct Probe {
    /// The flag.
    pub flag: B,
    /// The file, relative to the tree.
    pub file: &'static str,
    /// What is or is not in it.
    pub text: &'static str,
    /// What that means.
    pub meaning: Meaning,
}

/// The file without which a tree says nothing.
pub const MODPOST: &str = "scripts/mod/modpost.c";
const ALIASES: &str = "scripts/mod/file2alias.c";
const SUMS: &str = "scripts/mod/sumversion.c";
const IDS: &str = "include/linux/mod_devicetable.h";

/// What was found in a tree.
#[derive(Debug)]
pub struct Survey {
    /// What the tree's `modpost` does.
    pub behaviours: Behaviours,
    /// The probes whose text is there, in the order of [`PROBES`].
    pub found: Vec<bool>,
}

impl Survey {
    /// Looks at `tree`; `None` if it has no sources of `modpost`.
    pub fn of(tree: &Tree) -> Option<Self> {
        let mut files: Vec<&'static str> = PROBES.iter().map(|probe| probe.file).collect();
        files.sort_unstable();
        files.dedup();
        let mut found = vec![false; PROBES.len()];
        for file in files {
            match read_file(tree, file) {
                Some(text) => look(file, &text, &mut found),
                None if file == MODPOST => return None,
                None => {}
            }
        }
        let mut behaviours = Behaviours::default();
        for probe in PROBES {
            let mut same_flag = PROBES.iter().zip(&found).filter(|(other, _)| other.flag == probe.flag);
            if same_flag.any(|(_, found)| *found) == (probe.meaning == Meaning::Set) {
                behaviours = behaviours.with(&[probe.flag]);
            }
        }
        Some(Self { behaviours, found })
    }
}

/// Notes which probes of `file` are in its text, in one pass: few places begin like a probe.
#[expect(clippy::indexing_slicing, reason = "slots have 12 bits; the rest are positions in what is gone over")]
fn look(file: &str, text: &[u8], found: &mut [bool]) {
    const HEAD: usize = 4;
    let slot = |head: &[u8; HEAD]| (u32::from_le_bytes(*head).wrapping_mul(0x9e37_79b1) >> 20) as usize;
    let mut starts: Vec<Vec<usize>> = vec![Vec::new(); 1 << 12];
    for (index, probe) in PROBES.iter().enumerate().filter(|(_, probe)| probe.file == file) {
        if let Some(head) = probe.text.as_bytes().first_chunk() {
            starts[slot(head)].push(index);
        }
    }
    for (at, window) in text.windows(HEAD).enumerate() {
        let Some(head) = window.first_chunk() else { continue };
        for &index in &starts[slot(head)] {
            found[index] = found[index] || text[at..].starts_with(PROBES[index].text.as_bytes());
        }
    }
}

/// The text of a file of reasonable size. A pipe or a device could keep us waiting for ever.
fn read_file(tree: &Tree, file: &str) -> Option<Vec<u8>> {
    let path = tree.path(file);
    let known = fs::metadata(&path).ok()?;
    if known.is_file() && known.len() <= LONGEST { fs::read(&path).ok() } else { None }
}

/// The largest of these files has 80 KB; what is larger than this is none of them.
const LONGEST: u64 = 1 << 20;

const fn shown(flag: B, file: &'static str, text: &'static str) -> Probe {
    Probe { flag, file, text, meaning: Meaning::Set }
}

const fn unless(flag: B, file: &'static str, text: &'static str) -> Probe {
    Probe { flag, file, text, meaning: Meaning::NotSet }
}

/// How a tree shows each flag.
#[rustfmt::skip]
pub static PROBES: &[Probe] = &[
    shown(B::OptionExtraWarn, MODPOST, "case 'W':"),
    shown(B::OptionModules, MODPOST, "case 'M':"),
    shown(B::OptionTrim, MODPOST, "case 't':"),
    shown(B::OptionKeepList, MODPOST, "case 'u':"),
    shown(B::OptionBasicVersions, MODPOST, "case 'b':"),
    shown(B::OptionExtendedVersions, MODPOST, "case 'x':"),
    shown(B::OptionScmVersion, MODPOST, "case 'v':"),
    shown(B::ListDashIsStdin, MODPOST, "strcmp(filename, \"-\")"),
    shown(B::DotORequired, MODPOST, "filename must be suffixed with .o"),
    shown(B::OpenedBeforeDotO, MODPOST,
        "\tif (!parse_elf(&info, modname))\n\t\treturn;\n\n\tif (!strends(modname, \".o\"))"),
    shown(B::RelocatableRequired, MODPOST, ": not relocatable object."),
    shown(B::EndianChecked, MODPOST, "target endian is unknown"),
    shown(B::LtoSuffix, MODPOST, "strends(tmp, \".lto\")"),
    shown(B::PrelinkSuffix, MODPOST, "\".prelink\""),
    shown(B::NumericSuffixRemoved, MODPOST, "s[n + m + 1] == '.'"),
    shown(B::FatalSaysFatal, MODPOST, "\"FATAL: \""),
    shown(B::ErrorFails, MODPOST, "error_occurred = true"),
    shown(B::ErrorBlocksWrites, MODPOST, "\tif (error_occurred)\n\t\treturn;"),
    shown(B::CheckAllBeforeWrite, MODPOST, "\t\tcheck_modname_len(mod);\n\t\tcheck_exports(mod);\n\t}\n"),
    shown(B::MismatchFatal, MODPOST, "fatal(\"Section mismatches detected."),
    unless(B::LongLineNulPad, MODPOST, "buf_printf output truncated"),
    shown(B::ModulesNewestFirst, MODPOST, "mod->next = modules;"),
    shown(B::ImportsNewestFirst, MODPOST, "mod->unres = alloc_symbol("),
    shown(B::NamespacesNewestFirst, MODPOST, "ns_entry->next = *list;"),
    shown(B::DumpHashOrder, MODPOST, "symbol = symbolhash[n];"),
    shown(B::DumpModuleKeyedByFile, MODPOST, "strcmp(mod->dump_file, filename)"),
    shown(B::ExportKindUnused, MODPOST, "EXPORT_UNUSED_SYMBOL"),
    shown(B::ExportKindGplFuture, MODPOST, "EXPORT_SYMBOL_GPL_FUTURE"),
    shown(B::ExportKindUnknown, MODPOST, "export_unknown"),
    shown(B::ExportSection, MODPOST, ".export_symbol section"),
    shown(B::DuplicateExportIsError, MODPOST, "error(\"%s: '%s' exported twice."),
    shown(B::DuplicateExportIsError, MODPOST, "error(mod, \"symbol '%s' exported twice."),
    unless(B::DuplicateExportShadows, MODPOST, "s = new_symbol(name, mod, export);"),
    shown(B::StaticExportTold, MODPOST, "is a static %s"),
    shown(B::StaticExportIsError, MODPOST, "error(\"\\\"%s\\\" [%s] is a static %s"),
    shown(B::ExportedWithoutDefinition, MODPOST, "was exported without definition"),
    shown(B::UndefinedNeedsVmlinux, MODPOST, "if (have_vmlinux && "),
    shown(B::UndefinedLimit, MODPOST, "MAX_UNRESOLVED_REPORTS"),
    unless(B::MissingLicenseIsError, MODPOST, "warn(\"missing MODULE_LICENSE()"),
    shown(B::DescriptionWanted, MODPOST, "missing MODULE_DESCRIPTION()"),
    shown(B::DescriptionNeedsExtraWarn, MODPOST, "extra_warn && !get_modinfo(&info, \"description\")"),
    shown(B::GplViolationFatal, MODPOST, "fatal(\"GPL-incompatible"),
    shown(B::ModuleNamespaces, MODPOST, "verify_module_namespace("),
    shown(B::ModuleNamespaceImportRefused, MODPOST, "explicitly importing namespace"),
    shown(B::EmptyNamespaceIsNull, MODPOST, "namespace_from_kstrtabns"),
    shown(B::NoTrimSection, MODPOST, "\".no_trim_symbol\""),
    shown(B::UndefPpc64Extra, MODPOST, "\"_restgpr1_\""),
    shown(B::UndefS390Expoline, MODPOST, "\"__s390_indirect_jump_r\""),
    shown(B::UndefStartStop, MODPOST, "strstarts(symname, \"__start_\")"),
    shown(B::CrcSymbols, MODPOST, "strstarts(symname, \"__crc_\")"),
    shown(B::CrcPrototypeAsked, MODPOST, "prototyped in <asm/asm-prototypes.h>?"),
    shown(B::CrcThinltoNative, MODPOST, "\".thinlto-native.o\""),
    shown(B::VersionsFixedWidth, MODPOST, "\\t{ 0x%08x, \\\"%s\\\" }"),
    shown(B::ModFileOneLine, SUMS, "strsep(&firstline, \" \")"),
    shown(B::ModFileByObject, SUMS, "(int)strlen(modname) - 1, modname)"),
    shown(B::CmdLinesTrimmed, SUMS, "while (isspace(*line))"),
    shown(B::ModcVermagic, MODPOST, "VERMAGIC_STRING"),
    shown(B::ModcLtoInfo, MODPOST, "BUILD_LTO_INFO"),
    shown(B::ModcOrcHeader, MODPOST, "ORC_HEADER"),
    shown(B::ModcRetpoline, MODPOST, "#ifdef CONFIG_RETPOLINE"),
    shown(B::ModcExportInternal, MODPOST, "buf_printf(b, \"#include <linux/export-internal.h>"),
    shown(B::ModcTestFlag, MODPOST, "\"tools/testing\""),
    shown(B::ModcKsymtab, MODPOST, "\"KSYMTAB_%s("),
    shown(B::KsymtabHasSection, MODPOST, "\"KSYMTAB_%s(%s, \\\"%s\\\", \\\"%s\\\")"),
    shown(B::ModcSymbolFlags, MODPOST, "\"SYMBOL_FLAGS("),
    shown(B::ModcSymbolCrc, MODPOST, "\"SYMBOL_CRC("),
    shown(B::CrcHasSection, MODPOST, "\"SYMBOL_CRC(%s, 0x%08x, \\\"%s\\\")"),
    shown(B::VmlinuxExportC, MODPOST, "\".vmlinux.export.c\""),
    shown(B::VmlinuxAliases, MODPOST, "#undef __MODULE_INFO_PREFIX"),
    shown(B::NearestSymbol, MODPOST, "symsearch_find_nearest("),
    shown(B::TargetAddsValue, MODPOST, "tsym->st_value + TO_NATIVE(rela->r_addend)"),
    shown(B::UnknownSymbolNamed, MODPOST, "return \"(unknown)\";"),
    shown(B::SourceByRelocName, MODPOST, "fromsec += strlen(\".rela\")"),
    unless(B::SectionMessagesNameFile, MODPOST, "check_sec_ref(mod, &info)"),
    shown(B::MismatchExplained, MODPOST, "sec2annotation("),
    shown(B::MismatchHasOffset, MODPOST, "section mismatch in reference: %s+0x%x ("),
    shown(B::MismatchHasOffset, MODPOST, "section mismatch in reference: %s%s0x%x ("),
    shown(B::MismatchHasAddress, MODPOST, "taddr_str"),
    shown(B::ExtableHandler, MODPOST, "extable_mismatch_handler("),
    shown(B::ExtableEntrySize, MODPOST, "extable_entry size hasn't been discovered"),
    shown(B::ArmAddendsRead, MODPOST, "sign_extend32("),
    shown(B::UnknownRelFatal, MODPOST, "Please add code to calculate addend"),
    shown(B::RelocSkipRiscv, MODPOST, "R_RISCV_SUB32"),
    shown(B::RelocSkipLoongarch, MODPOST, "R_LARCH_SUB32"),
    shown(B::RelocSkipLoongarchRelax, MODPOST, "R_LARCH_RELAX"),
    shown(B::NonAllocMayBeEmpty, MODPOST, "sechdr->sh_size > 0 &&"),
    shown(B::TextParts, MODPOST, "#define TEXT_SECTIONS \".text\", \".text.*\""),
    shown(B::LargeText, MODPOST, "\".ltext.*\""),
    shown(B::SoftirqText, MODPOST, "\".softirqentry.text\""),
    shown(B::IrqText, MODPOST, "\".irqentry.text\""),
    shown(B::MeminitSections, MODPOST, "\".meminit.*\""),
    shown(B::MemexitSections, MODPOST, "\".memexit.*\""),
    shown(B::KsymtabRule, MODPOST, "\"___ksymtab*\""),
    shown(B::ExemptByRule, MODPOST, "mismatch->symbol_white_list"),
    shown(B::ExemptTemplate, MODPOST, "\"*_template\""),
    shown(B::ExemptTimer, MODPOST, "\"*_timer\""),
    shown(B::ExemptSht, MODPOST, "\"*_sht\""),
    shown(B::ExemptProbeOne, MODPOST, "\"*_probe_one\""),
    shown(B::ExemptProbe, MODPOST, "\"*_probe\""),
    shown(B::ExemptOpsLlvm, MODPOST, "\"*_ops.llvm.*\""),
    shown(B::ExemptDriverMeminit, MODPOST, "symbols in data sections that may refer to meminit"),
    shown(B::ExemptDriverExit, MODPOST, "if (!extra_warn &&\n\t    match(fromsec"),
    shown(B::ExemptLocalLabels, MODPOST, "strstarts(fromsym, \".L\")"),
    shown(B::ExemptInitcallReferences, MODPOST, "\"reference___initcall\""),
    shown(B::UncheckedCranges, MODPOST, "\".cranges\""),
    shown(B::UncheckedCallGraph, MODPOST, "\".llvm.call-graph-profile\""),
    shown(B::UncheckedCoverage, MODPOST, "\"__llvm_covfun\""),
    shown(B::UncheckedKlpSymid, MODPOST, "\".klp.symid\""),
    shown(B::DevtableKmodSymbol, ALIASES, "\"__mod_device_table__\""),
    shown(B::DevtableErrorsGoOn, ALIASES, "type mismatch between %s[] and MODULE_DEVICE_TABLE"),
    shown(B::AliasesUnique, ALIASES, "/* avoid duplication */"),
    shown(B::AliasSizeChecked, ALIASES, "alias_append("),
    shown(B::MessagesStartWithModule, MODPOST, "#define mod_warn("),
    shown(B::WmiChecked, ALIASES, "inside WMI GUID string"),
    unless(B::AcpiClassTargetEndian, ALIASES, "DEF_FIELD_ADDR(symval, acpi_device_id, cls)"),
    shown(B::InputIncludesMax, ALIASES, "for (i = min; i <= max; i++)"),
    shown(B::InputSwitch11, IDS, "#define INPUT_DEVICE_ID_SW_MAX\t\t0x11"),
    shown(B::InputSwitch11, "include/linux/device-id/input.h", "#define INPUT_DEVICE_ID_SW_MAX\t\t0x11"),
    shown(B::TeeSwapped, ALIASES, "DEF_FIELD(symval, tee_client_device_id, uuid)"),
    shown(B::PciOverride, ALIASES, "DEF_FIELD(symval, pci_device_id, override_only)"),
    shown(B::ApWithData, IDS, "\t__u8 dev_type;\t\t/* device type */\n\tkernel_ulong_t driver_info;"),
    shown(B::ApWithData, "include/linux/device-id/ap.h", "kernel_ulong_t driver_info;"),
    shown(B::RpmsgWithData, IDS, "\tchar name[RPMSG_NAME_SIZE];\n\tkernel_ulong_t driver_data;"),
    shown(B::RpmsgWithData, "include/linux/device-id/rpmsg.h", "\tkernel_ulong_t driver_data;"),
    shown(B::AcpiLongId, IDS, "#define ACPI_ID_LEN\t16"),
    shown(B::AcpiLongId, "include/linux/device-id/acpi.h", "#define ACPI_ID_LEN\t16"),
    shown(B::PlatformLongName, IDS, "#define PLATFORM_NAME_SIZE\t24"),
    shown(B::PlatformLongName, "include/linux/device-id/platform.h", "#define PLATFORM_NAME_SIZE\t24"),
    shown(B::X86CpuType, IDS, "\t__u8  type;\n\tkernel_ulong_t driver_data;"),
    shown(B::X86CpuType, "include/linux/device-id/x86_cpu.h", "\t__u8  type;\n"),
    shown(B::TypecMode, ALIASES, "DEF_FIELD(symval, typec_device_id, mode)"),
    shown(B::DeviceAuxiliary, ALIASES, "{\"auxiliary\","),
    shown(B::AuxiliaryLongName, IDS, "#define AUXILIARY_NAME_SIZE 40"),
    shown(B::AuxiliaryLongName, "include/linux/device-id/auxiliary.h", "#define AUXILIARY_NAME_SIZE 40"),
    shown(B::DeviceSsam, ALIASES, "{\"ssam\","),
    shown(B::DeviceDfl, ALIASES, "{\"dfl\","),
    shown(B::DeviceMhiEp, ALIASES, "{\"mhi_ep\","),
    shown(B::DeviceIshtp, ALIASES, "{\"ishtp\","),
    shown(B::DeviceCdx, ALIASES, "{\"cdx\","),
    shown(B::CdxClass, ALIASES, "DEF_FIELD(symval, cdx_device_id, class_mask)"),
    shown(B::DeviceSlim, ALIASES, "{\"slim\","),
    shown(B::DeviceVchiq, ALIASES, "{\"vchiq\","),
    shown(B::DeviceCoreboot, ALIASES, "{\"coreboot\","),
    shown(B::DeviceMcb, ALIASES, "{\"mcb\","),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::modpost::RELEASES;

    /// A tree of the test's own, whose files have the texts that show `behaviours`.
    fn survey(name: &str, behaviours: &Behaviours) -> Option<Survey> {
        let root = std::env::temp_dir().join(format!("postlink-modpost-{}-{name}", std::process::id()));
        let mut seen: Vec<B> = Vec::new();
        let mut texts: Vec<(&str, String)> = vec![(MODPOST, String::new())];
        for probe in PROBES.iter().filter(|probe| behaviours.contains(probe.flag) == (probe.meaning == Meaning::Set)) {
            // One of several probes is enough.
            if !seen.contains(&probe.flag) {
                seen.push(probe.flag);
                texts.push((probe.file, probe.text.to_owned() + "\n"));
            }
        }
        for (file, text) in &texts {
            let path = root.join(file);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            let known = fs::read_to_string(&path).unwrap_or_default();
            fs::write(&path, known + text).expect("a file");
        }
        let survey = Tree::open(&root).as_ref().and_then(Survey::of);
        fs::remove_dir_all(&root).expect("the folder is there");
        survey
    }

    #[test]
    fn probes_are_long_enough_to_be_looked_for() {
        assert!(PROBES.iter().all(|probe| probe.text.len() >= 4));
    }

    #[test]
    fn every_flag_has_a_probe() {
        for flag in B::ALL {
            assert!(PROBES.iter().any(|probe| probe.flag == *flag), "{flag:?}");
        }
    }

    #[test]
    fn trees_show_what_they_have() {
        for (name, behaviours) in RELEASES {
            let found = survey(name, behaviours).expect("a tree").behaviours;
            let differing: Vec<B> =
                B::ALL.iter().copied().filter(|flag| found.contains(*flag) != behaviours.contains(*flag)).collect();
            assert!(differing.is_empty(), "{name}: {differing:?}");
        }
    }

    #[test]
    fn folders_that_are_no_tree_say_nothing() {
        let root = std::env::temp_dir().join(format!("postlink-modpost-{}-none", std::process::id()));
        fs::create_dir_all(root.join(MODPOST)).expect("a folder");
        assert!(Tree::open(&root).as_ref().and_then(Survey::of).is_none());
        fs::remove_dir_all(&root).expect("the folder is there");
    }
}
