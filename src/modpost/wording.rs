// SPDX-License-Identifier: GPL-2.0-only

//! The text of every finding, byte for byte as the series prints it.

mod verbose;

use super::finding::ExtableRef;
use super::finding::Finding;
use super::finding::SectionRef;
use super::text::basename;
use super::text::text;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::Profile;
use crate::kernel::section_rules::Mismatch;

/// The module that a finding is about.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The object's path as it was given.
    pub file: &'a [u8],
    /// The module's name: the path without its suffix.
    pub module: &'a [u8],
}

impl Subject<'_> {
    /// Whether it is the kernel itself.
    pub fn is_vmlinux(&self) -> bool {
        self.module == b"vmlinux"
    }

    /// `.ko` for a module, nothing for `vmlinux`.
    fn suffix(&self) -> &'static str {
        if self.is_vmlinux() { "" } else { ".ko" }
    }
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The run goes on and may succeed.
    Warning,
    /// The run goes on and fails.
    Error,
    /// The run stops.
    Fatal,
}

/// The message for `finding`, complete with its start and line ends.
pub fn render(finding: &Finding, subject: Subject<'_>, severity: Severity, profile: &Profile) -> Vec<u8> {
    let start = match severity {
        Severity::Warning => "WARNING: modpost: ",
        Severity::Fatal if profile.has(Behaviour::FatalSaysFatal) => "FATAL: modpost: ",
        Severity::Error | Severity::Fatal => "ERROR: modpost: ",
    };
    if let Finding::Ignored { file, error } = finding {
        return text![file, ": ", error, " (ignored)\n"];
    }
    // With a handler of its own, this one is printed as it is.
    if let (Finding::ExtableUnlisted(at), true) = (finding, profile.has(Behaviour::ExtableHandler)) {
        return extable_unlisted(at, " \n");
    }
    if let Some(body) = plain(finding, subject, profile) {
        return text![raw_lines(finding, subject, profile), start, body];
    }
    if !profile.has(Behaviour::MessagesStartWithModule) {
        return text![start, unprefixed(finding, subject, profile)];
    }
    text![start, subject.module, subject.suffix(), ": ", prefixed(finding, profile)]
}

/// Findings whose message never starts with the module's name. `None` for the others.
fn plain(finding: &Finding, subject: Subject<'_>, profile: &Profile) -> Option<Vec<u8>> {
    let module = subject.module;
    Some(match finding {
        Finding::ExtableBlackListed(at) => extable_black_listed(at, section_place(subject, profile)),
        Finding::ExtableUnlisted(at) => extable_unlisted(at, "\n"),
        Finding::ExtableFault(at) => extable_data(at, "it is not possible for the kernel to fault\nat that address."),
        Finding::ExtableJump(at) => extable_data(at, "the kernel will fault if it ever tries to\njump to it."),
        Finding::ExtableEntrySize => text!["extable_entry size hasn't been discovered!\n"],
        Finding::ExtableMismatch(at) => verbose::extable(at, subject.file),
        Finding::ExtableNotExecutable(at) => {
            text![at.section, format!("+{:#x}", at.offset), " references non-executable section '", at.target, "'\n"]
        }
        Finding::UnknownRelocMachine => text!["Please add code to calculate addend for this architecture\n"],
        Finding::PciMask(mask) => text!["Can't handle masks in ", module, format!(":{mask:04X}\n")],
        Finding::PciOverride(id) => text![format!("Unknown PCI driver_override alias {id:08X}\n")],
        Finding::CdxOverride(id) => text![format!("Unknown CDX driver_override alias {id:08X}\n")],
        Finding::WmiLength(guid) => text!["Invalid WMI device id 'wmi:", guid, "' in '", module, "'\n"],
        Finding::WmiCharacter { character, guid } => {
            text!["Invalid character ", [*character], " inside WMI GUID string '", guid, "' in '", module, "'\n"]
        }
        Finding::AmbaMask { id, mask } => text![
            module,
            ": Masked-off bit(s) of AMBA device ID are non-zero: ",
            format!("id=0x{id:08X}, mask=0x{mask:08X}.  Please fix this driver.\n")
        ],
        Finding::DeviceTableSize { .. } | Finding::DeviceTableEnd { .. } => device_table(finding, module, profile),
        Finding::AliasOverflow { capacity, need, have } => {
            text![format!("alias buffer ({capacity}) overflow on append (need {need}, have {have})\n")]
        }
        Finding::DmiOverflow => text!["dmi_ascii_filter: alias buffer overflow\n"],
        Finding::MalformedCmdLine(line) => text!["malformed line: ", line, "\n"],
        Finding::SuppressedUndefined(count) => {
            text!["suppressed ", count.to_string(), " unresolved symbol warnings because there were too many)\n"]
        }
        Finding::MismatchesDetected => {
            text!["Section mismatches detected.\n", "Set CONFIG_SECTION_MISMATCH_WARN_ONLY=y to allow them.\n"]
        }
        Finding::NoVmlinux => {
            text!["Symbol info of vmlinux is missing. Unresolved symbol check will be entirely skipped.\n"]
        }
        Finding::NamespaceWithoutExport { symbol, namespace } => {
            let none: &[u8] = if profile.has(Behaviour::EmptyNamespaceIsNull) { b"(null)" } else { b"" };
            let namespace = if namespace.is_empty() { none } else { namespace };
            text!["Could not update namespace(", namespace, ") for symbol ", symbol, "\n"]
        }
        _ => return about_files(finding),
    })
}

