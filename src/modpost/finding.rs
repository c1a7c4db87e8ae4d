// SPDX-License-Identifier: GPL-2.0-only

//! What can be said about a run, as values; [`super::wording`] has the text.

use super::text::Name;
use crate::kernel::section_rules::MismatchKind;

/// The place of a reference in the exception table, and the section it refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExtableRef {
    /// The exception table's name.
    pub section: Name,
    /// Place in it.
    pub offset: u64,
    /// Name of the section referred to.
    pub target: Name,
}

/// What a symbol is in messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SymbolKind {
    /// A function.
    Function,
    /// Anything else.
    Variable,
    /// There is no symbol.
    Unknown,
}

/// A reference between sections that should not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SectionRef {
    /// What is wrong with it.
    pub kind: MismatchKind,
    /// Symbols that may do that.
    pub exempt_symbols: &'static [&'static str],
    /// Number of the section that refers.
    pub section: u32,
    /// Place of the reference in its section.
    pub place: u64,
    /// What the symbol that refers is.
    pub from_kind: SymbolKind,
    /// What the symbol referred to is.
    pub to_kind: SymbolKind,
    /// Name of the symbol that refers; empty if unknown.
    pub from_symbol: Name,
    /// Place of the reference, relative to that symbol, or to the section without one.
    pub from_offset: u64,
    /// Name of the section that refers.
    pub from_section: Name,
    /// Name of the symbol referred to; empty if unknown.
    pub to_symbol: Name,
    /// Place referred to in its section.
    pub to_address: u64,
    /// Name of the section referred to.
    pub to_section: Name,
}

