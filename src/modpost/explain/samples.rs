// SPDX-License-Identifier: GPL-2.0-only

//! One of each message, as every release prints it: what the table of patterns is held against.

use crate::kernel::modpost::ModpostProfile;
use crate::kernel::modpost::differences;
use crate::kernel::releases;
use crate::kernel::section_rules::MismatchKind;
use crate::modpost::finding::ExtableRef;
use crate::modpost::finding::ModpostFinding;
use crate::modpost::finding::SectionRef;
use crate::modpost::finding::SymbolKind;
use crate::modpost::text::Name;
use crate::modpost::wording::ModpostSeverity;
use crate::modpost::wording::Subject;
use crate::modpost::wording::render;

fn name(text: &str) -> Name {
    text.as_bytes().into()
}

fn extable() -> ExtableRef {
    ExtableRef { section: name("__ex_table"), offset: 16, target: name(".data") }
}

fn section_ref(kind: MismatchKind, symbols: [&str; 2]) -> SectionRef {
    SectionRef {
        kind,
        exempt_symbols: &[],
        section: 3,
        place: 0x14,
        from_kind: if symbols[0].is_empty() { SymbolKind::Unknown } else { SymbolKind::Function },
        to_kind: SymbolKind::Variable,
        from_symbol: name(symbols[0]),
        from_offset: 4,
        from_section: name(".text"),
        to_symbol: name(symbols[1]),
        to_address: 8,
        to_section: name(".init.data"),
    }
}

/// One of each finding at least.
fn samples() -> Vec<ModpostFinding> {
    use ModpostFinding as F;
    let [symbol, other, file] = ["tick", "tock", "drivers/b.o"];
    let mut samples = vec![
        F::MissingLicense,
        F::MissingDescription,
        F::ForbiddenNamespaceImport(name("module:kvm")),
        F::CommonSymbol(name(symbol)),
        F::StrangeExport(name(symbol)),
        F::LocalExport(name(symbol)),
        F::NotAnExport(name(symbol)),
        F::UnknownExportLicense { license: name("MIT"), symbol: name(symbol) },
        F::ExportOfInit(name(symbol)),
        F::ExportOfExit(name(symbol)),
        F::NonAllocSection(name(".mine")),
        F::ExtableBlackListed(extable()),
        F::ExtableUnlisted(extable()),
        F::ExtableNotExecutable(extable()),
        F::ExtableMismatch(section_ref(MismatchKind::ExtableToNonText, [symbol, other])),
        F::ExtableFault(extable()),
        F::ExtableJump(extable()),
        F::ExtableEntrySize,
        F::UnknownRelocMachine,
        F::DeviceTableSize { table: name("ids"), kind: "pci", size: 33, entry: 32 },
        F::DeviceTableEnd { table: name("ids"), kind: "pci", size: 32, entry: 32, last: name("abc") },
        F::PciMask(0xf0f),
        F::PciOverride(9),
        F::CdxOverride(9),
        F::WmiLength(name("8C5D")),
        F::WmiCharacter { character: b'x', guid: name("8C5D") },
        F::AmbaMask { id: 3, mask: 1 },
        F::AliasOverflow { capacity: 500, need: 501, have: 2 },
        F::DmiOverflow,
        F::MalformedCmdLine(name("source_a.o")),
        F::EmptyModFile { file: name("a.mod") },
        F::CrcUndefined(name(symbol)),
        F::NoVmlinux,
        F::NamespaceWithoutExport { symbol: name(symbol), namespace: name("NS") },
        F::StaticExport { symbol: name(symbol), kind: "EXPORT_SYMBOL" },
        F::GplOnlyUnused(name(symbol)),
        F::GplOnlyFuture(name(symbol)),
        F::Unused(name(symbol)),
        F::ExportedTwice { symbol: name(symbol), previous: name("vmlinux"), previous_is_vmlinux: true },
        F::Undefined(name(symbol)),
        F::ExportedWithoutDefinition(name(symbol)),
        F::NamespaceNotImported { symbol: name(symbol), namespace: name("NS") },
        F::GplOnly(name(symbol)),
        F::ModuleNameTooLong,
        F::NoCrc(name(symbol)),
        F::SymbolTooLong(name(symbol)),
        F::VersionFailed(name(symbol)),
        F::SuppressedUndefined(3),
        F::MismatchesDetected,
        F::Ignored { file: name(file), error: "No such file or directory".to_owned() },
        F::BadSuffix { file: name("drivers/b.ko") },
        F::NotRelocatable { file: name(file) },
        F::HeadersPastEnd { offset: 900, file: name(file), size: 64 },
        F::TruncatedObject { file: name(file), offset: 900, header_size: 64 },
        F::NobitsModinfo { file: name(file) },
        F::NoSymtab { file: name(file) },
        F::BadShndxLink { file: name(file), link: 3, symtab: 4 },
        F::UnknownEndian,
        F::malformed("drivers/b.o: section 3 is of no use"),
        F::ListUnreadable { file: name("modules.order"), error: "No such file or directory".to_owned() },
        F::DumpSyntax,
        F::DumpLicense { symbol: name(symbol), license: name("EXPORT_MIT") },
        F::PathTooLong { path: name("drivers/very/long.o") },
        F::LineTooLong { text: name("MODULE_ALIAS"), need: 600 },
    ];
    let ends = [[symbol, other], ["", other], [symbol, ""], ["", ""]];
    let kinds = [MismatchKind::TextToInit, MismatchKind::ExportOfInitExit];
    let mismatches = kinds.iter().flat_map(|kind| ends.map(|ends| F::SectionMismatch(section_ref(*kind, ends))));
    samples.extend(mismatches);
    samples
}

/// Identifier and first line of every message, as every release prints it about a module and about the kernel.
pub fn lines() -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    for point in releases::points() {
        let profile = ModpostProfile::new(differences::of_point(point.bit));
        for (file, module) in [("drivers/b.o", "drivers/b"), ("vmlinux.o", "vmlinux")] {
            let subject = Subject { file: file.as_bytes(), module: module.as_bytes() };
            for finding in samples() {
                let text =
                    String::from_utf8(render(&finding, subject, ModpostSeverity::Error, &profile)).expect("plain");
                // A release says nothing of what it does not know.
                let is_said = !text.trim_end().ends_with([':', '-']);
                let line = text.lines().find(|line| line.contains("modpost: ") || line.contains("(ignored)"));
                lines.extend(line.filter(|_| is_said).map(|line| (finding.id(), line.to_owned())));
            }
        }
    }
    lines
}
