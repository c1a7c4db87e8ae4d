// SPDX-License-Identifier: GPL-2.0-only

//! Every message `objtool` has, with the explanation that `postlink explain` prints.
//!
//! The doc comment of a variant is the explanation: what it means; after a blank line why it matters at run time; and
//! from `Fix:` on how to fix or annotate it. The patterns behind it are what users find in a log; [`super::wording`]
//! prints it.

use crate::elf::SectionId;
use crate::elf::SymbolId;

/// What a message is about. The gate has a check for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// No finding of its own: a line about another one.
    None,
    /// What the object is made of.
    Structure,
    /// The way through the code, and the frame on it.
    Stack,
    /// Code that must not be instrumented.
    Noinstr,
    /// Access to user memory, and the direction flag.
    Uaccess,
    /// Branches, returns, landing pads and type hashes that mitigations count on.
    Mitigations,
    /// Static calls.
    StaticCall,
    /// Calls of the function tracer.
    Mcount,
    /// Unwind tables.
    Orc,
}

impl Topic {
    /// All of them.
    pub const ALL: &[Self] = &[
        Self::None,
        Self::Structure,
        Self::Stack,
        Self::Noinstr,
        Self::Uaccess,
        Self::Mitigations,
        Self::StaticCall,
        Self::Mcount,
        Self::Orc,
    ];
}

