// SPDX-License-Identifier: GPL-2.0-only

//! Every message `modpost` has, with the explanation that `postlink explain` prints; [`super::wording`] prints the message itself.
//!
//! As for `objtool`'s, the doc comment of an entry is the explanation: what it means; after a blank line why it matters; and from
//! `Fix:` on what to do. The patterns behind it are lines that users find in a log, in the words of every release.

#[cfg(test)]
pub(crate) mod samples;

#[cfg(test)]
use super::finding::ModpostFinding;

/// What a message is about: the headings of `postlink explain`'s list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heading {
    /// Exported and imported symbols, their versions and namespaces.
    Symbols,
    /// References between sections.
    Sections,
    /// What a module says of itself.
    Module,
    /// Tables of devices, from which aliases are made.
    Devices,
    /// Files that cannot be worked on.
    Files,
}

impl Heading {
    /// All of them.
    pub const ALL: &[Self] = &[Self::Symbols, Self::Sections, Self::Module, Self::Devices, Self::Files];

    /// The heading.
    pub fn words(self) -> &'static str {
        match self {
            Self::Symbols => "exported and imported symbols",
            Self::Sections => "references between sections",
            Self::Module => "what a module says of itself",
            Self::Devices => "device tables",
            Self::Files => "files",
        }
    }
}