/// Findings about files and their formats.
fn about_files(finding: &Finding) -> Option<Vec<u8>> {
    Some(match finding {
        Finding::BadSuffix { file } => text![file, ": filename must be suffixed with .o\n"],
        Finding::NotRelocatable { file } => text![file, ": not relocatable object."],
        Finding::HeadersPastEnd { offset, file, size } => text![
            format!("section header offset={offset} in file '"),
            file,
            format!("' is bigger than filesize={size}\n")
        ],
        Finding::TruncatedObject { file, offset, header_size } => {
            text![file, format!(" is truncated. sechdrs[i].sh_offset={offset} > sizeof(*hrd)={header_size}\n")]
        }
        Finding::NobitsModinfo { file } => text![file, " has NOBITS .modinfo\n"],
        Finding::NoSymtab { file } => text![file, " has no symtab?\n"],
        Finding::BadShndxLink { file, link, symtab } => {
            text![file, format!(": SYMTAB_SHNDX has bad sh_link: {link}!={symtab}\n")]
        }
        Finding::EmptyModFile { file } => text!["bad ending versions file for ", file, "\n"],
        Finding::UnknownEndian => text!["target endian is unknown\n"],
        Finding::Malformed { what } => text![what, "\n"],
        Finding::ListUnreadable { file, error } => text!["Can't open filenames file ", file, ": ", error],
        Finding::DumpSyntax => text!["parse error in symbol dump file\n"],
        Finding::DumpLicense { symbol, license } => text![symbol, ": unknown license ", license, ". skip"],
        Finding::PathTooLong { path } => text![path, ": too long path was truncated\n"],
        Finding::LineTooLong { text: line, need } => {
            text!["buf_printf output truncated for string ", line, format!(": {need} bytes needed, 500 available\n")]
        }
        _ => return None,
    })
}

/// Lines that go before a message, without the message's start.
fn raw_lines(finding: &Finding, subject: Subject<'_>, profile: &Profile) -> Vec<u8> {
    let Finding::DeviceTableEnd { kind, size, entry, last, .. } = finding else { return Vec::new() };
    if profile.has(Behaviour::DevtableErrorsGoOn) {
        return Vec::new();
    }
    let count = size.checked_div(*entry).unwrap_or_default();
    let bytes: String = last.iter().map(|byte| format!("0x{byte:02x} ")).collect();
    let middle = format!(": struct {kind}_device_id is {entry} bytes.  The last of {count} is:\n{bytes}\n");
    text![subject.module, middle]
}

