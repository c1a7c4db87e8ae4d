//! Every message `objtool` has, with the explanation that `postlink explain` prints.
//!
//! The doc comment of a variant is the explanation: what it means, why it matters at run time, and how to fix or annotate
//! it. The text itself is in [`super::wording`].

use crate::elf::SectionId;
use crate::elf::SymbolId;

/// Declares the messages once: the enum, their identifiers and their explanations.
macro_rules! messages {
    ($( $(#[doc = $doc:literal])+ $name:ident $({ $($field:ident: $type:ty),+ $(,)? })? = $id:literal; )+) => {
        /// What a finding says.
        #[derive(Debug, Clone, PartialEq, Eq)]
        #[allow(missing_docs)]
        pub enum Message {
            $( $(#[doc = $doc])+ $name $({ $($field: $type),+ })?, )+
        }

        impl Message {
            /// Identifier for `postlink explain`, baselines and reports.
            pub fn id(&self) -> &'static str {
                match self {
                    $( Self::$name $({ $($field: _),+ })? => $id, )+
                }
            }
        }

        /// Identifier and explanation of every message, in the order of their declaration.
        pub const EXPLANATIONS: &[(&str, &[&str])] = &[
            $( ($id, &[$($doc),+]), )+
        ];
    };
}

messages! {
    /// A step of a trail: an alternative was taken.
    TrailAlt = "trail-alt";
    /// A step of a trail: a jump was taken.
    TrailBranch = "trail-branch";
    /// A step of a trail: a conditional jump was taken.
    TrailBranchCond = "trail-branch-cond";
    /// A step of a trail: a call was followed.
    TrailCall = "trail-call";
    /// A step of a trail: the walk began at an unwind hint.
    TrailHint = "trail-hint";
    /// A step of a trail: the walk began at a symbol.
    TrailSym = "trail-sym";
    /// A step of a trail: the instruction that a warning is about.
    TrailHere = "trail-here";
    /// Lines of `--trace`.
    Trace { text: Vec<u8> } = "trace";

    /// Bytes in an executable section are no instruction of this machine.
    ///
    /// Nothing after them can be analysed. Data in text, or an encoding the kernel's decoder does not know.
    /// Fix: move data out of the text section, or build with an assembler option that avoids the encoding.
    CantDecode { section: SectionId, offset: u64 } = "cant-decode";
    /// The file is for a machine that is not supported.
    BadMachine { machine: u16 } = "bad-machine";
    /// A function symbol does not point at the start of an instruction.
    ///
    /// Fix: correct the symbol, or move the data that precedes it out of the text section.
    NoStartingInsn { symbol: SymbolId } = "no-starting-insn";
    /// A function symbol points at the end of its section.
    FuncAtEndOfSection { symbol: SymbolId } = "func-at-end-of-section";
    /// A `.cold` function has no parent function of its name.
    ///
    /// The unlikely part of a function is analysed together with its parent; a part without one cannot be.
    NoParentFunc { symbol: SymbolId } = "no-parent-func";
    /// A section symbol was expected by a `.discard` annotation, another symbol was found.
    UnexpectedRelocSymbol { section: SectionId } = "unexpected-reloc-symbol";
    /// As `unexpected-reloc-symbol`, with the symbol's type.
    UnexpectedRelocSymbolType { section: SectionId, kind: u8 } = "unexpected-reloc-symbol-type";
    /// The instruction that an annotation talks about does not exist.
    NoReachableInsn { section: SectionId, offset: u64 } = "no-reachable-insn";
    /// A `.discard` annotation does not point at an instruction.
    BadDiscardEntry { what: &'static str } = "bad-discard-entry";
    /// `.discard.annotate_insn` has records without relocations.
    AnnotateMissingRelocs = "annotate-missing-relocs";
    /// `.discard.annotate_insn` names a place that is no instruction.
    BadAnnotateEntry { index: u32, kind: i32 } = "bad-annotate-entry";
    /// `.discard.annotate_insn` has a record size the linker should not have given it.
    DodgyLinker { section: SectionId } = "dodgy-linker";
    /// An annotation of a kind that this series does not know: built with newer headers?
    UnknownAnnotation { kind: i32 } = "unknown-annotation";
    /// A NOCFI annotation outside any symbol.
    DodgyNoCfi = "dodgy-nocfi";
    /// `ANNOTATE_RETPOLINE_SAFE` is on something that is no indirect branch.
    RetpolineSafeMisplaced = "retpoline-safe-misplaced";
    /// A jump leads to a place that is no instruction.
    NoJumpDest { section: SectionId, offset: u64 } = "no-jump-dest";
    /// A call inside a function that pushes a return address without a callee.
    ///
    /// Fix: annotate it with `ANNOTATE_INTRA_FUNCTION_CALL`.
    UnannotatedIntraFunctionCall = "unannotated-intra-function-call";
    /// A function calls something that is not typed as a function.
    ///
    /// Fix: use `SYM_FUNC_START`/`SYM_FUNC_END`, or `SYM_CODE_*` with unwind hints for code with its own rules.
    CallToNonFunction = "call-to-non-function";
    /// No symbol is where a call leads.
    NoCallDestSymbol { section: SectionId, offset: u64 } = "no-call-dest-symbol";
    /// `ANNOTATE_INTRA_FUNCTION_CALL` is on something that is no direct call.
    IntraCallNotDirect = "intra-call-not-direct";
    /// The call annotated as intra-function leads to a place that is no instruction.
    NoIntraCallDest { section: SectionId, offset: u64 } = "no-intra-call-dest";
    /// A replacement has a relocation that patching could not adjust.
    AltRelocation = "alt-relocation";
    /// A jump out of a replacement leads nowhere.
    NoAltJumpDest = "no-alt-jump-dest";
    /// A replacement has no last instruction.
    NoLastNewInsn = "no-last-new-insn";
    /// A special section entry refers to code that is no instruction.
    NoOrigInsn = "no-orig-insn";
    /// A special section entry refers to replacement code that is no instruction.
    NoNewInsn = "no-new-insn";
    /// A special section entry has no relocation for the original code.
    NoOrigReloc = "no-orig-reloc";
    /// A special section entry has no relocation for the replacement.
    NoNewReloc = "no-new-reloc";
    /// A jump table entry has no relocation for its key.
    NoKeyReloc = "no-key-reloc";
    /// A special section's size is no multiple of its entry size.
    SpecialSize { section: SectionId, size: u32 } = "special-size";
    /// A static branch site is neither a jump nor a NOP.
    BadJumpLabel = "bad-jump-label";
    /// Two alternatives at one place disagree about the length of the original code.
    WeirdOverlap { have: i64, want: u32 } = "weird-overlap";
    /// An alternative replaces nothing.
    EmptyAlternative = "empty-alternative";
    /// A replacement is longer than the code it replaces, so its states cannot be laid over it.
    ///
    /// The original writes past the end of an array here.
    ReplacementTooLong = "replacement-too-long";
    /// A switch's jump table has no usable entry.
    NoSwitchTable = "no-switch-table";
    /// A jump through a RIP-relative table entry: dead code may be left, so unreachable code is not reported.
    JumpTableQuirk = "jump-table-quirk";
    /// Unwind hints without relocations.
    HintsNoRelocs = "hints-no-relocs";
    /// The size of the hints section is no multiple of a hint's size.
    HintSize = "hint-size";
    /// An unwind hint without relocation.
    NoHintReloc { index: u32 } = "no-hint-reloc";
    /// An unwind hint points at no instruction.
    NoHintInsn { index: u32 } = "no-hint-insn";
    /// An unwind hint names a register that cannot be a base.
    HintBaseReg { reg: u8 } = "hint-base-reg";
    /// A global interrupt or exception entry has no `endbr64`.
    ///
    /// With IBT an entry through the IDT without a landing pad raises a control protection fault.
    /// Fix: start the entry with `ENDBR`, or annotate it with `ANNOTATE_NOENDBR`.
    IretRegsWithoutEndbr = "iret-regs-without-endbr";
    /// A function called `init_module` or `cleanup_module` that nothing points at would be sealed.
    ///
    /// Fix: use `module_init(fn)`/`module_exit(fn)`.
    MagicInitModule { symbol: SymbolId } = "magic-init-module";
    /// A `pv_ops` array that is not there.
    UnknownPvOps { name: &'static str } = "unknown-pv-ops";
    /// A `pv_ops` entry is no function.
    NoPvFunc { name: &'static str, index: i64 } = "no-pv-func";
    /// A `pv_ops` assignment in init code names no function.
    NoPvOpsFunc = "no-pv-ops-func";
    /// A `pv_ops` assignment, but no `pv_ops` array.
    ParavirtConfusion = "paravirt-confusion";

    /// `enqcmd` must not be used: it relies on a PASID state that the kernel does not keep.
    Enqcmd { section: SectionId, offset: u64 } = "enqcmd";
    /// A `lea` with a register operand is no valid instruction.
    InvalidLea { section: SectionId, offset: u64 } = "invalid-lea";
    /// An indirect branch with a `notrack` prefix escapes IBT.
    Notrack { section: SectionId, offset: u64 } = "notrack";
    /// A tail call to the function tracer's entry.
    TailCallToFentry = "tail-call-to-fentry";
    /// No NOP of this size exists.
    InvalidNopSize { len: u32 } = "invalid-nop-size";
    /// No padded return of this size exists.
    InvalidRetSize { len: u32 } = "invalid-ret-size";

    /// An indirect branch that does not go through a thunk.
    ///
    /// On CPUs with Spectre v2 it can be steered speculatively.
    /// Fix: build the file with retpoline flags, or annotate the site with `ANNOTATE_RETPOLINE_SAFE` if it is safe.
    IndirectBranch { is_jump: bool } = "indirect-branch";
    /// A return that does not go through the return thunk.
    ///
    /// On CPUs with Retbleed or SRSO its prediction can be steered.
    /// Fix: use `RET` in assembly; build C code with the return-thunk flags.
    NakedReturn = "naked-return";
    /// An indirect call without a kCFI check before it.
    NoCfiIndirectCall = "no-cfi-indirect-call";
    /// A function symbol without a size.
    ///
    /// The function cannot be told from what follows it and is not analysed.
    /// Fix: end it with `SYM_FUNC_END`, or drop the function type.
    MissingSize { symbol: SymbolId } = "missing-size";
    /// Execution runs from one function into the next.
    ///
    /// Undefined behaviour that the compiler turned into nothing, or a call of a function that never returns which
    /// nobody knows of. Fix: look for a missing `return`, or mark the callee `__noreturn`.
    FallsThrough { from: SymbolId, to: SymbolId } = "falls-through";
    /// Execution runs off the end of a section.
    EndOfSection { func: SymbolId, section: SectionId } = "end-of-section";
    /// An ignored function was reached by another function's jump.
    ValidatingIgnored = "validating-ignored";
    /// An unwind hint restores a state that no hint has saved.
    RestoreWithoutSave = "restore-without-save";
    /// A hint restores a state whose place has not been visited yet.
    RestoreTooSmart = "restore-too-smart";
    /// Two ways to an instruction disagree about where the frame is.
    ///
    /// The unwinder has one answer for each address; here it would be wrong on one of the ways.
    /// Fix: balance pushes and pops on all ways, or add unwind hints.
    MismatchCfa { base1: i32, offset1: i32, base2: i32, offset2: i32 } = "stack-mismatch-cfa";
    /// Two ways to an instruction disagree about where a register is saved.
    MismatchReg { reg: u8, base1: i32, offset1: i32, base2: i32, offset2: i32 } = "stack-mismatch-reg";
    /// Two ways to an instruction disagree about the kind of frame.
    MismatchType { type1: u8, type2: u8 } = "stack-mismatch-type";
    /// Two ways to an instruction disagree about the realigned stack's argument pointer.
    MismatchDrap { drap1: bool, reg1: i32, offset1: i32, drap2: bool, reg2: i32, offset2: i32 } = "stack-mismatch-drap";
    /// A state is missing where one must be.
    CfiMissing = "cfi-missing";
    /// Alternatives of one piece of code leave different stack layouts at the same address.
    ///
    /// The unwinder cannot know which one is patched in. Fix: move stack changes out of the alternative.
    AltLayoutConflict { section: SectionId, offset: u64 } = "alt-layout-conflict";
    /// A stack operation where the state of the stack is not known.
    UndefinedStackState = "undefined-stack-state";
    /// The register that the frame is found by is changed in a way that cannot be followed.
    UnsupportedStackRegister = "unsupported-stack-register";
    /// The stack pointer is realigned in a way that cannot be followed.
    UnsupportedRealignment = "unsupported-realignment";
    /// An instruction changes the stack in a way that cannot be followed.
    UnknownStackInsn = "unknown-stack-insn";
    /// A memory operand changes the stack in a way that cannot be followed.
    UnknownStackMemory = "unknown-stack-memory";
    /// Too many nested `pushf`.
    PushfExhausted = "pushf-exhausted";
    /// Code that must not be instrumented calls code that may be.
    ///
    /// In entry code such a call can fault or recurse before the kernel's context is set up.
    /// Fix: mark the callee `noinstr`, or put `instrumentation_begin()`/`instrumentation_end()` around the call.
    LeavesNoinstr { callee: Callee } = "leaves-noinstr";
    /// A `pv_ops` function that may be instrumented.
    PvOpsInstrumented { index: i64, symbol: SymbolId } = "pv-ops-instrumented";
    /// A return between `instrumentation_begin()` and `instrumentation_end()`.
    ReturnInstrumented = "return-instrumented";
    /// A call while user access is open.
    ///
    /// The callee runs with SMAP off, and may schedule. Fix: move the call out of the
    /// `user_access_begin()`/`user_access_end()` section.
    CallWithUaccess { callee: Callee } = "call-with-uaccess";
    /// A return while user access is open.
    ReturnWithUaccess = "return-with-uaccess";
    /// A function that is expected to keep user access open closes it.
    ReturnWithoutUaccess = "return-without-uaccess";
    /// User access is opened twice.
    RecursiveUaccess = "recursive-uaccess";
    /// User access is closed while it is not open.
    RedundantUaccess = "redundant-uaccess";
    /// A function on the list of those that may run with user access open closes it.
    UaccessSafeDisables = "uaccess-safe-disables";
    /// A call while the direction flag is set.
    CallWithDf { callee: Callee } = "call-with-df";
    /// A return while the direction flag is set.
    ReturnWithDf = "return-with-df";
    /// The direction flag is set twice.
    RecursiveStd = "recursive-std";
    /// The direction flag is cleared while it is not set.
    RedundantCld = "redundant-cld";
    /// A tail call from a function that has not restored its frame.
    SiblingCallModifiedFrame = "sibling-call-modified-frame";
    /// A return from a function that has not restored its frame.
    ReturnModifiedFrame = "return-modified-frame";
    /// The frame pointer is used as an ordinary register.
    BpScratch = "bp-scratch";
    /// A call without a frame, in a kernel that unwinds by frame pointers.
    ///
    /// Fix: add `FRAME_BEGIN`/`FRAME_END` to the assembly function.
    CallWithoutFrame = "call-without-frame";
    /// An instruction that enters or leaves the kernel inside a C function.
    UnsupportedInCallable = "unsupported-in-callable";
    /// No `int3` after a return.
    ///
    /// Straight-line speculation can run past it. Fix: use the `RET` macro.
    MissingInt3AfterRet = "missing-int3-after-ret";
    /// No `int3` after an indirect jump.
    MissingInt3AfterJump = "missing-int3-after-jump";
    /// An indirect call before the return predictor has been untrained.
    EarlyIndirectCall = "early-indirect-call";
    /// A return before the return predictor has been untrained.
    RetBeforeUntrain = "ret-before-untrain";
    /// A jump whose target is not known even after the link.
    UnresolvedJump = "unresolved-jump";
    /// A called function that is not there even after the link.
    UnresolvedFunction { symbol: SymbolId } = "unresolved-function";
    /// The walk ran off the end of the code.
    TehEnd = "teh-end";
    /// The walk from a kernel entry could not be completed.
    FailedUnret = "failed-unret";
    /// Code takes the address of something that has no `endbr64`.
    ///
    /// An indirect branch there raises a control protection fault. Fix: let the target start with `ENDBR`, or annotate it
    /// with `ANNOTATE_NOENDBR` if no branch goes there.
    RelocToNonEndbr { section: SectionId, offset: u64 } = "reloc-to-non-endbr";
    /// Data holds the address of something that has no `endbr64`.
    DataRelocToNonEndbr { section: SectionId, offset: u64 } = "data-reloc-to-non-endbr";
    /// A RIP-relative address that is no instruction.
    CorruptPointer = "corrupt-pointer";
    /// Code that no way leads to.
    ///
    /// Usually after a call of a function that never returns and is not known to. It gets no ORC data.
    UnreachableInsn = "unreachable-insn";
    /// Code after a call that seems never to return.
    ///
    /// Fix: mark the callee `__noreturn`; if it is global, add it to `tools/objtool/noreturns.h` too.
    MissingNoreturn { symbol: SymbolId } = "missing-noreturn";
    /// A section that is loaded has an absolute relocation, in code that runs before relocation.
    AbsoluteReloc { section: SectionId, offset: u64 } = "absolute-reloc";
    /// As `absolute-reloc`, in a section that this run has made.
    AbsoluteRelocMade { name: String, offset: u64 } = "absolute-reloc-made";

    /// A section that this run would generate is already there: the file has been processed before.
    AlreadyHas { section: &'static str } = "already-has";
    /// A static call site does not call a trampoline.
    TrampolineMalformed { symbol: SymbolId } = "trampoline-malformed";
    /// The key of a static call is not in the file.
    ///
    /// In a module a key that is not exported is normal, and the trampoline stands in for it, but only if objtool is told
    /// that this is a module. Fix: pass `--module` for every object that becomes part of a module, linked ones too.
    NoStaticCallKey { name: Vec<u8> } = "no-static-call-key";
    /// A symbol name too long to put a prefix before it.
    PrefixNameTooLong { symbol: SymbolId } = "prefix-name-too-long";
    /// A frame whose place ORC cannot express.
    UnknownCfaBase { base: i32 } = "unknown-cfa-base";
    /// A frame pointer whose place ORC cannot express.
    UnknownBpBase { base: i32 } = "unknown-bp-base";
    /// A kind of frame that ORC does not have.
    UnknownHintType { kind: u8 } = "unknown-hint-type";
    /// An alternative has more instructions than a listing shows.
    LongAlternative { offset: u64, name: String } = "long-alternative";
    /// An instruction has more alternatives than a listing shows.
    TooManyAlternatives { alternative: String } = "too-many-alternatives";
    /// A listing cannot show the alternatives of an instruction: those of a jump through a table have no name.
    NamelessAlternative { alternative: String } = "nameless-alternative";
    /// `objdump` or `gawk` could not list the functions.
    DisassemblyFailed { status: i32 } = "disassembly-failed";
    /// How many warnings became errors.
    UpgradedToErrors { count: u32 } = "upgraded-to-errors";
    /// Anything the file layer says.
    Raw { text: String } = "file";
}

/// Whom a call reaches, as messages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callee {
    /// A symbol.
    Symbol(SymbolId),
    /// Not known: an indirect call.
    Dynamic,
}