/// Declares identifiers, topics, patterns and explanations; the tests do not compile while a finding has none.
macro_rules! explanations {
    ($( $(#[doc = $doc:literal])+ $name:ident = $id:literal in $heading:ident => [$($says:literal),* $(,)?]; )+) => {
        #[cfg(test)]
        impl ModpostFinding {
            /// Identifier for `postlink explain`.
            fn id(&self) -> &'static str {
                match self { $( Self::$name { .. } => $id, )+ }
            }
        }

        /// Identifier of every message and what it is about.
        pub const HEADINGS: &[(&str, Heading)] = &[ $( ($id, Heading::$heading), )+ ];

        /// Identifier and explanation of every message.
        pub const EXPLANATIONS: &[(&str, &[&str])] = &[ $( ($id, &[$($doc),+]), )+ ];

        /// Identifier of every message and what its first line says after `modpost: `, with `{}` for what differs from case to case.
        pub const WORDINGS: &[(&str, &[&str])] = &[ $( ($id, &[$($says),*]), )+ ];
    };
}

explanations! {
    /// The module uses a symbol that neither the kernel nor any module exports.
    ///
    /// The module could not be loaded: the loader finds nothing to link the reference to.
    /// With LTO the definition may be there and not exported, or the link dropped it because nothing else uses it.
    /// Fix: export the symbol (`EXPORT_SYMBOL_GPL`), select the option that builds its owner, or, for a module outside of the kernel,
    /// name the other module's `Module.symvers` in `KBUILD_EXTRA_SYMBOLS`. `postlink gate` says which object had a definition.
    Undefined = "symbol-undefined" in Symbols => ["\"{}\" [{}] undefined!", "{}: symbol '{}' undefined!"];
    /// More symbols are undefined than are named; the others were left out.
    ///
    /// Usually one cause: a missing `Module.symvers`, or a kernel that was not built before its modules.
    /// Fix: build the kernel first (`make vmlinux modules`); the symbols that are named lead to the others.
    SuppressedUndefined = "symbols-undefined-suppressed" in Symbols =>
        ["suppressed {} unresolved symbol warnings because there were too many)"];
    /// Only the module itself exports the symbol that it uses, and it has no definition.
    ///
    /// An export stands in one object and the function that it names has gone, for example by a configuration option.
    /// Fix: put export and definition under the same condition.
    ExportedWithoutDefinition = "symbol-not-defined" in Symbols =>
        ["\"{}\" [{}] was exported without definition", "{}: symbol '{}' was exported without definition"];
    /// Two objects export a symbol of the same name.
    ///
    /// The loader refuses the second one; which one a third module gets depends on the order of loading.
    /// Fix: rename one, or build the shared source into a module of its own.
    ExportedTwice = "symbol-exported-twice" in Symbols =>
        ["{}: '{}' exported twice. Previous export was in {}", "{}: symbol '{}' exported twice. Previous export was in {}"];
    /// A symbol is exported and is not global. Kernels up to 5.18.
    ///
    /// The export may work by luck in this build, and breaks as soon as the compiler inlines or renames the symbol, as LTO does.
    /// Fix: remove `static`, or the export.
    StaticExport = "export-static" in Symbols => ["\"{}\" [{}] is a static {}"];
    /// An exported symbol is local to its object.
    ///
    /// No other object can be linked to it.
    /// Fix: remove `static`, or the export; in assembly use `SYM_FUNC_START` instead of `SYM_FUNC_START_LOCAL`.
    LocalExport = "export-local" in Symbols => ["{}: local symbol '{}' was exported"];
    /// `.export_symbol` has a relocation, and at its place no label that an export makes.
    ///
    /// The section was written by something else than `EXPORT_SYMBOL`, or a tool has damaged it.
    /// Fix: export with the macros of `<linux/export.h>`; if they were used, look at what touched the object after the compiler.
    StrangeExport = "export-strange" in Symbols => ["{}: .export_symbol section contains strange symbol '{}'"];
    /// An export's label and the symbol that it refers to have different names.
    ///
    /// It is not known what would be exported. A tool that renames symbols of objects, or a static promoted by LTO, does this.
    /// Fix: export a global symbol; keep tools such as `objcopy --redefine-sym` from symbols that are exported.
    NotAnExport = "export-of-another-name" in Symbols =>
        ["{}: .export_symbol section references '{}', but it does not seem to be an export symbol"];
    /// An export names a licence that is neither empty nor `GPL`.
    ///
    /// It is not known who may use the symbol.
    /// Fix: use `EXPORT_SYMBOL` or `EXPORT_SYMBOL_GPL`.
    UnknownExportLicense = "export-licence-unknown" in Symbols => ["{}: unknown license '{}' was specified for '{}'"];
    /// A symbol that is exported is freed after the kernel, or the module, has started.
    ///
    /// Whoever calls it later runs into freed memory.
    /// Fix: remove `__init` (or `__initdata`), or the export.
    ExportOfInit = "export-of-init" in Symbols => [
        "{}: {}: EXPORT_SYMBOL used for init symbol. Remove __init or EXPORT_SYMBOL.",
        "{}: EXPORT_SYMBOL used for init symbol '{}'. Remove __init or EXPORT_SYMBOL.",
    ];
    /// A symbol that is exported is not there where modules cannot be unloaded.
    ///
    /// Code of `__exit` is dropped from the kernel itself, and from modules in a kernel without unloading.
    /// Fix: remove `__exit`, or the export.
    ExportOfExit = "export-of-exit" in Symbols => [
        "{}: {}: EXPORT_SYMBOL used for exit symbol. Remove __exit or EXPORT_SYMBOL.",
        "{}: EXPORT_SYMBOL used for exit symbol '{}'. Remove __exit or EXPORT_SYMBOL.",
    ];
    /// A module whose licence is not compatible with the GPL uses a symbol that only such modules may use.
    ///
    /// The loader refuses the module.
    /// Fix: state the true licence with `MODULE_LICENSE`, or do without the symbol.
    GplOnly = "symbol-gpl-only" in Symbols => [
        "GPL-incompatible module {} uses GPL-only symbol '{}'",
        "{}: GPL-incompatible module uses GPL-only symbol '{}'",
    ];
    /// A module whose licence is not compatible with the GPL uses a symbol that is GPL-only and about to go. 5.10.
    ///
    /// The loader refuses the module.
    /// Fix: do without the symbol.
    GplOnlyUnused = "symbol-gpl-only-unused" in Symbols =>
        ["GPL-incompatible module {} uses GPL-only symbol marked UNUSED '{}'"];
    /// A module whose licence is not compatible with the GPL uses a symbol that will be GPL-only. 5.10.
    ///
    /// The loader takes it today, and a later kernel's will not.
    /// Fix: do without the symbol.
    GplOnlyFuture = "symbol-gpl-only-future" in Symbols => ["GPL-incompatible module {} uses future GPL-only symbol '{}'"];
    /// A module uses a symbol that is about to go. 5.10.
    ///
    /// A later kernel does not export it.
    /// Fix: do without the symbol.
    Unused = "symbol-unused" in Symbols => ["module {} uses symbol '{}' marked UNUSED"];
    /// A module uses a symbol of a namespace that it does not import.
    ///
    /// The loader refuses the module, or warns where `CONFIG_MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS` is set.
    /// Fix: `MODULE_IMPORT_NS("…")` in the module's source; `make nsdeps` adds it. The symbol is not meant for everybody: look whether
    /// the module should use it.
    NamespaceNotImported = "namespace-not-imported" in Symbols => [
        "module {} uses symbol {} from namespace {}, but does not import it.",
        "{}: module uses symbol '{}' from namespace '{}', but does not import it.",
    ];
    /// A module imports a namespace that only the kernel's build may name.
    ///
    /// Namespaces `module:…` say which modules may use a symbol; a module cannot add itself.
    /// Fix: remove the import; whoever exports the symbol adds the module to `EXPORT_SYMBOL_FOR_MODULES`.
    ForbiddenNamespaceImport = "namespace-import-forbidden" in Symbols => [
        "{}: explicitly importing namespace \"{}\" is not allowed.",
        "{}: explicitly importing namespace '{}' is not allowed.",
    ];
    /// An object puts a symbol into a namespace, and nobody exports that symbol.
    ///
    /// A macro of exports has left half of an export.
    /// Fix: use the macros of `<linux/export.h>`.
    NamespaceWithoutExport = "namespace-without-export" in Symbols => ["Could not update namespace({}) for symbol {}"];
    /// An exported symbol has no version.
    ///
    /// Modules that use it load into any kernel, also into one where its type is another: what versions are there to prevent.
    /// For a function written in assembly genksyms needs a prototype in C.
    /// Fix: declare it in `arch/…/include/asm/asm-prototypes.h`.
    VersionFailed = "version-failed" in Symbols => [
        "EXPORT symbol \"{}\" [{}] version generation failed, symbol will not be versioned.",
        "{}: EXPORT symbol '{}' version generation failed, symbol will not be versioned.",
    ];
    /// A version's symbol was left undefined by genksyms. Kernels up to 5.18.
    ///
    /// As for a symbol without version.
    /// Fix: declare it in `arch/…/include/asm/asm-prototypes.h`.
    CrcUndefined = "version-undefined" in Symbols =>
        ["EXPORT symbol \"{}\" [{}] version generation failed, symbol will not be versioned."];
    /// A symbol that a module uses has no version though versions are asked for.
    ///
    /// The loader cannot tell whether the module fits, and refuses it unless forced.
    /// Fix: build the kernel with the same configuration; a `Module.symvers` without versions is of another build.
    NoCrc = "import-without-version" in Symbols => ["\"{}\" [{}] has no CRC!", "{}: symbol '{}' has no CRC!"];
    /// The name of a symbol that a module uses does not fit into the table of versions.
    ///
    /// That import could not be checked by the loader.
    /// Fix: a shorter name, or `CONFIG_EXTENDED_MODVERSIONS` where the kernel has it.
    SymbolTooLong = "symbol-too-long" in Symbols => ["too long symbol \"{}\" [{}]", "{}: too long symbol '{}'"];
    /// The kernel's own symbols are not known. Kernels up to 5.18.
    ///
    /// Nothing is said of undefined symbols, so a module that cannot be loaded looks fine.
    /// Fix: build `vmlinux` first, or point to a kernel's `Module.symvers`.
    NoVmlinux = "no-vmlinux" in Symbols =>
        ["Symbol info of vmlinux is missing. Unresolved symbol check will be entirely skipped."];
    /// A tentative definition was left for the linker.
    ///
    /// The module loader refuses modules with such symbols: it gives them no place.
    /// Fix: compile with `-fno-common`, as kbuild does; look at who removed it from the flags.
    CommonSymbol = "common-symbol" in Symbols => ["\"{}\" [{}] is COMMON symbol", "{}: '{}' is COMMON symbol"];

    /// Code or data that stays refers to something that is freed after start-up, or that may never be there.
    ///
    /// If the reference is followed later, the kernel reads, calls or writes freed memory.
    /// LTO and inlining decide which function the reference ends up in, so that one may appear with one compiler only.
    /// Fix: give both the same annotation (`__init`, `__exit`, or none). If the reference is never followed after start-up, mark the one
    /// that refers `__ref` or `__refdata`, and say why.
    SectionMismatch = "reference-mismatch" in Sections => [
        "{}({}): Section mismatch in reference from the {} to the {}",
        "{}: section mismatch in reference: {}",
        "{}: EXPORT_SYMBOL used for init/exit symbol: {}",
    ];
    /// There were mismatches between sections, and the configuration does not allow any.
    ///
    /// The messages above name them.
    /// Fix: mend them; `CONFIG_SECTION_MISMATCH_WARN_ONLY=y` turns them into warnings.
    MismatchesDetected = "reference-mismatches-detected" in Sections => ["Section mismatches detected."];
    /// A section has contents and would not be loaded.
    ///
    /// An assembler source lacks the section's flags, so what stands there is missing at run time.
    /// Fix: `.section name, "ax"` for code, `"aw"` for data, or one of the macros of `<linux/init.h>`.
    NonAllocSection = "section-not-loaded" in Sections =>
        ["{} ({}): unexpected non-allocatable section.", "{}: unexpected non-allocatable section '{}'."];
    /// The exception table refers to a section that it must never refer to.
    ///
    /// What is there is not executed, or no longer there, when an exception asks for it.
    /// Fix: look at the code that has the entry (`_ASM_EXTABLE`): in which section is it?
    ExtableBlackListed = "extable-forbidden" in Sections => ["The relocation at {} references"];
    /// The exception table refers to a text section that `modpost` has no rule for.
    ///
    /// That section may be freed, or ordered in a way that the table does not know.
    /// Fix: put the code into a section that is listed, or add yours to the list in `scripts/mod/modpost.c`.
    ExtableUnlisted = "extable-unlisted" in Sections => ["The relocation at {} references"];
    /// The exception table refers to data.
    ///
    /// No exception can happen there, or the handler cannot run.
    /// Fix: look at the code that has the entry: an entry one field off does this, too.
    ExtableNotExecutable = "extable-not-executable" in Sections => ["{} references non-executable section '{}'"];
    /// An entry of the exception table says that data faults. 5.10.
    ///
    /// No instruction can be there.
    /// Fix: look at the code that has the entry.
    ExtableFault = "extable-fault-in-data" in Sections => ["The relocation at {} references"];
    /// An entry of the exception table says that data handles a fault. 5.10.
    ///
    /// The kernel would jump there, and fault again.
    /// Fix: look at the code that has the entry.
    ExtableJump = "extable-jump-to-data" in Sections => ["The relocation at {} references"];
    /// An entry of the exception table refers to something that is freed. Kernels up to 6.1.
    ///
    /// When the exception happens, what handles it may be gone.
    /// Fix: give the code and its handler the same annotation.
    ExtableMismatch = "extable-mismatch" in Sections => ["{}({}): Section mismatch in reference from the {} to the {}"];
    /// An entry of the exception table is wrong before the size of entries could be found out. 5.10.
    ///
    /// The size is taken from the table's second relocation.
    /// Fix: look at the code that has the first entry.
    ExtableEntrySize = "extable-entry-size" in Sections => ["extable_entry size hasn't been discovered!"];
    /// Relocations of a kind whose addends are in the code, on a machine for which nobody has written how.
    ///
    /// References between sections cannot be looked at.
    /// Fix: none for users; it is not a machine that these kernels support.
    UnknownRelocMachine = "addend-unknown" in Sections => ["Please add code to calculate addend for this architecture"];

    /// The module does not say what its licence is.
    ///
    /// The loader takes it for proprietary: it taints the kernel and gets no GPL-only symbols.
    /// Fix: `MODULE_LICENSE("…")` in one of its sources.
    MissingLicense = "licence-missing" in Module => ["missing MODULE_LICENSE() in {}", "{}: missing MODULE_LICENSE()"];
    /// The module does not say what it is.
    ///
    /// `modinfo` has nothing to show.
    /// Fix: `MODULE_DESCRIPTION("…")` in one of its sources.
    MissingDescription = "description-missing" in Module =>
        ["missing MODULE_DESCRIPTION() in {}", "{}: missing MODULE_DESCRIPTION()"];
    /// The module's name does not fit into `struct module`.
    ///
    /// The loader could not register it.
    /// Fix: a shorter name, below 56 characters on 64-bit kernels.
    ModuleNameTooLong = "module-name-too-long" in Module => ["module name is too long [{}]", "{}: module name is too long"];
    /// A `.mod` file, which lists a module's objects, has no line.
    ///
    /// The module's source version cannot be made.
    /// Fix: remove the file and build again; a build was interrupted there.
    EmptyModFile = "mod-file-empty" in Module => ["bad ending versions file for {}"];
    /// A `.cmd` file has a line that names a source without a blank.
    ///
    /// The module's source version cannot be made.
    /// Fix: remove the file and build again.
    MalformedCmdLine = "cmd-file-malformed" in Module => ["malformed line: {}"];

    /// A device table does not consist of whole entries of its type.
    ///
    /// `MODULE_DEVICE_TABLE` names another type than the table has; the aliases, by which modules are loaded for devices, would be wrong.
    /// Fix: name the table's own type; if it does, the two trees' `mod_devicetable.h` differ.
    DeviceTableSize = "device-table-size" in Devices => [
        "{}: sizeof(struct {}_device_id)={} is not a modulo of the size of section {}.",
        "{}: type mismatch between {}[] and MODULE_DEVICE_TABLE({}, ...)",
    ];
    /// A device table does not end with an empty entry.
    ///
    /// Whoever walks it at run time does not stop.
    /// Fix: add `{ }` as the last entry.
    DeviceTableEnd = "device-table-end" in Devices => [
        "{}: struct {}_device_id is not terminated with a NULL entry!",
        "{}: {}[] is not terminated with a NULL entry",
    ];
    /// A PCI class mask covers parts of bytes.
    ///
    /// Aliases name whole bytes, so no alias can be made.
    /// Fix: use a mask of `00` and `ff` bytes.
    PciMask = "pci-mask" in Devices => ["Can't handle masks in {}"];
    /// A PCI table has an unknown kind of driver override.
    ///
    /// No alias can be made for that entry.
    /// Fix: use `PCI_DRIVER_OVERRIDE_DEVICE_VFIO` and the like.
    PciOverride = "pci-override" in Devices => ["Unknown PCI driver_override alias {}"];
    /// A CDX table has an unknown kind of driver override.
    ///
    /// No alias can be made for that entry.
    /// Fix: use `CDX_DEVICE_DRIVER_OVERRIDE` with a kind that the kernel knows.
    CdxOverride = "cdx-override" in Devices => ["Unknown CDX driver_override alias {}"];
    /// A WMI identifier has the wrong length.
    ///
    /// No alias can be made.
    /// Fix: 36 characters, as in `8C5DA44C-CDC3-46B3-8619-4E26D34390B7`.
    WmiLength = "wmi-length" in Devices => ["Invalid WMI device id 'wmi:{}' in '{}'"];
    /// A WMI identifier has a character that does not belong there.
    ///
    /// No alias can be made.
    /// Fix: hexadecimal digits, and hyphens at their places.
    WmiCharacter = "wmi-character" in Devices => ["Invalid character {} inside WMI GUID string '{}' in '{}'"];
    /// An AMBA table's identifier has bits that its mask hides.
    ///
    /// No device can match it.
    /// Fix: clear those bits in `id`, or set them in `mask`.
    AmbaMask = "amba-mask" in Devices => ["{}: Masked-off bit(s) of AMBA device ID are non-zero: {}  Please fix this driver."];
    /// An alias is longer than `modpost`'s memory for one.
    ///
    /// The run stops.
    /// Fix: a shorter text in the table's entry.
    AliasOverflow = "alias-too-long" in Devices => ["alias buffer ({}) overflow on append (need {}, have {})"];
    /// A DMI text is longer than `modpost`'s memory for an alias.
    ///
    /// The run stops.
    /// Fix: a shorter text in the table's entry.
    DmiOverflow = "dmi-too-long" in Devices => ["dmi_ascii_filter: alias buffer overflow"];

    /// An object cannot be opened, and `-i` was given.
    ///
    /// Nothing is known of its exports.
    /// Fix: look why it is not there.
    Ignored = "object-ignored" in Files => ["{}: {} (ignored)"];
    /// A name in the list of objects does not end in `.o`.
    ///
    /// The module's name is made by taking that away.
    /// Fix: pass objects; for modules the list is `modules.order`.
    BadSuffix = "object-suffix" in Files => ["{}: filename must be suffixed with .o"];
    /// A file is a program or a library.
    ///
    /// What `modpost` looks at is gone from it.
    /// Fix: pass `vmlinux.o`, not `vmlinux`, and modules' `.o`, not `.ko`.
    NotRelocatable = "object-not-relocatable" in Files => ["{}: not relocatable object."];
    /// The section headers are said to be behind the file's end.
    ///
    /// The file was cut off, or is being written.
    /// Fix: remove it and build again; look for a full disk.
    HeadersPastEnd = "object-headers-past-end" in Files => ["section header offset={} in file '{}' is bigger than filesize={}"];
    /// A section is said to be behind the file's end.
    ///
    /// The file was cut off, or is being written.
    /// Fix: remove it and build again; look for a full disk.
    TruncatedObject = "object-truncated" in Files => ["{} is truncated. sechdrs[i].sh_offset={} > sizeof(*hrd)={}"];
    /// `.modinfo` has no contents.
    ///
    /// A tool has emptied it (`objcopy --only-keep-debug` does).
    /// Fix: pass the object, not its debug information.
    NobitsModinfo = "modinfo-empty" in Files => ["{} has NOBITS .modinfo"];
    /// The object has no symbols.
    ///
    /// It was stripped, or is bitcode that should have been linked before.
    /// Fix: build it again; with LTO, pass what the linker made.
    NoSymtab = "symbol-table-missing" in Files => ["{} has no symtab?"];
    /// The table of extended section indices belongs to another symbol table.
    ///
    /// It is not known where symbols are.
    /// Fix: build the object again; look at tools that edited it.
    BadShndxLink = "symtab-shndx-link" in Files => ["{}: SYMTAB_SHNDX has bad sh_link: {}!={}"];
    /// The file's header names no byte order.
    ///
    /// It is no object.
    /// Fix: remove it and build again.
    UnknownEndian = "byte-order-unknown" in Files => ["target endian is unknown"];
    /// The object is broken in a way that the original does not look at.
    ///
    /// The text names the field.
    /// Fix: remove it and build again; look at tools that edited it.
    Malformed = "object-malformed" in Files => [];
    /// The list of objects cannot be read.
    ///
    /// There is nothing to do.
    /// Fix: for modules it is `modules.order`, which `make modules` makes.
    ListUnreadable = "list-unreadable" in Files => ["Can't open filenames file {}: {}"];
    /// A line of a symbol dump has too few fields, or no hexadecimal version.
    ///
    /// The dump was cut off, or edited.
    /// Fix: make `Module.symvers` again.
    DumpSyntax = "dump-syntax" in Files => ["parse error in symbol dump file"];
    /// A line of a symbol dump has an unknown kind of export.
    ///
    /// That symbol is left out.
    /// Fix: make `Module.symvers` again, with the same kernel's tools.
    DumpLicense = "dump-licence" in Files => ["{}: unknown license {}. skip"];
    /// A path is longer than what `modpost` can hold.
    ///
    /// What it writes would be for another file.
    /// Fix: build in a folder with a shorter path.
    PathTooLong = "path-too-long" in Files => ["{}: too long path was truncated"];
    /// A line for a module's C file is longer than what `modpost` can hold.
    ///
    /// The run stops.
    /// Fix: a shorter name or text.
    LineTooLong = "line-too-long" in Files => ["buf_printf output truncated for string {}: {} bytes needed, 500 available"];
}