/// Broken device tables.
fn device_table(finding: &Finding, module: &[u8], profile: &Profile) -> Vec<u8> {
    let is_new = profile.has(Behaviour::DevtableErrorsGoOn);
    match finding {
        Finding::DeviceTableSize { table, kind, .. } if is_new => {
            text![module, ": type mismatch between ", table, "[] and MODULE_DEVICE_TABLE(", kind, ", ...)\n"]
        }
        Finding::DeviceTableSize { kind, size, entry, .. } => text![
            module,
            format!(": sizeof(struct {kind}_device_id)={entry} is not a modulo of the size of section "),
            format!("__mod_{kind}__<identifier>_device_table={size}.\n"),
            format!("Fix definition of struct {kind}_device_id in mod_devicetable.h\n")
        ],
        Finding::DeviceTableEnd { table, .. } if is_new => {
            text![module, ": ", table, "[] is not terminated with a NULL entry\n"]
        }
        Finding::DeviceTableEnd { kind, .. } => {
            text![module, format!(": struct {kind}_device_id is not terminated with a NULL entry!\n")]
        }
        _ => Vec::new(),
    }
}

fn extable_black_listed(at: &ExtableRef, module: &[u8]) -> Vec<u8> {
    text![
        "The relocation at ",
        at.section,
        format!("+{:#x} references\n", at.offset),
        "section \"",
        at.target,
        "\" which is black-listed.\nSomething is seriously wrong and should be fixed.\n",
        "You might get more information about where this is\ncoming from by using scripts/check_extable.sh ",
        module,
        "\n"
    ]
}

fn extable_unlisted(at: &ExtableRef, line_end: &str) -> Vec<u8> {
    text![
        "The relocation at ",
        at.section,
        format!("+{:#x} references\n", at.offset),
        "section \"",
        at.target,
        "\" which is not in the list of\nauthorized sections.  If you're adding a new section\n",
        "and/or if this reference is valid, add \"",
        at.target,
        "\" to the\nlist of authorized sections to jump to on fault.\nThis can be achieved by adding \"",
        at.target,
        "\" to",
        line_end,
        "OTHER_TEXT_SECTIONS in scripts/mod/modpost.c.\n"
    ]
}

fn extable_data(at: &ExtableRef, why: &str) -> Vec<u8> {
    text![
        "The relocation at ",
        at.section,
        format!("+{:#x} references\n", at.offset),
        "section \"",
        at.target,
        "\" which is not executable, IOW\n",
        why,
        "  Something is seriously wrong\nand should be fixed.\n"
    ]
}

/// The rest of a message that starts with the module's name. 7.3.
fn prefixed(finding: &Finding, profile: &Profile) -> Vec<u8> {
    match finding {
        Finding::MissingLicense => text!["missing MODULE_LICENSE()\n"],
        Finding::MissingDescription => text!["missing MODULE_DESCRIPTION()\n"],
        Finding::ForbiddenNamespaceImport(namespace) => {
            text!["explicitly importing namespace '", namespace, "' is not allowed.\n"]
        }
        Finding::CommonSymbol(symbol) => text!["'", symbol, "' is COMMON symbol\n"],
        Finding::ExportOfInit(symbol) => {
            text!["EXPORT_SYMBOL used for init symbol '", symbol, "'. Remove __init or EXPORT_SYMBOL.\n"]
        }
        Finding::ExportOfExit(symbol) => {
            text!["EXPORT_SYMBOL used for exit symbol '", symbol, "'. Remove __exit or EXPORT_SYMBOL.\n"]
        }
        Finding::NonAllocSection(section) => {
            text!["unexpected non-allocatable section '", section, "'.\n", NON_ALLOC_ADVICE]
        }
        Finding::SectionMismatch(at) => mismatch(at, profile),
        Finding::ExportedTwice { symbol, previous, previous_is_vmlinux } => text![
            "symbol '",
            symbol,
            "' exported twice. Previous export was in ",
            previous,
            if *previous_is_vmlinux { "\n" } else { ".ko\n" }
        ],
        Finding::Undefined(symbol) => text!["symbol '", symbol, "' undefined!\n"],
        Finding::ExportedWithoutDefinition(symbol) => {
            text!["symbol '", symbol, "' was exported without definition\n"]
        }
        Finding::NamespaceNotImported { symbol, namespace } => {
            text!["module uses symbol '", symbol, "' from namespace '", namespace, "', but does not import it.\n"]
        }
        Finding::GplOnly(symbol) => text!["GPL-incompatible module uses GPL-only symbol '", symbol, "'\n"],
        Finding::ModuleNameTooLong => text!["module name is too long\n"],
        Finding::NoCrc(symbol) => text!["symbol '", symbol, "' has no CRC!\n"],
        Finding::SymbolTooLong(symbol) => text!["too long symbol '", symbol, "'\n"],
        Finding::VersionFailed(symbol) => text![
            "EXPORT symbol '",
            symbol,
            "' version generation failed, symbol will not be versioned.\nIs '",
            symbol,
            "' prototyped in <asm/asm-prototypes.h>?\n"
        ],
        other => export_section(other),
    }
}

