// SPDX-License-Identifier: GPL-2.0-only

//! The text of every finding, byte for byte as the series prints it.

mod verbose;

use super::finding::ExtableRef;
use super::finding::ModpostFinding;
use super::finding::SectionRef;
use super::text::basename;
use super::text::text;
use crate::kernel::modpost::Behaviour;
use crate::kernel::modpost::ModpostProfile;
use crate::kernel::section_rules::MismatchKind;

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
pub enum ModpostSeverity {
    /// The run goes on and may succeed.
    Warning,
    /// The run goes on and fails.
    Error,
    /// The run stops.
    Fatal,
}

/// The message for `finding`, complete with its start and line ends.
pub fn render(
    finding: &ModpostFinding,
    subject: Subject<'_>,
    severity: ModpostSeverity,
    profile: &ModpostProfile,
) -> Vec<u8> {
    let start = match severity {
        ModpostSeverity::Warning => "WARNING: modpost: ",
        ModpostSeverity::Fatal if profile.has(Behaviour::FatalSaysFatal) => "FATAL: modpost: ",
        ModpostSeverity::Error | ModpostSeverity::Fatal => "ERROR: modpost: ",
    };
    if let ModpostFinding::Ignored { file, error } = finding {
        return text![file, ": ", error, " (ignored)\n"];
    }
    // With a handler of its own, this one is printed as it is.
    if let (ModpostFinding::ExtableUnlisted(at), true) = (finding, profile.has(Behaviour::ExtableHandler)) {
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
fn plain(finding: &ModpostFinding, subject: Subject<'_>, profile: &ModpostProfile) -> Option<Vec<u8>> {
    let module = subject.module;
    Some(match finding {
        ModpostFinding::ExtableBlackListed(at) => extable_black_listed(at, section_place(subject, profile)),
        ModpostFinding::ExtableUnlisted(at) => extable_unlisted(at, "\n"),
        ModpostFinding::ExtableFault(at) => {
            extable_data(at, "it is not possible for the kernel to fault\nat that address.")
        }
        ModpostFinding::ExtableJump(at) => extable_data(at, "the kernel will fault if it ever tries to\njump to it."),
        ModpostFinding::ExtableEntrySize => text!["extable_entry size hasn't been discovered!\n"],
        ModpostFinding::ExtableMismatch(at) => verbose::extable(at, subject.file),
        ModpostFinding::ExtableNotExecutable(at) => {
            text![at.section, format!("+{:#x}", at.offset), " references non-executable section '", at.target, "'\n"]
        }
        ModpostFinding::UnknownRelocMachine => text!["Please add code to calculate addend for this architecture\n"],
        ModpostFinding::PciMask(mask) => text!["Can't handle masks in ", module, format!(":{mask:04X}\n")],
        ModpostFinding::PciOverride(id) => text![format!("Unknown PCI driver_override alias {id:08X}\n")],
        ModpostFinding::CdxOverride(id) => text![format!("Unknown CDX driver_override alias {id:08X}\n")],
        ModpostFinding::WmiLength(guid) => text!["Invalid WMI device id 'wmi:", guid, "' in '", module, "'\n"],
        ModpostFinding::WmiCharacter { character, guid } => {
            text!["Invalid character ", [*character], " inside WMI GUID string '", guid, "' in '", module, "'\n"]
        }
        ModpostFinding::AmbaMask { id, mask } => text![
            module,
            ": Masked-off bit(s) of AMBA device ID are non-zero: ",
            format!("id=0x{id:08X}, mask=0x{mask:08X}.  Please fix this driver.\n")
        ],
        ModpostFinding::DeviceTableSize { .. } | ModpostFinding::DeviceTableEnd { .. } => {
            device_table(finding, module, profile)
        }
        ModpostFinding::AliasOverflow { capacity, need, have } => {
            text![format!("alias buffer ({capacity}) overflow on append (need {need}, have {have})\n")]
        }
        ModpostFinding::DmiOverflow => text!["dmi_ascii_filter: alias buffer overflow\n"],
        ModpostFinding::MalformedCmdLine(line) => text!["malformed line: ", line, "\n"],
        ModpostFinding::SuppressedUndefined(count) => {
            text!["suppressed ", count.to_string(), " unresolved symbol warnings because there were too many)\n"]
        }
        ModpostFinding::MismatchesDetected => {
            text!["Section mismatches detected.\n", "Set CONFIG_SECTION_MISMATCH_WARN_ONLY=y to allow them.\n"]
        }
        ModpostFinding::NoVmlinux => {
            text!["Symbol info of vmlinux is missing. Unresolved symbol check will be entirely skipped.\n"]
        }
        ModpostFinding::NamespaceWithoutExport { symbol, namespace } => {
            let none: &[u8] = if profile.has(Behaviour::EmptyNamespaceIsNull) { b"(null)" } else { b"" };
            let namespace = if namespace.is_empty() { none } else { namespace };
            text!["Could not update namespace(", namespace, ") for symbol ", symbol, "\n"]
        }
        _ => return about_files(finding),
    })
}

/// Findings about files and their formats.
fn about_files(finding: &ModpostFinding) -> Option<Vec<u8>> {
    Some(match finding {
        ModpostFinding::BadSuffix { file } => text![file, ": filename must be suffixed with .o\n"],
        ModpostFinding::NotRelocatable { file } => text![file, ": not relocatable object."],
        ModpostFinding::HeadersPastEnd { offset, file, size } => text![
            format!("section header offset={offset} in file '"),
            file,
            format!("' is bigger than filesize={size}\n")
        ],
        ModpostFinding::TruncatedObject { file, offset, header_size } => {
            text![file, format!(" is truncated. sechdrs[i].sh_offset={offset} > sizeof(*hrd)={header_size}\n")]
        }
        ModpostFinding::NobitsModinfo { file } => text![file, " has NOBITS .modinfo\n"],
        ModpostFinding::NoSymtab { file } => text![file, " has no symtab?\n"],
        ModpostFinding::BadShndxLink { file, link, symtab } => {
            text![file, format!(": SYMTAB_SHNDX has bad sh_link: {link}!={symtab}\n")]
        }
        ModpostFinding::EmptyModFile { file } => text!["bad ending versions file for ", file, "\n"],
        ModpostFinding::UnknownEndian => text!["target endian is unknown\n"],
        ModpostFinding::Malformed { what } => text![what, "\n"],
        ModpostFinding::ListUnreadable { file, error } => text!["Can't open filenames file ", file, ": ", error],
        ModpostFinding::DumpSyntax => text!["parse error in symbol dump file\n"],
        ModpostFinding::DumpLicense { symbol, license } => text![symbol, ": unknown license ", license, ". skip"],
        ModpostFinding::PathTooLong { path } => text![path, ": too long path was truncated\n"],
        ModpostFinding::LineTooLong { text: line, need } => {
            text!["buf_printf output truncated for string ", line, format!(": {need} bytes needed, 500 available\n")]
        }
        _ => return None,
    })
}

/// Lines that go before a message, without the message's start.
fn raw_lines(finding: &ModpostFinding, subject: Subject<'_>, profile: &ModpostProfile) -> Vec<u8> {
    let ModpostFinding::DeviceTableEnd { kind, size, entry, last, .. } = finding else { return Vec::new() };
    if profile.has(Behaviour::DevtableErrorsGoOn) {
        return Vec::new();
    }
    let count = size.checked_div(*entry).unwrap_or_default();
    let bytes: String = last.iter().map(|byte| format!("0x{byte:02x} ")).collect();
    let middle = format!(": struct {kind}_device_id is {entry} bytes.  The last of {count} is:\n{bytes}\n");
    text![subject.module, middle]
}

/// Broken device tables.
fn device_table(finding: &ModpostFinding, module: &[u8], profile: &ModpostProfile) -> Vec<u8> {
    let is_new = profile.has(Behaviour::DevtableErrorsGoOn);
    match finding {
        ModpostFinding::DeviceTableSize { table, kind, .. } if is_new => {
            text![module, ": type mismatch between ", table, "[] and MODULE_DEVICE_TABLE(", kind, ", ...)\n"]
        }
        ModpostFinding::DeviceTableSize { kind, size, entry, .. } => text![
            module,
            format!(": sizeof(struct {kind}_device_id)={entry} is not a modulo of the size of section "),
            format!("__mod_{kind}__<identifier>_device_table={size}.\n"),
            format!("Fix definition of struct {kind}_device_id in mod_devicetable.h\n")
        ],
        ModpostFinding::DeviceTableEnd { table, .. } if is_new => {
            text![module, ": ", table, "[] is not terminated with a NULL entry\n"]
        }
        ModpostFinding::DeviceTableEnd { kind, .. } => {
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
fn prefixed(finding: &ModpostFinding, profile: &ModpostProfile) -> Vec<u8> {
    match finding {
        ModpostFinding::MissingLicense => text!["missing MODULE_LICENSE()\n"],
        ModpostFinding::MissingDescription => text!["missing MODULE_DESCRIPTION()\n"],
        ModpostFinding::ForbiddenNamespaceImport(namespace) => {
            text!["explicitly importing namespace '", namespace, "' is not allowed.\n"]
        }
        ModpostFinding::CommonSymbol(symbol) => text!["'", symbol, "' is COMMON symbol\n"],
        ModpostFinding::ExportOfInit(symbol) => {
            text!["EXPORT_SYMBOL used for init symbol '", symbol, "'. Remove __init or EXPORT_SYMBOL.\n"]
        }
        ModpostFinding::ExportOfExit(symbol) => {
            text!["EXPORT_SYMBOL used for exit symbol '", symbol, "'. Remove __exit or EXPORT_SYMBOL.\n"]
        }
        ModpostFinding::NonAllocSection(section) => {
            text!["unexpected non-allocatable section '", section, "'.\n", NON_ALLOC_ADVICE]
        }
        ModpostFinding::SectionMismatch(at) => mismatch(at, profile),
        ModpostFinding::ExportedTwice { symbol, previous, previous_is_vmlinux } => text![
            "symbol '",
            symbol,
            "' exported twice. Previous export was in ",
            previous,
            if *previous_is_vmlinux { "\n" } else { ".ko\n" }
        ],
        ModpostFinding::Undefined(symbol) => text!["symbol '", symbol, "' undefined!\n"],
        ModpostFinding::ExportedWithoutDefinition(symbol) => {
            text!["symbol '", symbol, "' was exported without definition\n"]
        }
        ModpostFinding::NamespaceNotImported { symbol, namespace } => {
            text!["module uses symbol '", symbol, "' from namespace '", namespace, "', but does not import it.\n"]
        }
        ModpostFinding::GplOnly(symbol) => text!["GPL-incompatible module uses GPL-only symbol '", symbol, "'\n"],
        ModpostFinding::ModuleNameTooLong => text!["module name is too long\n"],
        ModpostFinding::NoCrc(symbol) => text!["symbol '", symbol, "' has no CRC!\n"],
        ModpostFinding::SymbolTooLong(symbol) => text!["too long symbol '", symbol, "'\n"],
        ModpostFinding::VersionFailed(symbol) => text![
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
fn export_section(finding: &ModpostFinding) -> Vec<u8> {
    match finding {
        ModpostFinding::StrangeExport(symbol) => {
            text![".export_symbol section contains strange symbol '", symbol, "'\n"]
        }
        ModpostFinding::LocalExport(symbol) => text!["local symbol '", symbol, "' was exported\n"],
        ModpostFinding::NotAnExport(symbol) => {
            text![".export_symbol section references '", symbol, "', but it does not seem to be an export symbol\n"]
        }
        ModpostFinding::UnknownExportLicense { license, symbol } => {
            text!["unknown license '", license, "' was specified for '", symbol, "'\n"]
        }
        _ => Vec::new(),
    }
}

const NON_ALLOC_ADVICE: &str = "Did you forget to use \"ax\"/\"aw\" in a .S file?\n\
    Note that for example <linux/init.h> contains\nsection definitions for use in .S files.\n\n";

/// A message up to 7.2; where it names the module, it does so somewhere in the middle.
fn unprefixed(finding: &ModpostFinding, subject: Subject<'_>, profile: &ModpostProfile) -> Vec<u8> {
    let module = subject.module;
    let place = section_place(subject, profile);
    match finding {
        ModpostFinding::MissingLicense => text!["missing MODULE_LICENSE() in ", subject.file, "\n"],
        ModpostFinding::MissingDescription => text!["missing MODULE_DESCRIPTION() in ", subject.file, "\n"],
        ModpostFinding::CommonSymbol(symbol) => text!["\"", symbol, "\" [", module, "] is COMMON symbol\n"],
        ModpostFinding::ExportOfInit(symbol) => {
            text![module, ": ", symbol, ": EXPORT_SYMBOL used for init symbol. Remove __init or EXPORT_SYMBOL.\n"]
        }
        ModpostFinding::ExportOfExit(symbol) => {
            text![module, ": ", symbol, ": EXPORT_SYMBOL used for exit symbol. Remove __exit or EXPORT_SYMBOL.\n"]
        }
        ModpostFinding::NonAllocSection(section) => {
            text![place, " (", section, "): unexpected non-allocatable section.\n", NON_ALLOC_ADVICE]
        }
        ModpostFinding::SectionMismatch(at) if profile.has(Behaviour::MismatchExplained) => {
            verbose::mismatch(at, place)
        }
        ModpostFinding::SectionMismatch(at) => text![place, ": ", mismatch(at, profile)],
        ModpostFinding::ForbiddenNamespaceImport(namespace) => {
            text![module, ": explicitly importing namespace \"", namespace, "\" is not allowed.\n"]
        }
        ModpostFinding::NamespaceNotImported { symbol, namespace } => text![
            "module ",
            basename(module),
            " uses symbol ",
            symbol,
            " from namespace ",
            namespace,
            ", but does not import it.\n"
        ],
        ModpostFinding::GplOnly(symbol) => gpl(module, "GPL-only symbol '", symbol),
        ModpostFinding::GplOnlyUnused(symbol) => gpl(module, "GPL-only symbol marked UNUSED '", symbol),
        ModpostFinding::GplOnlyFuture(symbol) => gpl(module, "future GPL-only symbol '", symbol),
        ModpostFinding::Unused(symbol) => {
            text!["module ", basename(module), ".ko uses symbol '", symbol, "' marked UNUSED\n"]
        }
        ModpostFinding::ModuleNameTooLong => text!["module name is too long [", module, ".ko]\n"],
        other => unprefixed_symbol(other, subject, profile),
    }
}

fn gpl(module: &[u8], what: &str, symbol: &[u8]) -> Vec<u8> {
    text!["GPL-incompatible module ", basename(module), ".ko uses ", what, symbol, "'\n"]
}

/// Messages up to 7.2 about exported and imported symbols.
fn unprefixed_symbol(finding: &ModpostFinding, subject: Subject<'_>, profile: &ModpostProfile) -> Vec<u8> {
    let module = subject.module;
    match finding {
        ModpostFinding::ExportedTwice { symbol, previous, previous_is_vmlinux } => text![
            module,
            ": '",
            symbol,
            "' exported twice. Previous export was in ",
            previous,
            if *previous_is_vmlinux { "\n" } else { ".ko\n" }
        ],
        ModpostFinding::Undefined(symbol) => text!["\"", symbol, "\" [", module, ".ko] undefined!\n"],
        ModpostFinding::ExportedWithoutDefinition(symbol) => {
            text!["\"", symbol, "\" [", module, ".ko] was exported without definition\n"]
        }
        ModpostFinding::NoCrc(symbol) => text!["\"", symbol, "\" [", module, ".ko] has no CRC!\n"],
        ModpostFinding::SymbolTooLong(symbol) => text!["too long symbol \"", symbol, "\" [", module, ".ko]\n"],
        ModpostFinding::CrcUndefined(symbol) if !profile.has(Behaviour::CrcPrototypeAsked) => {
            version_failed(symbol, subject)
        }
        ModpostFinding::VersionFailed(symbol) | ModpostFinding::CrcUndefined(symbol) => {
            text![version_failed(symbol, subject), "Is \"", symbol, "\" prototyped in <asm/asm-prototypes.h>?\n"]
        }
        ModpostFinding::StaticExport { symbol, kind } => {
            text!["\"", symbol, "\" [", module, "] is a static ", kind, "\n"]
        }
        other => text![module, ": ", export_section(other)],
    }
}

fn version_failed(symbol: &[u8], subject: Subject<'_>) -> Vec<u8> {
    let place = text![subject.module, subject.suffix()];
    text!["EXPORT symbol \"", symbol, "\" [", place, "] version generation failed, symbol will not be versioned.\n"]
}

/// What messages about sections call the object.
fn section_place<'a>(subject: Subject<'a>, profile: &ModpostProfile) -> &'a [u8] {
    if profile.has(Behaviour::SectionMessagesNameFile) { subject.file } else { subject.module }
}

/// A section mismatch in one line.
fn mismatch(at: &SectionRef, profile: &ModpostProfile) -> Vec<u8> {
    if at.kind == MismatchKind::ExportOfInitExit {
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
