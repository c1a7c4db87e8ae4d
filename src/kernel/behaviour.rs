// SPDX-License-Identifier: GPL-2.0-only

//! What some releases of `objtool` do and others do not, one flag for each thing.
//!
//! A pass asks for a flag and never for a release. Which releases have a flag, and which line of the kernel's sources shows
//! it, is in [`super::differences`].

use super::flags::flags;

flags! {
    /// One thing that `objtool` does in some releases.
    Behaviour,
    /// What the `objtool` of one kernel does.
    Behaviours;

    // What ends a run.
    /// A fatal error ends the run with exit status 255, and nothing is written. Otherwise what had been changed until then
    /// is written, with exit status 0.
    FatalEndsRun,
    /// A file that cannot be written gives exit status 1 instead of 255.
    WriteFailureIsOne,
    /// Fatal messages say `error:` instead of `warning:`.
    FatalSaysError,
    /// Fatal messages about an instruction say so as well.
    FatalAtInsnSaysError,
    /// A fatal message about an instruction is printed although its symbol was warned about.
    FatalAtInsnAlwaysPrinted,
    /// A file without `.symtab` is refused.
    SymtabRequired,
    /// A new section must not have the name of one that is there.
    SectionNamesUnique,
    /// An ignored function that is named by an odd symbol is fatal, not a warning.
    IgnoredSymbolTypeFatal,
    /// An unwind hint for a global entry without a landing pad is fatal, not a warning.
    HintWithoutEndbrFatal,
    /// A module's `init_module()` without a pointer to it is fatal, not a warning.
    MagicInitFatal,
    /// A `pv_ops` entry that names no function is said to be one.
    PvOpsEntriesChecked,
    /// Failures of the unret walk count as warnings. Otherwise some end the steps.
    UnretFailuresCount,
    /// An unret walk that could not be completed ends the run with exit status 255.
    UnretFailureIsFatal,
    /// Checking and making ORC are two commands: ORC is made whatever the check says, and what it lacks ends the run.
    Subcommands,

    // Backups and repetition.
    /// `--backup` keeps the input before anything else is done.
    BackupAtOpen,
    /// `--backup` keeps the input after a warning, and prints how to repeat the run.
    BackupAfterWarning,
    /// `--verbose` keeps the input after a warning, and prints how to repeat the run.
    VerboseRepeatsCall,

    // Reporting.
    /// Warnings about instructions of one symbol are printed once.
    WarnOncePerSymbol,
    /// A warning about falling through marks the function as warned about.
    FallThroughMarksWarned,
    /// A warning about an instruction begins its trail with an empty line.
    TrailPerWarning,
    /// Trail lines are padded and end with the disassembled instruction.
    TrailPadded,
    /// A jump without a destination is told by symbol and distance, not by section and offset.
    JumpDestAsPlace,
    /// The end-of-section message names the function.
    SectionEndNamesFunc,
    /// The end-of-section message names the section in which the path ended, not the one in which it began.
    SectionEndIsLast,
    /// A stack state mismatch lists all registers that differ.
    MismatchListsAllRegs,
    /// Ignoring unreachable code because of an odd jump table is said.
    JumpTableQuirkSaid,
    /// The tool disassembles by itself and lists on standard output. Otherwise `objdump` lists on standard error.
    Disassembles,
    /// `--verbose` has functions listed at the end of every run with a warning, also of one that failed.
    ListsAfterFailure,
    /// Without `CROSS_COMPILE`, the command for listings begins with `(null)`.
    ObjdumpNeedsCrossCompile,
    /// Places are told as `func()+0x1`, and by no other symbols than functions.
    LocationAsCall,
    /// Some messages of the walk tell the section that the path began in with the offset of the instruction.
    LocationWherePathBegan,
    /// Alternatives that disagree about the stack are reported at the original code.
    AltConflictAtOriginal,
    /// An indirect call through `pv_ops` is named if a pass has looked at its relocation before.
    NamesPvCalls,
    /// Registers have the numbers that DWARF gives them.
    DwarfNumbers,
    /// `--stats` tells the sizes of hash tables, which depend on the file.
    TableSizesVary,

    // Symbols.
    /// Symbols without a length are visible to look-ups by place.
    ZeroLengthVisible,
    /// Look-ups by place answer with the canonical one of several aliases.
    LookupsAreCanonical,
    /// Of several symbols that cover a place the smallest counts, not the first.
    SmallestCoveringSymbol,
    /// Symbols are aliases only if their lengths are equal.
    AliasesNeedLength,
    /// Undefined symbols never become aliases of each other.
    NoUndefAliases,
    /// Going through all symbols follows the symbol table, not the sections.
    SymbolsInTableOrder,
    /// Functions and objects are filed under their demangled names.
    DemangledNameKeys,
    /// Everything that is not local counts as global for the list of functions that never return.
    OtherBindingsAreGlobal,
    /// `.klp.tombstone.` prefixes of names are invisible.
    KlpTombstones,
    /// Code before the first symbol of a section is a hole, too.
    HoleBeforeFirstSymbol,
    /// A section symbol is no symbol that a hole could come after.
    HolesNotAfterSectionSymbols,
    /// `__pi_` variants of thunks are thunks.
    PiThunks,
    /// `__pi_` variants of type hashes and padding are such.
    PiPrefixes,
    /// `srso_alias_safe_ret` begins inside another instruction.
    SrsoAliasEmbedded,
    /// Calls of `__tsan_func_*` count as profiling.
    TsanIsProfiling,
    /// Symbols are searched in a tree by offset and length alone, and the first of equal ones is canonical.
    SymbolsByLength,
    /// Untyped symbols own instructions; a function at the end of its section is fatal, one inside an instruction owns none.
    LabelsOwnCode,
    /// The return thunk is taken for the one symbol that begins inside another instruction.
    ThunkIsEmbedded,
    /// Thunks in `.text.__x86.*` are noinstr code, instead of those in `.text..__x86.*`.
    ThunksInText,
    /// `.cpuidle.text` is noinstr code.
    CpuidleNoinstr,
    /// All instructions form one list across sections, in which fillers of replacements stand at their places.
    FlatInsnList,

    // Cold parts.
    /// Any symbol with `.cold` in its name is a function.
    ColdByName,
    /// The parent of a cold part is looked for in its own source file first.
    ColdParentByFile,
    /// The parent of a cold part is the canonical one of several aliases.
    ColdParentCanonical,
    /// All symbols have a parent, themselves if no other.
    ParentOfEverySymbol,
    /// The name of a cold part's parent must not be longer than 128 characters.
    ColdParentNameLimit,
    /// A jump into a cold part makes the two a pair.
    ColdRelinkedByJump,

    // Annotations.
    /// `.discard.annotate_insn` replaces most other `.discard` sections.
    AnnotateInsn,
    /// Every record of `.discard.annotate_insn` needs a relocation.
    AnnotationsNeedRelocs,
    /// The annotation NOCFI is known.
    AnnotateNoCfi,
    /// `.discard.reachable` names instructions that are no dead ends.
    ReadsReachable,
    /// `.discard.unreachable` names dead ends.
    ReadsUnreachable,
    /// In old annotations, a `.L` label stands for its place.
    LabelsInAnnotations,
    /// Functions are ignored as a whole. Otherwise each of their instructions is.
    IgnoreBySymbol,
    /// A livepatch module may bring static-call and mcount sections.
    LivepatchSections,
    /// `.discard.noendbr` is read.
    ReadsNoendbr,
    /// Annotated dead ends are read before calls are linked.
    DeadEndsFirst,
    /// Unwind hints in ignored functions are walked from.
    HintsInIgnored,
    /// Unret walks start at entry hints.
    UnretFromHints,

    // Jumps and calls.
    /// Inside a function, a jump with a relocation to a named symbol is a tail call, even one to a label of the same function.
    NamedJumpIsTailCall,
    /// A jump without a relocation may lead to a thunk, too.
    LocalThunkJumps,
    /// Where unreachable code is ignored, a jump to the end of its function is no error.
    JumpToEndIgnored,
    /// Addends of branches are adjusted by the length of their instruction, not by a constant 4.
    AdjustByLength,
    /// Calls in `.altinstr_replacement` are call sites like others.
    ReplacementCallSites,
    /// Calls of symbols embedded in other instructions are no call sites.
    NoEmbeddedCallSites,
    /// Rust functions that panic are known by parts of their names.
    RustNoreturns,
    /// A jump from any symbol to the start of a function is a tail call. Otherwise only those from functions are.
    JumpLeavesSymbol,
    /// Jumps are linked before alternatives, and tail calls within a file keep their destinations.
    JumpsBeforeAlternatives,
    /// Weak functions are looked for among those that never return.
    WeakNoreturns,
    /// Whether a callee returns is asked when a path comes to the call, with jump tables known.
    NoreturnAskedByWalk,
    /// Jumps to the return thunk are listed only in code that stays in the kernel.
    ReturnSitesInText,
    /// Calls of the tracer become NOPs with `--mnop` alone. Otherwise `--mcount` is enough.
    MnopOnRequest,
    /// What `pv_ops` may hold is looked up.
    PvOps,

    // Alternatives.
    /// Alternatives of one instruction are followed latest first.
    AltsReversed,
    /// SMAP and POPCNT alternatives skip the original or the replacement.
    AltSkipsFeatures,
    /// All alternatives of one place have the length of the longest.
    NestedAlternatives,
    /// `ANNOTATE_IGNORE_ALTERNATIVE` marks one group, original or replacement.
    AltIgnorePerGroup,
    /// Instructions of a replacement belong to the function of the original code by themselves.
    ReplacementOwned,
    /// The NOP that fills a replacement never has a relocation.
    FillerHasNoReloc,
    /// `--hacks=jump_label` alone has alternatives read.
    AltsForJumpLabelHack,
    /// All alternatives of one place share a group for the original code. Otherwise the last one's counts.
    AltGroupShared,
    /// Records of alternatives have 14 bytes, not 12.
    LongAltEntries,
    /// A replacement may have relocations anywhere. Otherwise only a branch that begins it may.
    AltRelocsAnywhere,
    /// Alternatives are read only for options that need them.
    AltsOnDemand,
    /// Entries of `__jump_table` have keys, which can ask for a NOP.
    JumpLabelKeys,

    // Jump tables.
    /// `.data.rel.ro*` sections may hold jump tables.
    RelRoIsRodata,
    /// Entries of jump tables are as far apart as their relocations are long.
    JumpTableStrideByReloc,
    /// A jump table ends where any other one begins, not only where the next one of the function does.
    JumpTableEndsAtAny,
    /// The value of an entry's symbol counts.
    JumpTableBySymbol,
    /// Entries that name the end of the function are left out.
    JumpTableSkipsEnd,
    /// The search for a table goes back over conditional jumps, too.
    BacktrackConditionals,
    /// Jump tables of aliases are not looked for.
    JumpTablesSkipAliases,
    /// Targets of a jump table are followed last one first.
    JumpTablesReversed,

    // The walk.
    /// noinstr rules need `--link`.
    NoinstrNeedsLink,
    /// STAC, CLAC and saved flags mean something with `--uaccess` only.
    UaccessOnRequest,
    /// Where unreachable code is ignored, falling through and running off the end of a section are, too.
    IgnoredUnreachableEnds,
    /// A copy of a copy of the stack pointer is followed.
    TracksCopiesOfCopies,
    /// The unret walk ends at dead ends.
    UnretEndsAtDeadEnds,
    /// The unret walk ends where the kernel is left.
    UnretEndsAtExits,
    /// Indirect calls are checked for a kCFI check before them, with `--cfi`.
    KcfiCallCheck,
    /// References to static-call trampolines are left alone by the IBT rules.
    IbtSkipsTrampolines,
    /// `pv_ops` tables are concatenated with `pv_ops_lock`.
    PvOpsLock,
    /// Rules for noinstr code hold with `--noinstr`. Otherwise with `--vmlinux` alone.
    NoinstrOnRequest,
    /// Pushed flags are followed in alternatives alone.
    FlagsInAlternatives,
    /// Calls of symbols embedded in other instructions need no frame.
    EmbeddedNeedsNoFrame,
    /// Static calls are allowed in noinstr code.
    NoinstrStaticCalls,
    /// Falling through to another function is warned about only in files with a `.comment`.
    FallThroughInC,
    /// Symbols of type hashes may fall through.
    TypeHashFallsThrough,
    /// Symbols of padding may fall through.
    PaddingFallsThrough,
    /// A path that jumps to a restoring hint before the saving one was seen waits for the straight way.
    RestoreDeferred,
    /// What enters or leaves the kernel ends the path even in a function.
    ContextSwitchEnds,
    /// Straight-line speculation is checked along the paths, and findings do not count.
    SlsInWalk,
    /// Switches to another stack are understood.
    StackSwitch,
    /// `mov %rbp,%rsp` ends a realigned frame.
    RealignedReturn,
    /// A hint at the next instruction makes up for a lost stack pointer.
    HintMakesUp,
    /// A frame pointer's frame is where the frame address says, not always 16 bytes below.
    FrameByAddress,
    /// A frame pointer may be loaded back from the stack.
    FrameReloaded,
    /// Registers are saved below the stack pointer while another register finds the frame.
    SavedBySp,
    /// `lea disp(%rsp),%rbp` sets a frame up.
    FrameByLea,
    /// Another machine's frame convention is looked for in every symbol.
    ForeignFrames,
    /// The end of a range of code may have its address taken, and so may a function's cold part in the function.
    IbtKnowsRanges,

    // Unreachable code.
    /// The unreachable pass looks at the walk's warnings alone, not at all warnings so far.
    ReachableGatedByWalk,
    /// Holes between symbols are marked before the walk.
    HolesMarkedFirst,
    /// Code after a call of `exc_double_fault()` is not reported.
    DoubleFaultExcused,
    /// All unreachable instructions are reported, not only the first.
    UnreachableAll,
    /// Trampolines of static calls are not reported.
    TrampolinesExcused,
    /// Code in `.fixup` is not reported.
    FixupExcused,
    /// With `--link`, code between symbols is not reported.
    HolesExcused,

    // What is written.
    /// `--prefix` takes functions from `__patchable_function_entries`.
    PrefixByEntries,
    /// `--cfi` with `--prefix` grows the symbols of type hashes.
    GrowsCfiSymbols,
    /// `.cfi_sites` come with `--cfi` instead of `--fineibt`.
    CfiSitesByCfi,
    /// A `.cfi_sites` that is there already makes the tool forget its call sites.
    OldCfiSitesDropCalls,
    /// SHT_GROUP headers follow their signature symbol when it moves.
    GroupFollowsSymbol,
    /// New strings are aligned as their section is.
    StringsAligned,
    /// A module's `init_module()` without a pointer to it is remarked upon.
    MagicInitSaid,
    /// `__mcount_loc` is aligned to its records.
    McountAligned,
    /// Relocations of new sections are counted before they are made, so a failure leaves empty records.
    RelocsCountedFirst,
    /// Debug sections are not read, and so not written where they stay in place.
    DebugUnread,

    // Livepatches.
    /// `klp diff` tells all malformed lines of `Module.symvers` as line 1.
    KlpLinesUncounted,
    /// `klp diff` takes entries of `.smp_locks` along.
    KlpSmpLocks,
    /// `klp diff` refers to symbols that the object did not refer to before, if the kernel or a module that it needs anyway
    /// exports them.
    KlpNewExports,
    /// `klp diff` neither patches nor refers to code and data that is dropped after boot.
    KlpRefusesInit,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_are_independent() {
        for behaviour in Behaviour::ALL {
            let set = Behaviours::of(&[*behaviour]);
            let members: Vec<_> = Behaviour::ALL.iter().filter(|other| set.contains(**other)).collect();
            assert_eq!(members, [behaviour]);
            assert_eq!(set.without(&[*behaviour]), Behaviours::default());
        }
    }

    #[test]
    fn names_and_meanings() {
        assert_eq!(Behaviour::FatalEndsRun.name(), "fatal-ends-run");
        assert_eq!(
            Behaviour::TrailPadded.meaning(),
            "Trail lines are padded and end with the disassembled instruction."
        );
    }
}