/// Messages about `.export_symbol`, the same in all series that have it.
fn export_section(finding: &Finding) -> Vec<u8> {
    match finding {
        Finding::StrangeExport(symbol) => text![".export_symbol section contains strange symbol '", symbol, "'\n"],
        Finding::LocalExport(symbol) => text!["local symbol '", symbol, "' was exported\n"],
        Finding::NotAnExport(symbol) => {
            text![".export_symbol section references '", symbol, "', but it does not seem to be an export symbol\n"]
        }
        Finding::UnknownExportLicense { license, symbol } => {
            text!["unknown license '", license, "' was specified for '", symbol, "'\n"]
        }
        _ => Vec::new(),
    }
}

const NON_ALLOC_ADVICE: &str = "Did you forget to use \"ax\"/\"aw\" in a .S file?\n\
    Note that for example <linux/init.h> contains\nsection definitions for use in .S files.\n\n";

/// A message up to 7.2; where it names the module, it does so somewhere in the middle.
fn unprefixed(finding: &Finding, subject: Subject<'_>, profile: &Profile) -> Vec<u8> {
    let module = subject.module;
    let place = section_place(subject, profile);
    match finding {
        Finding::MissingLicense => text!["missing MODULE_LICENSE() in ", subject.file, "\n"],
        Finding::MissingDescription => text!["missing MODULE_DESCRIPTION() in ", subject.file, "\n"],
        Finding::CommonSymbol(symbol) => text!["\"", symbol, "\" [", module, "] is COMMON symbol\n"],
        Finding::ExportOfInit(symbol) => {
            text![module, ": ", symbol, ": EXPORT_SYMBOL used for init symbol. Remove __init or EXPORT_SYMBOL.\n"]
        }
        Finding::ExportOfExit(symbol) => {
            text![module, ": ", symbol, ": EXPORT_SYMBOL used for exit symbol. Remove __exit or EXPORT_SYMBOL.\n"]
        }
        Finding::NonAllocSection(section) => {
            text![place, " (", section, "): unexpected non-allocatable section.\n", NON_ALLOC_ADVICE]
        }
        Finding::SectionMismatch(at) if profile.has(Behaviour::MismatchExplained) => verbose::mismatch(at, place),
        Finding::SectionMismatch(at) => text![place, ": ", mismatch(at, profile)],
        Finding::ForbiddenNamespaceImport(namespace) => {
            text![module, ": explicitly importing namespace \"", namespace, "\" is not allowed.\n"]
        }
        Finding::NamespaceNotImported { symbol, namespace } => text![
            "module ",
            basename(module),
            " uses symbol ",
            symbol,
            " from namespace ",
            namespace,
            ", but does not import it.\n"
        ],
        Finding::GplOnly(symbol) => gpl(module, "GPL-only symbol '", symbol),
        Finding::GplOnlyUnused(symbol) => gpl(module, "GPL-only symbol marked UNUSED '", symbol),
        Finding::GplOnlyFuture(symbol) => gpl(module, "future GPL-only symbol '", symbol),
        Finding::Unused(symbol) => {
            text!["module ", basename(module), ".ko uses symbol '", symbol, "' marked UNUSED\n"]
        }
        Finding::ModuleNameTooLong => text!["module name is too long [", module, ".ko]\n"],
        other => unprefixed_symbol(other, subject, profile),
    }
}