/// One thing to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModpostFinding {
    // One object.
    /// No `MODULE_LICENSE()`.
    MissingLicense,
    /// No `MODULE_DESCRIPTION()`.
    MissingDescription,
    /// A namespace that no module may import by hand.
    ForbiddenNamespaceImport(Name),
    /// A common symbol: the object was built without `-fno-common`.
    CommonSymbol(Name),
    /// `.export_symbol` has no label where a relocation is.
    StrangeExport(Name),
    /// The exported symbol is not global.
    LocalExport(Name),
    /// An export's label and the symbol it refers to have different names.
    NotAnExport(Name),
    /// An export with a licence that is neither empty nor `GPL`.
    UnknownExportLicense { license: Name, symbol: Name },
    /// An exported symbol is freed after init.
    ExportOfInit(Name),
    /// An exported symbol may be gone.
    ExportOfExit(Name),
    /// A section with contents that would not be loaded.
    NonAllocSection(Name),
    /// A reference between sections that should not be.
    SectionMismatch(SectionRef),
    /// The exception table refers to a section that it must never refer to. Fatal.
    ExtableBlackListed(ExtableRef),
    /// The exception table refers to a text section that nobody listed.
    ExtableUnlisted(ExtableRef),
    /// The exception table refers to data.
    ExtableNotExecutable(ExtableRef),
    /// A reference in the exception table that should not be. Up to 6.1.
    ExtableMismatch(SectionRef),
    /// As [`Self::ExtableNotExecutable`], and the kernel is said to fault there. Fatal, 5.10.
    ExtableFault(ExtableRef),
    /// As [`Self::ExtableNotExecutable`], and the kernel is said to jump there. Fatal, 5.10.
    ExtableJump(ExtableRef),
    /// The size of the exception table's entries is not known when it is needed. Fatal, 5.10.
    ExtableEntrySize,
    /// The addend of this machine's `SHT_REL` relocations is unknown. Fatal.
    UnknownRelocMachine,
    /// A device table's size is no multiple of its entry's size.
    DeviceTableSize { table: Name, kind: &'static str, size: u64, entry: u64 },
    /// A device table does not end with an empty entry.
    DeviceTableEnd { table: Name, kind: &'static str, size: u64, entry: u64, last: Name },
    /// A PCI class mask that is not whole bytes.
    PciMask(u32),
    /// An unknown PCI driver override.
    PciOverride(u32),
    /// An unknown CDX driver override.
    CdxOverride(u32),
    /// A WMI identifier of the wrong length.
    WmiLength(Name),
    /// A WMI identifier with a wrong character.
    WmiCharacter { character: u8, guid: Name },
    /// An AMBA identifier with bits outside its mask. Fatal.
    AmbaMask { id: u32, mask: u32 },
    /// An alias longer than the original's buffer. Fatal.
    AliasOverflow { capacity: usize, need: usize, have: usize },
    /// The same while copying a DMI string. Fatal.
    DmiOverflow,
    /// A line of a `.cmd` file that names a source without a space.
    MalformedCmdLine(Name),

    /// A `.mod` file without any line.
    EmptyModFile { file: Name },
    /// A version that genksyms did not make. Up to 5.18.
    CrcUndefined(Name),

    // The world.
    /// The kernel itself was not read. Up to 5.18.
    NoVmlinux,
    /// A namespace for a symbol that nobody exports.
    NamespaceWithoutExport { symbol: Name, namespace: Name },
    /// An export without a global symbol. Up to 5.18.
    StaticExport { symbol: Name, kind: &'static str },
    /// A proprietary module uses a symbol that is GPL-only and unused.
    GplOnlyUnused(Name),
    /// A proprietary module uses a symbol that will be GPL-only.
    GplOnlyFuture(Name),
    /// A module uses a symbol that should be unused.
    Unused(Name),
    /// A symbol is exported by two objects.
    ExportedTwice { symbol: Name, previous: Name, previous_is_vmlinux: bool },
    /// A symbol that nobody exports.
    Undefined(Name),
    /// A symbol that only the module itself exports, and does not define.
    ExportedWithoutDefinition(Name),
    /// A symbol in a namespace that the module does not import.
    NamespaceNotImported { symbol: Name, namespace: Name },
    /// A proprietary module uses a GPL-only symbol.
    GplOnly(Name),
    /// The module's name does not fit `struct module`.
    ModuleNameTooLong,
    /// An imported symbol has no version.
    NoCrc(Name),
    /// An imported symbol's name does not fit the version table.
    SymbolTooLong(Name),
    /// An exported symbol has no version.
    VersionFailed(Name),
    /// Some undefined symbols were not named.
    SuppressedUndefined(u32),
    /// There were section mismatches, and `-E` was given.
    MismatchesDetected,

    // Files.
    /// An object that cannot be opened was skipped; said without the usual start of a message.
    Ignored { file: Name, error: String },
    /// An object's name does not end in `.o`.
    BadSuffix { file: Name },
    /// An object is a program or library. Fatal.
    NotRelocatable { file: Name },
    /// `e_shoff` is past the end of the file. Fatal.
    HeadersPastEnd { offset: u64, file: Name, size: u64 },
    /// `sh_offset` is past the end of the file. Fatal.
    TruncatedObject { file: Name, offset: u64, header_size: usize },
    /// `.modinfo` has no contents. Fatal.
    NobitsModinfo { file: Name },
    /// There is no symbol table. Fatal.
    NoSymtab { file: Name },
    /// The extended section indices belong to another symbol table. Fatal.
    BadShndxLink { file: Name, link: u32, symtab: usize },
    /// `e_ident[EI_DATA]` is neither little nor big endian. Fatal.
    UnknownEndian,
    /// An object is broken in a way the original does not look at. Fatal.
    Malformed { what: String },
    /// The list of objects cannot be opened. Fatal.
    ListUnreadable { file: Name, error: String },
    /// A dump's line has too few fields, or a bad CRC. Fatal.
    DumpSyntax,
    /// A dump's line has an unknown kind of export.
    DumpLicense { symbol: Name, license: Name },
    /// A path is too long.
    PathTooLong { path: Name },
    /// A generated line is too long. Fatal.
    LineTooLong { text: Name, need: usize },
}

impl ModpostFinding {
    /// An object that is broken in a way the original does not look at.
    pub fn malformed(what: impl Into<String>) -> Self {
        Self::Malformed { what: what.into() }
    }
}

/// What ends a run before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// A fatal finding.
    Fatal(ModpostFinding),
    /// A fatal finding about one module, which has been told.
    Told,
    /// A file cannot be read or written: `perror(3)` and exit.
    File { file: Name, error: String },
}

impl From<ModpostFinding> for Stop {
    fn from(finding: ModpostFinding) -> Self {
        Self::Fatal(finding)
    }
}