/// Declares the messages once: the enum, their identifiers, what they are about and their explanations.
macro_rules! messages {
    ($( $(#[doc = $doc:literal])+ $name:ident $({ $($field:ident: $type:ty),+ $(,)? })? = $id:literal in $topic:ident
        => [$($says:literal),* $(,)?]; )+) => {
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

        impl Message {
            /// What it is about.
            pub fn topic(&self) -> Topic {
                match self {
                    $( Self::$name $({ $($field: _),+ })? => Topic::$topic, )+
                }
            }
        }

        /// Identifier of every message and what it is about, in the order of their declaration.
        pub const TOPICS: &[(&str, Topic)] = &[ $( ($id, Topic::$topic), )+ ];

        /// Identifier and explanation of every message, in the order of their declaration.
        pub const EXPLANATIONS: &[(&str, &[&str])] = &[
            $( ($id, &[$($doc),+]), )+
        ];

        /// Identifier of every message and what it says, with `{}` for what differs from case to case. Where the words
        /// differ between series there are several; what prints something else's words has none.
        pub const WORDINGS: &[(&str, &[&str])] = &[
            $( ($id, &[$($says),*]), )+
        ];

        /// One of each message, to hold tables against the code that prints them.
        #[cfg(test)]
        pub(crate) fn samples() -> Vec<Message> {
            vec![ $( Message::$name $({ $($field: <$type as tests::Sample>::sample()),+ })?, )+ ]
        }
    };
}

messages! {
    /// A step of the way that led to the finding above: from here an alternative was followed.
    ///
    /// Alternatives are patched in at boot, so each of them is a way that a running kernel may take.
    /// Fix: nothing here; the finding above names the place.
    TrailAlt = "trail-alt" in None => ["(alt)", "(alt) {}"];
    /// A step of the way that led to the finding above: from here a jump was followed.
    ///
    /// The steps are printed from the finding back to the start of the function, with `--backtrace` or `--verbose`.
    /// Fix: nothing here; the finding above names the place.
    TrailBranch = "trail-branch" in None => ["(branch)", "(branch) {}"];
    /// A step of the way that led to the finding above: from here a conditional jump was followed.
    ///
    /// The unret check prints these; it starts at the kernel's entries instead of at functions.
    /// Fix: nothing here; the finding above names the place.
    TrailBranchCond = "trail-branch-cond" in None => ["(branch-cond)", "(branch-cond) {}"];
    /// A step of the way that led to the finding above: from here a call was followed.
    ///
    /// Only the unret check follows calls; it wants to know what happens before the first return.
    /// Fix: nothing here; the finding above names the place.
    TrailCall = "trail-call" in None => ["(call)", "(call) {}"];
    /// The way to the finding above began here, at an unwind hint that no function led to.
    ///
    /// Code with hints is followed from each hint on its own, in the state that the hint gives.
    /// Fix: nothing here; the finding above names the place.
    TrailHint = "trail-hint" in None => ["<=== (hint)", "<=== (hint) {}"];
    /// The way to the finding above began here, at the start of a function.
    ///
    /// A function is followed from its first instruction, in the state right after a call.
    /// Fix: nothing here; the finding above names the place.
    TrailSym = "trail-sym" in None => ["<=== (sym)", "<=== (sym) {}"];
    /// The instruction that the finding above is about.
    ///
    /// With `--backtrace` or `--verbose` it is shown before the way that led to it.
    /// Fix: nothing here; the finding above says what is wrong.
    TrailHere = "trail-here" in None => [];
    /// Lines of `--trace`: what the walk of a function does at each instruction.
    ///
    /// They show the state of the stack wherever it changes, which is what most findings are about.
    /// Fix: nothing; this is no finding.
    Trace { text: Vec<u8> } = "trace" in None => [];

    /// Bytes in an executable section are no instruction of this machine.
    ///
    /// Nothing after them can be analysed, and the file gets no unwind data, so the kernel's stack traces end there.
    /// They are data in a text section, or an encoding that the kernel's decoder does not know.
    /// Fix: move data to a data section; for an instruction, use another encoding, or teach it to `x86-opcode-map.txt`.
    CantDecode { section: SectionId, offset: u64 } = "cant-decode" in Stack => ["can't decode instruction at {}:{}"];
    /// The file is for a machine that is not supported.
    ///
    /// Nothing in it is checked, and it gets no unwind data.
    /// Fix: run objtool on objects of the kernel that is being built, with the compiler for its machine.
    BadMachine { machine: u16 } = "bad-machine" in Stack => ["unexpected ELF machine type {}"];
    /// A function symbol does not point at the start of an instruction.
    ///
    /// The bytes before it are decoded as one instruction that reaches into the function, so data in front of the
    /// function was taken for code, or the symbol is off.
    /// Fix: correct the symbol, or move the data that precedes it out of the text section.
    NoStartingInsn { symbol: SymbolId } = "no-starting-insn" in Stack => ["{}(): can't find starting instruction"];
    /// A function symbol points at the end of its section.
    ///
    /// There is no code for it: the compiler dropped a body that it proved to be unreachable, and a caller would run
    /// into whatever the linker puts there.
    /// Fix: look for undefined behaviour in the function, such as an endless loop without effect or a division by 0.
    FuncAtEndOfSection { symbol: SymbolId } = "func-at-end-of-section" in Stack => ["{}(): STT_FUNC at end of section"];
    /// A `.cold` function has no parent function of its name.
    ///
    /// Compilers move unlikely code to `name.cold`, which shares the stack frame of `name`. Without it the state of the
    /// stack in the cold part is unknown, so nothing in the file can be trusted.
    /// Fix: do not name functions `*.cold`; if a compiler or `objcopy` renamed one of the two, keep the names together.
    NoParentFunc { symbol: SymbolId } = "no-parent-func" in Stack => ["{}(): can't find parent function"];
    /// The name of a cold part's parent is longer than the kernel's objtool has room for.
    ///
    /// 6.6 and older keep the name in an array of 128 characters, and give up before they cut it.
    /// Fix: give the function a shorter name; for Rust, shorten the path of the module that it is in.
    ParentNameTooLong { symbol: SymbolId, limit: usize } = "parent-name-too-long" in Stack
        => ["{}(): parent function name exceeds maximum length of {} characters"];
    /// An annotation in a `.discard` section refers to something else than a section symbol.
    ///
    /// Annotations are places in sections; what this one is about cannot be told, so none in that section counts.
    /// Fix: use the annotation macros of `linux/objtool.h`; look at what rewrote the relocations, such as `objcopy`.
    UnexpectedRelocSymbol { section: SectionId } = "unexpected-reloc-symbol" in Stack
        => ["unexpected relocation symbol type in {}"];
    /// A function that is to be left unchecked is named by a symbol that is no function.
    ///
    /// `STACK_FRAME_NON_STANDARD` then has no effect, and the function is checked like any other.
    /// Fix: give the macro a function, and type assembly functions with `SYM_FUNC_START`.
    UnexpectedRelocSymbolType { section: SectionId, kind: u8 } = "unexpected-reloc-symbol-type" in Stack
        => ["unexpected relocation symbol type in {}: {}"];
    /// `.discard.reachable` names a place that no instruction ends at.
    ///
    /// It is to say that code goes on after an instruction that looks like an end; misplaced, it says nothing.
    /// Fix: put `ASM_REACHABLE` directly behind the instruction it is about.
    NoReachableInsn { section: SectionId, offset: u64 } = "no-reachable-insn" in Stack
        => ["can't find reachable insn at {}+{}"];
    /// The label behind a dead end leads to no instruction.
    ///
    /// `unreachable()` left a label behind the instruction after which nothing is ever executed, and there is no
    /// instruction. The path would be followed into whatever comes next.
    /// Fix: use the annotation macros of `linux/compiler.h`; look at what cut the section short.
    NoUnreachableInsn { section: SectionId, offset: u64 } = "no-unreachable-insn" in Stack
        => ["can't find unreachable insn at {}+{}"];
    /// A `.discard` annotation does not point at an instruction.
    ///
    /// What it wanted to exempt or to mark stays as it is, so the file is not processed further.
    /// Fix: put the label of the annotation directly before the instruction it is about, in the same section.
    BadDiscardEntry { what: &'static str } = "bad-discard-entry" in Stack => ["bad {} entry"];
    /// `.discard.annotate_insn` has records without relocations.
    ///
    /// A record says where it belongs by its relocation; without it all records after it are one off.
    /// Fix: use `ANNOTATE()` and its macros; a tool that strips relocations must not run before objtool.
    AnnotateMissingRelocs = "annotate-missing-relocs" in Stack
        => ["bad .discard.annotate_insn section: missing relocs"];
    /// An annotation in `.discard.annotate_insn` names a place that is no instruction.
    ///
    /// What it wanted to exempt or to mark stays as it is, so the file is not processed further.
    /// Fix: put the annotation directly before the instruction it is about.
    BadAnnotateEntry { index: u32, kind: i32 } = "bad-annotate-entry" in Stack
        => ["bad .discard.annotate_insn entry: {} of type {}"];
    /// The linker has lost the record size of `.discard.annotate_insn`.
    ///
    /// It is known to be 8 and corrected, so nothing is lost; other sections of the file may have met the same.
    /// Fix: nothing; a newer linker keeps `sh_entsize`.
    DodgyLinker { section: SectionId } = "dodgy-linker" in Stack => ["{}: dodgy linker, sh_entsize != 8"];
    /// An annotation of a kind that this series does not know.
    ///
    /// The object was built with the headers of another kernel, so other annotations may mean something else, too.
    /// Fix: build the object with the headers of the same tree; for `postlink`, choose the right `--kernel-series`.
    UnknownAnnotation { kind: i32 } = "unknown-annotation" in Stack => ["Unknown annotation type: {}"];
    /// `ANNOTATE_NOCFI_SYM` outside any symbol.
    ///
    /// It says that a whole function may make indirect calls without kCFI checks, but there is no function here.
    /// Fix: put it inside the function, and give assembly code a symbol with a size (`SYM_FUNC_START`, `SYM_FUNC_END`).
    DodgyNoCfi = "dodgy-nocfi" in Stack => ["dodgy NOCFI annotation"];
    /// `ANNOTATE_RETPOLINE_SAFE` is on something that is no indirect branch, return or NOP.
    ///
    /// The branch that it was meant for is not exempted, and may be a Spectre v2 gadget that nobody has looked at.
    /// Fix: put the annotation directly before the branch.
    RetpolineSafeMisplaced = "retpoline-safe-misplaced" in Mitigations
        => ["retpoline_safe hint not an indirect jump/call/ret/nop"];
    /// A jump leads to a place that is no instruction.
    ///
    /// The code behind it cannot be followed, and running it would execute the middle of an instruction.
    /// Fix: look at the jump in the disassembly; jumps over data and self-made code need labels at instructions.
    NoJumpDest { section: SectionId, offset: u64 } = "no-jump-dest" in Stack
        => ["can't find jump dest instruction at {}"];
    /// A call inside a function to a place that is no function: it only pushes a return address.
    ///
    /// Such a call leaves the stack deeper than a call does, so unwinding through it would go wrong.
    /// Fix: annotate it with `ANNOTATE_INTRA_FUNCTION_CALL`, and give hints if the stack stays changed.
    UnannotatedIntraFunctionCall = "unannotated-intra-function-call" in Stack => ["unannotated intra-function call"];
    /// A function calls something that is not typed as a function.
    ///
    /// What is called is not checked as a function, so nothing is known about the stack there: a stack trace that goes
    /// through it may be wrong, which livepatching relies on.
    /// Fix: use `SYM_FUNC_START`/`SYM_FUNC_END`, or `SYM_CODE_*` with unwind hints for code with its own rules.
    CallToNonFunction = "call-to-non-function" in Stack => ["unsupported call to non-function"];
    /// No symbol is where a call leads.
    ///
    /// What is called cannot be told, and so neither whether it returns nor whether it may be called from here.
    /// Fix: give the assembly code that is called a symbol of function type.
    NoCallDestSymbol { section: SectionId, offset: u64 } = "no-call-dest-symbol" in Stack
        => ["can't find call dest symbol at {}+{}"];
    /// `ANNOTATE_INTRA_FUNCTION_CALL` is on something that is no direct call.
    ///
    /// The call that it was meant for is taken for an ordinary one.
    /// Fix: put the annotation directly before the `call`.
    IntraCallNotDirect = "intra-call-not-direct" in Stack => ["intra_function_call not a direct call"];
    /// A call annotated as intra-function leads to a place that is no instruction.
    ///
    /// The code behind it cannot be followed.
    /// Fix: correct the label that it calls.
    NoIntraCallDest { section: SectionId, offset: u64 } = "no-intra-call-dest" in Stack
        => ["can't find call dest at {}+{}"];
    /// A replacement has a relocation that patching could not adjust.
    ///
    /// Replacements are copied over the original code at boot; a reference relative to its place would then lead
    /// elsewhere.
    /// Fix: use a reference that does not depend on the place, or only direct jumps and calls.
    AltRelocation = "alt-relocation" in Stack => ["unsupported relocation in alternatives section"];
    /// A jump out of a replacement leads nowhere.
    ///
    /// A jump to the end of a replacement goes on behind the original code, but there is no code behind it.
    /// Fix: do not end a section with an alternative whose replacement jumps to its own end.
    NoAltJumpDest = "no-alt-jump-dest" in Stack => ["can't find alternative jump destination"];
    /// A replacement contains no instruction.
    ///
    /// Its length in `.altinstructions` does not fit the code in `.altinstr_replacement`.
    /// Fix: use the `ALTERNATIVE` macros, which measure the length.
    NoLastNewInsn = "no-last-new-insn" in Stack => ["can't find last new alternative instruction"];
    /// An entry of a special section (alternative, static branch, exception table) refers to code that is no
    /// instruction.
    ///
    /// The kernel patches that place, or expects faults there: at run time it would hit the middle of an instruction.
    /// Fix: put the label directly before the instruction; look for `.pushsection` inside an instruction's operands.
    NoOrigInsn = "no-orig-insn" in Stack => ["special: can't find orig instruction"];
    /// An entry of a special section refers to a replacement or fixup that is no instruction.
    ///
    /// Execution would go on in the middle of an instruction once the entry is used.
    /// Fix: put the label of the replacement or fixup directly before its first instruction.
    NoNewInsn = "no-new-insn" in Stack => ["special: can't find new instruction"];
    /// An entry of a special section has no relocation for the code it is about.
    ///
    /// The entry would name a place relative to nothing, so the kernel would patch a random one.
    /// Fix: emit the entry with the kernel's macros; a tool that strips relocations must not run before objtool.
    NoOrigReloc = "no-orig-reloc" in Stack => ["can't find orig reloc"];
    /// An entry of a special section has no relocation for its replacement or target.
    ///
    /// The kernel would copy from or jump to a random place.
    /// Fix: emit the entry with the kernel's macros; a tool that strips relocations must not run before objtool.
    NoNewReloc = "no-new-reloc" in Stack => ["can't find new reloc"];
    /// A static branch has no relocation for its key.
    ///
    /// The branch belongs to no key, so it could never be switched, or be switched with a wrong one.
    /// Fix: use `static_branch_likely()`/`static_branch_unlikely()`.
    NoKeyReloc = "no-key-reloc" in Stack => ["can't find key reloc"];
    /// A special section's size is no multiple of its entry size.
    ///
    /// Entries of another layout are in it, as from headers of another kernel; each would be read wrongly.
    /// Fix: build the object with the headers of the same tree; for `postlink`, choose the right `--kernel-series`.
    SpecialSize { section: SectionId, size: u32 } = "special-size" in Stack => ["{} size not a multiple of {}"];
    /// A static branch site is neither a jump nor a NOP.
    ///
    /// The kernel refuses to patch anything else (it stops with a BUG), and could not tell the branch's state.
    /// Fix: use the kernel's macros, and keep other tools from rewriting the site.
    BadJumpLabel = "bad-jump-label" in Stack => ["unsupported instruction at jump label"];
    /// Two alternatives at one place disagree about the length of the original code.
    ///
    /// They are patched one after the other; the shorter one would leave the tail of the longer one behind.
    /// Fix: use `ALTERNATIVE_2`/`ALTERNATIVE_3`, which pad the original code for the longest replacement.
    WeirdOverlap { have: i64, want: u32 } = "weird-overlap" in Stack => ["weirdly overlapping alternative! {} != {}"];
    /// An alternative replaces nothing.
    ///
    /// The entry has no original code, so its replacement can never be used.
    /// Fix: pad the original code (`ALTERNATIVE` does), or drop the entry.
    EmptyAlternative = "empty-alternative" in Stack => ["empty alternative entry"];
    /// A replacement is longer than the code it replaces.
    ///
    /// Patching would overwrite what follows. The original tool writes past the end of an array here.
    /// Fix: use the `ALTERNATIVE` macros, which pad the original code.
    ReplacementTooLong = "replacement-too-long" in Stack
        => ["alternative replacement is longer than the original code"];
    /// The original code of an alternative ends inside an instruction.
    ///
    /// The state of the stack is kept for each byte of it, and the rest of the instruction has none. The original tool
    /// looks past the end of an array here.
    /// Fix: use the `ALTERNATIVE` macros, which measure the original code.
    AltCutsInsn = "alt-cuts-insn" in Stack => ["the original code of an alternative ends inside an instruction"];
    /// A switch's jump table has no entry that leads into the function.
    ///
    /// The cases of the switch are not followed, so nothing is known about the stack in them.
    /// Fix: look at how the jump finds its table; `-fno-jump-tables` avoids such tables, as retpoline builds do.
    NoSwitchTable = "no-switch-table" in Stack => ["can't find switch jump table"];
    /// A jump finds its table relative to the instruction, in a way that some compilers also leave behind in dead code.
    ///
    /// It may be dead, so code that no way leads to is not reported for this file.
    /// Fix: nothing; a newer compiler does not do this.
    JumpTableQuirk = "jump-table-quirk" in Stack => ["ignoring unreachables due to jump table quirk"];
    /// The section of unwind hints has no relocations.
    ///
    /// Nothing says which instructions the hints are for, so assembly code with hints would get wrong unwind data.
    /// Fix: emit hints with the `UNWIND_HINT_*` macros; a tool that strips relocations must not run before objtool.
    HintsNoRelocs = "hints-no-relocs" in Stack => ["missing .rela.discard.unwind_hints section"];
    /// The size of the hints section is no multiple of a hint's size.
    ///
    /// The hints have another layout, as from headers of another kernel; each would be read wrongly.
    /// Fix: build the object with the headers of the same tree; for `postlink`, choose the right `--kernel-series`.
    HintSize = "hint-size" in Stack => ["struct unwind_hint size mismatch"];
    /// An unwind hint has no relocation.
    ///
    /// Nothing says which instruction it is for.
    /// Fix: emit hints with the `UNWIND_HINT_*` macros.
    NoHintReloc { index: u32 } = "no-hint-reloc" in Stack => ["can't find reloc for unwind_hints[{}]"];
    /// An unwind hint points at no instruction.
    ///
    /// The code it was meant for keeps the state that was found without it, so stack traces through it may be wrong.
    /// Fix: put the hint directly before the instruction from which on it holds, not behind the last one.
    NoHintInsn { index: u32 } = "no-hint-insn" in Stack => ["can't find insn for unwind_hints[{}]"];
    /// An unwind hint names a register that cannot be the base of a frame.
    ///
    /// ORC can find a frame by few registers only; this one it could not express.
    /// Fix: use one that `UNWIND_HINT` documents: rsp, rbp, rax, rdx, rdi, r10, r13, or memory at rsp or rbp.
    HintBaseReg { reg: u8 } = "hint-base-reg" in Stack => ["unsupported unwind_hint sp base reg {}"];
    /// A global interrupt or exception entry has no `endbr64`.
    ///
    /// With IBT an entry through the IDT without a landing pad raises a control protection fault, and then a double
    /// one.
    /// Fix: start the entry with `ENDBR`, or, if the hardware never enters here, annotate it with `ANNOTATE_NOENDBR`.
    IretRegsWithoutEndbr = "iret-regs-without-endbr" in Mitigations => ["UNWIND_HINT_IRET_REGS without ENDBR"];
    /// A function is called `init_module` or `cleanup_module`, and nothing in the file points at it.
    ///
    /// Its landing pad would be sealed as unused, but the module loader jumps there by its name: loading the module
    /// would raise a control protection fault.
    /// Fix: use `module_init(fn)` and `module_exit(fn)` with other names.
    MagicInitModule { symbol: SymbolId } = "magic-init-module" in Mitigations
        => ["{}(): Magic init_module() function name is deprecated, use module_init(fn) instead",
            "{}(): not an indirect call target"];
    /// An entry of a `pv_ops` array is no function.
    ///
    /// Calls through it cannot be checked, and at run time would jump to whatever it is.
    /// Fix: initialise the entry with a function of type `STT_FUNC`.
    NoPvFunc { name: &'static str, index: i64 } = "no-pv-func" in Stack => ["can't find func at {}[{}]"];
    /// Init code assigns to `pv_ops` something that is no function.
    ///
    /// Calls through that entry cannot be checked.
    /// Fix: assign a function of type `STT_FUNC`.
    NoPvOpsFunc = "no-pv-ops-func" in Stack => ["no func for pv_ops[]"];
    /// A call or an assignment of a `pv_ops` entry that is past the end of the array.
    ///
    /// Which functions the call may reach is not known. The original tool reads or writes memory that is not its own.
    /// Fix: link the object that defines `pv_ops`, with its size.
    PvOpsIndex { index: i64 } = "pv-ops-index" in Stack => ["pv_ops[{}] is past the end of the array"];
    /// A function is assigned to `pv_ops`, but there is no such array in the file.
    ///
    /// The file is no whole kernel, or paravirtualisation is configured in one part and not in the other.
    /// Fix: run objtool with `--noinstr` on the linked `vmlinux.o` only.
    ParavirtConfusion = "paravirt-confusion" in Stack => ["paravirt confusion"];

    /// The code uses `enqcmd`.
    ///
    /// It relies on the task's PASID in an MSR, which the kernel does not keep for its own code: the command would be
    /// sent in the name of some process.
    /// Fix: use `enqcmds()`, which takes the PASID from its operand.
    Enqcmd { section: SectionId, offset: u64 } = "enqcmd" in Stack => ["ENQCMD instruction at {}:{}"];
    /// A `lea` with a register instead of an address is no valid instruction.
    ///
    /// It raises an invalid opcode exception when it is run.
    /// Fix: correct the assembly code; a compiler that emits this has a bug.
    InvalidLea { section: SectionId, offset: u64 } = "invalid-lea" in Stack => ["invalid LEA encoding at {}:{}"];
    /// An indirect branch has a `notrack` prefix.
    ///
    /// The processor then does not look for a landing pad, so the branch escapes IBT; the kernel also runs with the
    /// prefix switched off, where the branch would fault.
    /// Fix: compile with `-fno-jump-tables` (jump tables are what compilers use it for), or drop the prefix.
    Notrack { section: SectionId, offset: u64 } = "notrack" in Mitigations => ["notrack prefix found at {}:{}"];
    /// A tail call of the function tracer's entry.
    ///
    /// The tracer finds its caller by the return address that `call` pushes; a jump pushes none.
    /// Fix: do not optimise the call at function entry; a compiler that emits this has a bug.
    TailCallToFentry = "tail-call-to-fentry" in Mcount
        => ["tail call to __fentry__ !?!?", "Tail call to __fentry__ !?!?"];
    /// An instruction that is to be switched off has a length for which there is no NOP.
    ///
    /// It would stay as it is, and run where it must not.
    /// Fix: nothing in the source; only calls and jumps of up to 5 bytes are switched off.
    InvalidNopSize { len: u32 } = "invalid-nop-size" in Stack => ["invalid NOP size: {}"];
    /// A tail call that is to be switched off has a length for which there is no padded return.
    ///
    /// It would stay as it is, and run where it must not.
    /// Fix: nothing in the source; only jumps of up to 5 bytes are switched off.
    InvalidRetSize { len: u32 } = "invalid-ret-size" in Stack => ["invalid RET size: {}"];

    /// An indirect branch that does not go through a thunk.
    ///
    /// On CPUs with Spectre v2 an attacker can steer it speculatively and read the kernel's memory.
    /// Fix: build the file with the kernel's retpoline flags; in assembly use `CALL_NOSPEC`/`JMP_NOSPEC`. A branch that
    /// runs only where it is safe, as before mitigations are chosen, is annotated with `ANNOTATE_RETPOLINE_SAFE`.
    IndirectBranch { is_jump: bool } = "indirect-branch" in Mitigations
        => ["indirect {} found in MITIGATION_RETPOLINE build", "indirect {} found in RETPOLINE build"];
    /// A return that does not go through the return thunk.
    ///
    /// On CPUs with Retbleed or SRSO its prediction can be steered, and the kernel's memory be read.
    /// Fix: use `RET` in assembly; build C code with the kernel's return-thunk flags
    /// (`-mfunction-return=thunk-extern`). A return that is safe, such as one in the thunk itself, is annotated with
    /// `ANNOTATE_UNRET_SAFE`.
    NakedReturn = "naked-return" in Mitigations
        => ["'naked' return found in MITIGATION_RETHUNK build", "'naked' return found in RETHUNK build"];
    /// An indirect call without a kCFI check before it.
    ///
    /// A pointer that an attacker has overwritten can lead it to any function, not only to those of the right type.
    /// Fix: build the file with `-fsanitize=kcfi`; where that cannot be, annotate the call with `ANNOTATE_NOCFI_SYM`.
    NoCfiIndirectCall = "no-cfi-indirect-call" in Mitigations => ["no-cfi indirect call!"];
    /// A function symbol has no size.
    ///
    /// The function cannot be told from what follows it, so it is not checked, and stack traces through it may be
    /// wrong.
    /// Fix: end it with `SYM_FUNC_END`, or do not type it as a function (`SYM_INNER_LABEL`, `SYM_CODE_*`).
    MissingSize { symbol: SymbolId } = "missing-size" in Stack => ["{}() is missing an ELF size annotation"];
    /// Execution runs from one function into the next.
    ///
    /// At run time the next function would be executed with whatever is in the registers. Either undefined behaviour
    /// that the compiler turned into nothing, or a call of a function that never returns, which objtool does not know
    /// of.
    /// Fix: look for a missing `return` or an impossible case; mark a callee that never returns `__noreturn`.
    FallsThrough { from: SymbolId, to: SymbolId } = "falls-through" in Stack
        => ["{}() falls through to next function {}()"];
    /// Execution runs off the end of a section.
    ///
    /// At run time whatever the linker puts there would be executed. Causes are those of `falls-through`.
    /// Fix: look for a missing `return` or an impossible case; mark a callee that never returns `__noreturn`.
    EndOfSection { func: SymbolId, section: SectionId } = "end-of-section" in Stack
        => ["{}(): unexpected end of section {}", "unexpected end of section {}", "{}: unexpected end of section"];
    /// A function that is to be left unchecked was reached by a way that leads out of another function.
    ///
    /// What is checked and what is not share code, so the answer for neither is complete.
    /// Fix: mark both functions with `STACK_FRAME_NON_STANDARD`, or none.
    ValidatingIgnored = "validating-ignored" in Stack => ["BUG: why am I validating an ignored function?"];
    /// `UNWIND_HINT_RESTORE` without an `UNWIND_HINT_SAVE` before it in the function.
    ///
    /// There is no state that could be restored, so stack traces from here on would be wrong.
    /// Fix: put `UNWIND_HINT_SAVE` where the state is the one that holds here again.
    RestoreWithoutSave = "restore-without-save" in Stack => ["no corresponding CFI save for CFI restore"];
    /// `UNWIND_HINT_RESTORE` is reached before the matching `UNWIND_HINT_SAVE`.
    ///
    /// The state that is to be restored is not known yet, so stack traces from here on could be wrong.
    /// Fix: let the code that saves come first on every way, or write out the state with another hint.
    RestoreTooSmart = "restore-too-smart" in Stack
        => ["objtool isn't smart enough to handle this CFI save/restore combo"];
    /// Two ways to an instruction disagree about where the frame is.
    ///
    /// The unwinder has one answer for each address, and here it would be wrong on one of the ways: stack traces would
    /// be garbage, and livepatching could not be sure of any task. The numbers are register and offset on the one way
    /// and on the other (4 is rsp, 5 is rbp).
    /// Fix: balance pushes and pops on all ways; where assembly code means it, add unwind hints.
    MismatchCfa { base1: i32, offset1: i32, base2: i32, offset2: i32 } = "stack-mismatch-cfa" in Stack
        => ["stack state mismatch: cfa1={} cfa2={}"];
    /// Two ways to an instruction disagree about where a register is saved.
    ///
    /// The unwinder would restore a wrong value on one of the ways; for rbp that ruins the frames below. The numbers
    /// are the register, and base and offset on the one way and on the other (-2 is the frame's address, -1 is not
    /// saved).
    /// Fix: save and restore the register on all ways alike; where assembly code means it, add unwind hints.
    MismatchReg { reg: u8, base1: i32, offset1: i32, base2: i32, offset2: i32 } = "stack-mismatch-reg" in Stack
        => ["stack state mismatch: reg1[{}]={} reg2[{}]={}"];
    /// Two ways to an instruction disagree about the kind of frame: that of a call, of an interrupt, or none.
    ///
    /// The unwinder would look for the return address in a wrong place on one of the ways.
    /// Fix: give the code after the hint that changes the kind its own copy or label, or hint both ways alike.
    MismatchType { type1: u8, type2: u8 } = "stack-mismatch-type" in Stack
        => ["stack state mismatch: type1={} type2={}"];
    /// Two ways to an instruction disagree about the register that points at the arguments of a realigned stack.
    ///
    /// The unwinder would find the frame by a wrong register on one of the ways.
    /// Fix: compile without stack realignment (`-mpreferred-stack-boundary=3`); a compiler that emits this has a bug.
    MismatchDrap { drap1: bool, reg1: i32, offset1: i32, drap2: bool, reg2: i32, offset2: i32 } = "stack-mismatch-drap" in Stack
        => ["stack state mismatch: drap1={} drap2={}"];
    /// An instruction has no state of the stack though a way leads there.
    ///
    /// The walk lost track, usually after an earlier finding or a hint that came to nothing; unwind data ends there.
    /// Fix: correct the findings before this one.
    CfiMissing = "cfi-missing" in Stack => ["CFI missing"];
    /// Alternatives of one piece of code leave different stack layouts at the same address.
    ///
    /// Unwind data is made once, but which alternative is patched in is decided at boot: for the others it would be
    /// wrong.
    /// Fix: move stack changes out of the alternative, or change the stack at the same offset in all of them.
    AltLayoutConflict { section: SectionId, offset: u64 } = "alt-layout-conflict" in Stack
        => ["stack layout conflict in alternatives: {}", "stack layout conflict in alternatives"];
    /// The stack is used where its state is not known.
    ///
    /// After an `UNWIND_HINT_UNDEFINED`, or in code that no function led to, no frame can be followed.
    /// Fix: hint the state before the first stack operation, for example with `UNWIND_HINT_FUNC`.
    UndefinedStackState = "undefined-stack-state" in Stack => ["undefined stack state"];
    /// The register that the frame is found by is changed in a way that cannot be followed.
    ///
    /// From here on the frame is lost: unwind data would be wrong, and a stack trace from an interrupt here garbage.
    /// Fix: use `push`, `pop`, `add`, `sub`, `lea` and `mov` between rsp and rbp; otherwise add an unwind hint right
    /// after.
    UnsupportedStackRegister = "unsupported-stack-register" in Stack => ["unsupported stack register modification"];
    /// The stack pointer is realigned in a way that cannot be followed.
    ///
    /// After `and $-16,%rsp` the old stack pointer can only be found by another register, and there is none.
    /// Fix: keep the old stack pointer in rbp, or compile with `-mpreferred-stack-boundary=3`.
    UnsupportedRealignment = "unsupported-realignment" in Stack => ["unsupported stack pointer realignment"];
    /// An instruction changes the stack in a way that cannot be followed.
    ///
    /// From here on the frame is lost: unwind data would be wrong.
    /// Fix: use another instruction, or add an unwind hint right after it.
    UnknownStackInsn = "unknown-stack-insn" in Stack => ["unknown stack-related instruction"];
    /// An instruction changes the stack by way of memory in a way that cannot be followed.
    ///
    /// From here on the frame is lost: unwind data would be wrong.
    /// Fix: use another instruction, or add an unwind hint right after it.
    UnknownStackMemory = "unknown-stack-memory" in Stack => ["unknown stack-related memory operation"];
    /// A function ends with `leave` although its frame is not the one that `leave` takes down (5.10).
    ///
    /// From here on the frame is lost: unwind data would be wrong.
    /// Fix: make the stack pointer and the frame pointer match before.
    LeaveModifiedFrame = "leave-modified-frame" in Stack => ["leave instruction with modified stack frame"];
    /// Code outside any symbol derives the frame pointer from the stack pointer plus an offset, or the other way round.
    ///
    /// The symbol would tell which frame convention applies; the original tool follows a null pointer here.
    /// Fix: give the code a symbol with a type and a size.
    FrameOutsideSymbol = "frame-outside-symbol" in Stack => ["frame pointer changed outside any symbol"];
    /// More than 31 nested `pushf`.
    ///
    /// Whether user access is open is kept for each of them in one bit of a word; for more it is not known.
    /// Fix: balance `pushf` and `popf` in alternatives.
    PushfExhausted = "pushf-exhausted" in Stack => ["PUSHF stack exhausted"];
    /// Code that must not be instrumented calls code that may be.
    ///
    /// Entry code runs before the kernel's context (RCU, lockdep, page tables) is set up: a tracer, breakpoint or
    /// sanitizer that runs there can fault or recurse.
    /// Fix: mark the callee `noinstr` or `__always_inline`, or put `instrumentation_begin()` and
    /// `instrumentation_end()` around a call that comes when the context is set up.
    LeavesNoinstr { callee: Callee } = "leaves-noinstr" in Noinstr => ["call to {}() leaves .noinstr.text section"];
    /// A function that `pv_ops` may hold may be instrumented.
    ///
    /// noinstr code calls through this entry, so on some hypervisor it would run instrumented code where it must not.
    /// Fix: mark the function `noinstr`.
    PvOpsInstrumented { index: i64, symbol: SymbolId } = "pv-ops-instrumented" in Noinstr => ["pv_ops[{}]: {}"];
    /// A noinstr function returns between `instrumentation_begin()` and `instrumentation_end()`.
    ///
    /// Its caller would go on as if instrumentation were allowed, so calls there are not checked as they should be.
    /// Fix: add `instrumentation_end()` on that way.
    ReturnInstrumented = "return-instrumented" in Noinstr => ["return with instrumentation enabled"];
    /// A call while user access is open.
    ///
    /// The callee runs with SMAP off, so any of its pointers may be a user's; and if it schedules, the next task does
    /// too.
    /// Fix: compute the arguments before `user_access_begin()` and call after `user_access_end()`. A function that is
    /// known to be harmless, such as a sanitizer's, goes on objtool's list `uaccess_safe_builtin`.
    CallWithUaccess { callee: Callee } = "call-with-uaccess" in Uaccess => ["call to {}() with UACCESS enabled"];
    /// A return while user access is open.
    ///
    /// The caller goes on with SMAP off, and nothing will switch it on again.
    /// Fix: add `user_access_end()` on that way, often one for errors.
    ReturnWithUaccess = "return-with-uaccess" in Uaccess => ["return with UACCESS enabled"];
    /// A function that may run with user access open returns with it closed.
    ///
    /// Its caller goes on as if it were open; the next access faults.
    /// Fix: restore the state (`user_access_restore()`) before returning, or take it off `uaccess_safe_builtin`.
    ReturnWithoutUaccess = "return-without-uaccess" in Uaccess
        => ["return with UACCESS disabled from a UACCESS-safe function"];
    /// User access is opened where it is open.
    ///
    /// The inner end would close it for the outer part, too, whose next access faults.
    /// Fix: use the `unsafe_*` accessors inside `user_access_begin()`, not those that open by themselves.
    RecursiveUaccess = "recursive-uaccess" in Uaccess => ["recursive UACCESS enable"];
    /// User access is closed where it is not open.
    ///
    /// Harmless by itself, but on some other way it was left open, or an end is missing its begin.
    /// Fix: pair `user_access_begin()` and `user_access_end()` on all ways.
    RedundantUaccess = "redundant-uaccess" in Uaccess => ["redundant UACCESS disable"];
    /// A function that may run with user access open closes it without having saved the state.
    ///
    /// Its caller goes on as if it were open; the next access faults.
    /// Fix: save and restore with `user_access_save()` and `user_access_restore()`, or take it off
    /// `uaccess_safe_builtin`.
    UaccessSafeDisables = "uaccess-safe-disables" in Uaccess => ["UACCESS-safe disables UACCESS"];
    /// A call while the direction flag is set.
    ///
    /// C code expects it clear: the callee's string instructions would run backwards over memory.
    /// Fix: `cld` before the call.
    CallWithDf { callee: Callee } = "call-with-df" in Uaccess => ["call to {}() with DF set"];
    /// A return while the direction flag is set.
    ///
    /// C code expects it clear: the caller's string instructions would run backwards over memory.
    /// Fix: `cld` before returning.
    ReturnWithDf = "return-with-df" in Uaccess => ["return with DF set"];
    /// The direction flag is set where it is set.
    ///
    /// Two regions that want it set are nested; the inner `cld` would end the outer one.
    /// Fix: pair `std` and `cld` on all ways.
    RecursiveStd = "recursive-std" in Uaccess => ["recursive STD"];
    /// The direction flag is cleared where it is not set.
    ///
    /// Harmless by itself, but a `std` is missing, or was on another way.
    /// Fix: pair `std` and `cld` on all ways.
    RedundantCld = "redundant-cld" in Uaccess => ["redundant CLD"];
    /// A tail call from a function that has not restored its frame.
    ///
    /// The callee returns with the stack pointer elsewhere than where the return address is.
    /// Fix: pop what was pushed before the jump. A jump inside one function needs a label that is no function of its
    /// own; code with its own rules needs `SYM_CODE_*` and hints.
    SiblingCallModifiedFrame = "sibling-call-modified-frame" in Stack
        => ["sibling call from callable instruction with modified stack frame"];
    /// A return from a function that has not restored its frame.
    ///
    /// The stack pointer is not where the return address is, or a register that belongs to the caller is lost; and the
    /// unwinder cannot get past this function.
    /// Fix: pop what was pushed, on every way to the return, often one for errors. Code with its own rules needs
    /// `SYM_CODE_*` and hints.
    ReturnModifiedFrame = "return-modified-frame" in Stack => ["return with modified stack frame"];
    /// The frame pointer is used as an ordinary register.
    ///
    /// A kernel that unwinds by frame pointers would follow whatever it holds during an interrupt.
    /// Fix: use another register in the assembly code.
    BpScratch = "bp-scratch" in Stack => ["BP used as a scratch register"];
    /// A call without a frame, in a kernel that unwinds by frame pointers.
    ///
    /// The caller of this function is missing in stack traces, and livepatching cannot see that it is running.
    /// Fix: put `FRAME_BEGIN` and `FRAME_END` into the assembly function; in inline assembly with calls name
    /// `ASM_CALL_CONSTRAINT` as an output.
    CallWithoutFrame = "call-without-frame" in Stack => ["call without frame pointer save/setup"];
    /// An instruction that enters or leaves the kernel (`syscall`, `sysret`, `iret`, a far jump) in an ordinary
    /// function.
    ///
    /// What the stack looks like afterwards cannot be told, and an ordinary function must come back to its caller.
    /// Fix: make the code `SYM_CODE_*`, and hint the state after the instruction.
    UnsupportedInCallable = "unsupported-in-callable" in Stack => ["unsupported instruction in callable function"];
    /// No `int3` after a return.
    ///
    /// CPUs that speculate straight on past a return may run what follows; `int3` stops them.
    /// Fix: use `RET` in assembly; build C code with `-mharden-sls=all`.
    MissingInt3AfterRet = "missing-int3-after-ret" in Mitigations => ["missing int3 after ret"];
    /// No `int3` after an indirect jump.
    ///
    /// CPUs that speculate straight on past it may run what follows; `int3` stops them.
    /// Fix: use `JMP_NOSPEC` in assembly; build C code with `-mharden-sls=all`.
    MissingInt3AfterJump = "missing-int3-after-jump" in Mitigations => ["missing int3 after indirect jump"];
    /// A kernel entry comes to an indirect branch before the return predictor has been untrained.
    ///
    /// On CPUs with Retbleed the branch can still be steered by what a user has trained.
    /// Fix: put `UNTRAIN_RET` before it.
    EarlyIndirectCall = "early-indirect-call" in Mitigations => ["early indirect call"];
    /// A kernel entry comes to a return before the return predictor has been untrained.
    ///
    /// On CPUs with Retbleed the return can still be steered by what a user has trained.
    /// Fix: put `UNTRAIN_RET` before the first call, or inline the function that returns.
    RetBeforeUntrain = "ret-before-untrain" in Mitigations => ["RET before UNTRAIN"];
    /// The unret check came to a jump whose target is not known, though all objects are linked.
    ///
    /// It cannot be told whether a return comes before the return predictor is untrained.
    /// Fix: run it on the linked `vmlinux.o`; jump to code in the same file.
    UnresolvedJump = "unresolved-jump" in Stack => ["unresolved jump target after linking?!?"];
    /// The unret check came to a call of something that is not there, though all objects are linked.
    ///
    /// It cannot be told whether a return comes before the return predictor is untrained.
    /// Fix: run it on the linked `vmlinux.o`.
    UnresolvedFunction { symbol: SymbolId } = "unresolved-function" in Stack
        => ["Unresolved function after linking!?: {}"];
    /// The unret check ran off the end of the code.
    ///
    /// An entry goes on where there is no code, so nothing untrains the return predictor there.
    /// Fix: see `falls-through`.
    TehEnd = "teh-end" in Stack => ["teh end!"];
    /// The unret check of a kernel entry could not be completed.
    ///
    /// Whether a return comes before the return predictor is untrained is unknown; the checks after this one are left
    /// out.
    /// Fix: correct the finding before this one.
    FailedUnret = "failed-unret" in Mitigations => ["Failed UNRET validation"];
    /// Code takes the address of something that has no `endbr64`.
    ///
    /// With IBT an indirect branch there raises a control protection fault.
    /// Fix: let the target start with `ENDBR` (`SYM_FUNC_START` does); if no branch goes there, annotate the target
    /// with `ANNOTATE_NOENDBR`.
    RelocToNonEndbr { section: SectionId, offset: u64 } = "reloc-to-non-endbr" in Mitigations
        => ["relocation to !ENDBR: {}"];
    /// Data holds the address of something that has no `endbr64`.
    ///
    /// With IBT an indirect branch there, by way of a table or structure of pointers, raises a control protection
    /// fault.
    /// Fix: let the target start with `ENDBR` (`SYM_FUNC_START` does); if no branch goes there, annotate the target
    /// with `ANNOTATE_NOENDBR`.
    DataRelocToNonEndbr { section: SectionId, offset: u64 } = "data-reloc-to-non-endbr" in Mitigations
        => ["data relocation to !ENDBR: {}"];
    /// Code computes an address relative to itself that is no instruction.
    ///
    /// It looks like a pointer to a function, but a branch there would execute the middle of an instruction.
    /// Fix: look at the symbol and the offset in the assembly code; a compiler or linker that emits this has a bug.
    CorruptPointer = "corrupt-pointer" in Stack => ["corrupt function pointer reference"];
    /// Code that no way leads to.
    ///
    /// It gets no unwind data. Usually it follows a call of a function that never returns, which the compiler does not
    /// know but objtool does, or the other way around; then one of the two is wrong about what runs.
    /// Fix: mark the function before it `__noreturn`, and list global ones in `tools/objtool/noreturns.h`; in assembly
    /// code drop it, or jump over it.
    UnreachableInsn = "unreachable-insn" in Stack => ["unreachable instruction"];
    /// A function's size goes past the end of its section.
    ///
    /// Where its code ends cannot be told; the original tool looks for instructions behind the last one.
    /// Fix: correct the size, `SYM_FUNC_END` does it for assembly.
    FuncPastSection { symbol: SymbolId } = "func-past-section" in Stack => ["{}() goes on past the end of its section"];
    /// Code after a call that seems never to return.
    ///
    /// The compiler dropped the code behind the call because it knows that the function never returns; objtool follows
    /// the call into what comes next, and unwind data there is wrong.
    /// Fix: mark the function `__noreturn` in its header; if it is global, add it to `tools/objtool/noreturns.h`, too.
    MissingNoreturn { symbol: SymbolId } = "missing-noreturn" in Stack
        => ["{}() missing __noreturn in .c/.h or NORETURN() in noreturns.h", "{}() is missing a __noreturn annotation"];
    /// A section that is loaded has an absolute relocation, in code that runs before relocation.
    ///
    /// Early boot code runs at another address than it is linked for; an absolute address in it is wrong until the
    /// kernel has relocated itself.
    /// Fix: use addresses relative to the instruction (`-fPIC`, `rip_rel_ptr()`); fill tables of pointers at run time.
    AbsoluteReloc { section: SectionId, offset: u64 } = "absolute-reloc" in Stack
        => ["section {} has absolute relocation at offset {}"];
    /// As `absolute-reloc`, in a section that this run has made.
    ///
    /// Early boot code runs at another address than it is linked for; the table would be read with wrong addresses.
    /// Fix: leave out the option that makes the section for such objects.
    AbsoluteRelocMade { name: String, offset: u64 } = "absolute-reloc-made" in Stack
        => ["section {} has absolute relocation at offset {}"];

    /// A section that this run would generate is already there: the file has been processed before.
    ///
    /// The old section is kept, and may not be right for this run's options.
    /// Fix: run objtool once on each object; after changing options, build the object anew.
    AlreadyHas { section: &'static str } = "already-has" in Stack => ["file already has {}, skipping"];
    /// A static call site does not call a trampoline.
    ///
    /// The key of the call is found by the trampoline's name, `__SCT__<name>`; without it the site could never be
    /// patched.
    /// Fix: use `static_call(name)(...)` with `DEFINE_STATIC_CALL` or `DECLARE_STATIC_CALL`.
    TrampolineMalformed { symbol: SymbolId } = "trampoline-malformed" in StaticCall
        => ["static_call: trampoline name malformed: {}"];
    /// The key of a static call is not in the file.
    ///
    /// Without its key the call could never be patched. In a module a key that is not exported is normal, and the
    /// trampoline stands in for it, but only if objtool is told that this is a module.
    /// Fix: pass `--module` for every object that becomes part of a module, linked ones too (`postlink objtool` does by
    /// itself); in built-in code define the key with `DEFINE_STATIC_CALL`.
    NoStaticCallKey { name: Vec<u8> } = "no-static-call-key" in StaticCall
        => ["static_call: can't find static_call_key symbol: {}"];
    /// A symbol's name is too long to put `__pfx_` before it.
    ///
    /// The padding in front of the function gets no name, so stack traces from there name the function before it.
    /// Fix: shorten the name; the kernel's limit is 512 bytes.
    PrefixNameTooLong { name: String } = "prefix-name-too-long" in Stack
        => ["{}: symbol name too long, can't create __pfx_ symbol"];
    /// The frame is found by a register that ORC cannot express.
    ///
    /// No unwind data can be made for the instruction, so none is made for the file.
    /// Fix: find the frame by rsp, rbp, rax, rdx, rdi, r10 or r13, or add an unwind hint.
    UnknownCfaBase { base: i32 } = "unknown-cfa-base" in Orc => ["unknown CFA base reg {}"];
    /// The frame pointer was saved in a place that ORC cannot express.
    ///
    /// No unwind data can be made for the instruction, so none is made for the file.
    /// Fix: save rbp on the stack, or add an unwind hint.
    UnknownBpBase { base: i32 } = "unknown-bp-base" in Orc => ["unknown BP base reg {}"];
    /// A hint names a kind of frame that ORC does not have.
    ///
    /// No unwind data can be made for the instruction, so none is made for the file.
    /// Fix: build the object with the headers of the same tree; for `postlink`, choose the right `--kernel-series`.
    UnknownHintType { kind: u8 } = "unknown-hint-type" in Orc => ["unknown unwind hint type {}"];
    /// An alternative has more instructions than a listing shows.
    ///
    /// The listing of `--disas` or `--verbose` is cut off; nothing else depends on it.
    /// Fix: nothing; `objdump -d` shows the section `.altinstr_replacement` in full.
    LongAlternative { offset: u64, name: String } = "long-alternative" in Stack
        => ["Alternative {}.{} has more instructions than supported"];
    /// An instruction has more alternatives than a listing shows.
    ///
    /// The listing of `--disas` or `--verbose` is cut off; nothing else depends on it.
    /// Fix: nothing; `objdump -d` shows the section `.altinstr_replacement` in full.
    TooManyAlternatives { alternative: String } = "too-many-alternatives" in Stack
        => ["{} has more alternatives than supported"];
    /// A listing cannot show the alternatives of an instruction: targets of a jump table have no names.
    ///
    /// The listing of `--disas` or `--verbose` shows the instruction alone; nothing else depends on it.
    /// Fix: nothing.
    NamelessAlternative { alternative: String } = "nameless-alternative" in Stack
        => ["{}: failed to disassemble alternative"];
    /// `objdump` or `gawk` could not list the functions that were warned about.
    ///
    /// With `--verbose`, series before 7.3 have them listed by these two; nothing else depends on it.
    /// Fix: install both; for a cross compiler set `CROSS_COMPILE` to the prefix of its `objdump`.
    DisassemblyFailed { status: i32 } = "disassembly-failed" in Stack => ["disassembly failed: {}"];
    /// The findings above make the run fail, because of `--werror`.
    ///
    /// Nothing was written, so the object lacks its unwind data and tables.
    /// Fix: correct the findings above; `CONFIG_OBJTOOL_WERROR` decides whether they are errors.
    UpgradedToErrors { count: u32 } = "upgraded-to-errors" in Stack => ["{} warning(s) upgraded to errors"];
    /// The file itself is not what an object file has to be, or could not be read or written.
    ///
    /// Nothing was changed. The line names the table or the place that is wrong.
    /// Fix: build the object anew; if that does not help, look at the tools that wrote it last.
    Raw { text: String } = "file" in Stack => [];
}

/// Whom a call reaches, as messages name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callee {
    /// A symbol.
    Symbol(SymbolId),
    /// Not known: an indirect call.
    Dynamic,
    /// An entry of `pv_ops`, by the number that the original works out.
    PvOps(i32),
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value to fill a message with.
    pub(super) trait Sample {
        fn sample() -> Self;
    }

    macro_rules! samples {
        ($($type:ty = $value:expr),+ $(,)?) => {
            $( impl Sample for $type {
                fn sample() -> Self {
                    $value
                }
            } )+
        };
    }

    samples! {
        bool = true, u8 = 1, u16 = 2, u32 = 3, u64 = 4, i32 = -5, i64 = 6, usize = 7, SectionId = SectionId(1),
        SymbolId = SymbolId(1), &'static str = "what", String = "text".to_owned(), Vec<u8> = b"name".to_vec(),
        Callee = Callee::Dynamic,
    }

    #[test]
    fn every_explanation_has_a_meaning_a_reason_and_a_remedy() {
        for (id, lines) in EXPLANATIONS {
            let lines: Vec<&str> = lines.iter().map(|line| line.trim()).collect();
            let blank = lines.iter().position(|line| line.is_empty()).unwrap_or(0);
            let fix = lines.iter().position(|line| line.starts_with("Fix: ")).unwrap_or(0);
            assert!(blank > 0, "{id}: no meaning set off by a blank line");
            assert!(fix > blank + 1, "{id}: no reason between the meaning and 'Fix: '");
            assert!(lines.last().is_some_and(|line| line.ends_with('.')), "{id}: no whole sentence at the end");
            assert_eq!(lines.iter().filter(|line| line.contains("Fix:")).count(), 1, "{id}: one remedy");
            assert_eq!(lines.iter().filter(|line| line.is_empty()).count(), 1, "{id}: one blank line");
        }
        assert_eq!(EXPLANATIONS.len(), samples().len());
    }
}