fn gpl(module: &[u8], what: &str, symbol: &[u8]) -> Vec<u8> {
    text!["GPL-incompatible module ", basename(module), ".ko uses ", what, symbol, "'\n"]
}

/// Messages up to 7.2 about exported and imported symbols.
fn unprefixed_symbol(finding: &Finding, subject: Subject<'_>, profile: &Profile) -> Vec<u8> {
    let module = subject.module;
    match finding {
        Finding::ExportedTwice { symbol, previous, previous_is_vmlinux } => text![
            module,
            ": '",
            symbol,
            "' exported twice. Previous export was in ",
            previous,
            if *previous_is_vmlinux { "\n" } else { ".ko\n" }
        ],
        Finding::Undefined(symbol) => text!["\"", symbol, "\" [", module, ".ko] undefined!\n"],
        Finding::ExportedWithoutDefinition(symbol) => {
            text!["\"", symbol, "\" [", module, ".ko] was exported without definition\n"]
        }
        Finding::NoCrc(symbol) => text!["\"", symbol, "\" [", module, ".ko] has no CRC!\n"],
        Finding::SymbolTooLong(symbol) => text!["too long symbol \"", symbol, "\" [", module, ".ko]\n"],
        Finding::CrcUndefined(symbol) if !profile.has(Behaviour::CrcPrototypeAsked) => version_failed(symbol, subject),
        Finding::VersionFailed(symbol) | Finding::CrcUndefined(symbol) => {
            text![version_failed(symbol, subject), "Is \"", symbol, "\" prototyped in <asm/asm-prototypes.h>?\n"]
        }
        Finding::StaticExport { symbol, kind } => text!["\"", symbol, "\" [", module, "] is a static ", kind, "\n"],
        other => text![module, ": ", export_section(other)],
    }
}

fn version_failed(symbol: &[u8], subject: Subject<'_>) -> Vec<u8> {
    let place = text![subject.module, subject.suffix()];
    text!["EXPORT symbol \"", symbol, "\" [", place, "] version generation failed, symbol will not be versioned.\n"]
}

/// What messages about sections call the object.
fn section_place<'a>(subject: Subject<'a>, profile: &Profile) -> &'a [u8] {
    if profile.has(Behaviour::SectionMessagesNameFile) { subject.file } else { subject.module }
}

/// A section mismatch in one line.
fn mismatch(at: &SectionRef, profile: &Profile) -> Vec<u8> {
    if at.kind == Mismatch::ExportOfInitExit {
        let to = text![at.to_symbol, " (section: ", at.to_section, ")\n"];
        return text!["EXPORT_SYMBOL used for init/exit symbol: ", to];
    }
    // An address stands for a symbol without a name where addresses are shown at all.
    let has_address = profile.has(Behaviour::MismatchHasAddress);
    let plus = if has_address && at.from_symbol.is_empty() { "" } else { "+" };
    let offset = match profile.has(Behaviour::MismatchHasOffset) {
        true => text![plus, format!("{:#x}", at.from_offset as u32)],
        false => Vec::new(),
    };
    let to_address = format!("{:#x}", at.to_address as u32);
    let to: &[u8] = if has_address && at.to_symbol.is_empty() { to_address.as_bytes() } else { &at.to_symbol };
    let (from, sections) = (&at.from_symbol, [&at.from_section, &at.to_section]);
    text![
        "section mismatch in reference: ",
        from,
        offset,
        " (section: ",
        sections[0],
        ") -> ",
        to,
        " (section: ",
        sections[1],
        ")\n"
    ]
}
