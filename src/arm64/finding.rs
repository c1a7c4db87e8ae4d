// SPDX-License-Identifier: GPL-2.0-only

//! What the checks of arm64 objects find: every kind once, with its words and the explanation that `postlink explain` prints.

use super::object::Arm64Object;
use super::object::Place;
use crate::objtool::finding::Topic;

/// Stands in a pattern for what differs from case to case.
const HOLE: &str = "{}";

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arm64Finding {
    /// What kind it is.
    pub kind: Kind,
    /// Where it is, or `None` when it is about the whole object.
    pub place: Option<Place>,
    /// What goes into the holes of the kind's words.
    pub words: Vec<String>,
}

impl Arm64Finding {
    /// A finding at a place.
    pub fn at(place: Place, kind: Kind) -> Self {
        Self { kind, place: Some(place), words: Vec::new() }
    }

    /// A finding about the whole object.
    pub fn of_object(kind: Kind) -> Self {
        Self { kind, place: None, words: Vec::new() }
    }

    /// Fills the next hole.
    pub fn with(mut self, word: impl Into<String>) -> Self {
        self.words.push(word.into());
        self
    }

    /// The finding as a sentence, without its place.
    pub fn text(&self) -> String {
        let mut words = self.words.iter();
        let mut pieces = self.kind.says().split(HOLE);
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for piece in pieces {
            text.push_str(words.next().map_or("", String::as_str));
            text.push_str(piece);
        }
        text
    }

    /// The finding as a sentence, after its place as `function+0x12`, with the section's offset as well if asked for.
    pub fn line(&self, object: &Arm64Object<'_>, with_offset: bool) -> String {
        let Some(place) = self.place else { return self.text() };
        let (name, offset) = (object.describe(place), object.describe_offset(place));
        match with_offset && name != offset {
            true => format!("{name} ({offset}): {}", self.text()),
            false => format!("{name}: {}", self.text()),
        }
    }
}

/// Declares the kinds once: identifier, what it is about, words, explanation.
macro_rules! kinds {
    ($( $(#[doc = $doc:literal])+ $name:ident = $id:literal in $topic:ident => $says:literal; )+) => {
        /// What kind of finding.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $( $(#[doc = $doc])+ $name, )+
        }

        impl Kind {
            /// Identifier for `postlink explain`, baselines and reports.
            pub fn id(self) -> &'static str {
                match self { $( Self::$name => $id, )+ }
            }

            /// What it is about.
            pub fn topic(self) -> Topic {
                match self { $( Self::$name => Topic::$topic, )+ }
            }

            /// What it says, with `{}` for what differs from case to case.
            pub fn says(self) -> &'static str {
                match self { $( Self::$name => $says, )+ }
            }
        }

        /// All kinds, in the order of their declaration.
        pub const KINDS: &[Kind] = &[$( Kind::$name, )+];

        /// Identifier and explanation of every kind, in the order of their declaration.
        pub const EXPLANATIONS: &[(&str, &[&str])] = &[ $( ($id, &[$($doc),+]), )+ ];

        /// Identifier of every kind and what it says.
        pub const WORDINGS: &[(&str, &[&str])] = &[ $( ($id, &[$says]), )+ ];
    };
}

kinds! {
    /// The size of a table is no multiple of the size of its records.
    ///
    /// The kernel walks it from record to record; the rest is read as half a record, or the records before it are shifted.
    /// Fix: see what else writes into the section, and whether all objects were built for the same configuration.
    TableSize = "arm64-table-size" in Structure => "{} has {} bytes, which is no multiple of {}";
    /// A section that is to be made is there already.
    ///
    /// The object was processed before, or the compiler was told to make the table.
    /// Fix: run objtool once, on what the compiler or the link made.
    AlreadyHas = "arm64-already-has" in Structure => "the file has {} already, none is made";

    /// A record of the function tracer's table does not lead to code.
    ///
    /// At boot ftrace writes an instruction wherever the table says. Where nothing is, the kernel's text is damaged, or ftrace
    /// switches itself off with a warning.
    /// Fix: look at what changed or dropped the record's relocation; it must be `R_AARCH64_ABS64` against text.
    McountNoCode = "arm64-mcount-no-code" in Mcount => "the mcount record does not lead to code";
    /// A record of the function tracer's table stands elsewhere relative to its function than those of the whole object.
    ///
    /// The kernel adds one distance to every record, chosen when it is configured: entries lie 8 bytes before the function
    /// with call ops (`-fpatchable-function-entry=4,2`), else at its first instruction after a `bti`. An entry of the other
    /// sort makes ftrace patch the wrong instruction, or refuse the whole table.
    /// Fix: build every file of the object with the same `CC_FLAGS_FTRACE`.
    McountWrongOffset = "arm64-mcount-wrong-offset" in Mcount
        => "the mcount entry is {} its function, but those of this object are {}";
    /// A record of the function tracer's table leads into the middle of a function.
    ///
    /// Patching it replaces an instruction that belongs to the function by a call.
    /// Fix: look at what moved the record or the code, such as a tool that rewrote one of them without the other.
    McountNoEntry = "arm64-mcount-no-entry" in Mcount => "the mcount entry is not at the entry of a function";
    /// The instructions at a function's patch site are not the NOPs that the kernel expects there.
    ///
    /// ftrace compares before it writes; a mismatch at boot switches function tracing off altogether. With call ops there are
    /// two NOPs before the function and two at its start, after a `bti` if there is one; otherwise only the latter.
    /// Fix: look at what overwrote the NOPs, and whether the function was built with another number of them.
    McountNotNops = "arm64-mcount-not-nops" in Mcount => "the mcount entry lacks the NOPs that the kernel patches";
    /// A patch site with call ops is not at a multiple of eight bytes.
    ///
    /// The two NOPs before the function become a pointer that is written and read as one word; the kernel drops a site that is
    /// not aligned, so the function cannot be traced.
    /// Fix: build with `-falign-functions=8` or more (`CONFIG_FUNCTION_ALIGNMENT_8B`); align assembly functions likewise.
    McountMisaligned = "arm64-mcount-misaligned" in Mcount
        => "the mcount entry is not aligned to 8 bytes, as call ops need";
    /// A table of patch sites is tied to a section that none of its records is about.
    ///
    /// The tie (`SHF_LINK_ORDER`, `sh_link`) is how a link that drops unused sections knows which tables to keep: it drops this one
    /// with the wrong section, or keeps it without its own.
    /// Fix: look at what rewrote section headers, such as an old `objcopy`.
    McountLinkOrder = "arm64-mcount-link-order" in Mcount => "{} is tied to {}, which none of its records is about";
    /// A place is in the function tracer's table twice.
    ///
    /// ftrace patches it once, finds its own patch the second time, and switches itself off.
    /// Fix: see that only one tool makes the table, and that no section is linked in twice.
    McountTwice = "arm64-mcount-twice" in Mcount => "in the mcount table twice";
    /// The records of one text section are not in the order of its functions.
    ///
    /// The compiler emits table and text in one order and a link keeps it. Records out of order show that a tool has moved some
    /// of them; where the kernel relies on a table that was sorted when it was built, look-ups miss functions.
    /// Fix: look at what rewrote the table.
    McountUnsorted = "arm64-mcount-unsorted" in Mcount => "the mcount entry comes after that of a later function";
    /// A function has the NOPs of a patch site but is in no table of them.
    ///
    /// It cannot be traced, probed or patched live, silently.
    /// Fix: look at what dropped the record: a linker script without `KEEP`, section garbage collection, or `objcopy`.
    McountMissing = "arm64-mcount-missing" in Mcount => "{}() can be traced, but no mcount table lists it";

    /// A static call's trampoline is not the four instructions that the kernel takes apart.
    ///
    /// To change what is called, the kernel decodes `adrp` and `ldr` of the trampoline to find the pointer it loads, and writes
    /// there. Of other instructions it makes an arbitrary address.
    /// Fix: make trampolines with `ARCH_DEFINE_STATIC_CALL_TRAMP`: `bti c; adrp x16; ldr x16; br x16`.
    StaticCallShape = "arm64-static-call-shape" in StaticCall
        => "trampoline {} is not bti c; adrp x16, literal; ldr x16, [x16]; br x16";
    /// The pointer that a static call's trampoline loads is not where the kernel can change it.
    ///
    /// It must be one aligned 64-bit word in read-only data: the kernel writes it through an alias, in one piece, while other
    /// CPUs load it. In writable data anybody could redirect the call; a misaligned one can be seen half written.
    /// Fix: make trampolines with `ARCH_DEFINE_STATIC_CALL_TRAMP`, which puts the literal into `.rodata`.
    StaticCallLiteral = "arm64-static-call-literal" in StaticCall => "the literal of trampoline {} {}";
    /// A static call's trampoline is defined, but not its key.
    ///
    /// The key holds the function that is called now; without it the call can never be changed.
    /// Fix: define both with `DEFINE_STATIC_CALL`; look at what dropped or renamed the key, such as LTO without `__ADDRESSABLE`.
    StaticCallNoKey = "arm64-static-call-no-key" in StaticCall => "trampoline {} is defined, but its key {} is not";

    /// A function that may be called through a pointer does not begin with a landing pad.
    ///
    /// With branch target identification the processor raises an exception when an indirect call lands on anything but
    /// `bti c` or `paciasp`; in the kernel that is an oops.
    /// Fix: build the file with `-mbranch-protection=bti`; begin assembly functions with `SYM_FUNC_START`, which has the pad.
    NoLandingPad = "arm64-no-landing-pad" in Mitigations => "{}() {}, but does not begin with bti c or paciasp";
    /// A function whose address is taken has no type hash before it, though this object is built with kCFI.
    ///
    /// Callers compare the word before the function with the hash of the type they expect; without it every call through the
    /// pointer is stopped.
    /// Fix: build the file with kCFI; begin assembly functions that are called through pointers with `SYM_TYPED_FUNC_START`.
    NoTypeHash = "arm64-no-type-hash" in Mitigations
        => "{}() has its address taken at {}, but no kCFI hash is before it";

    /// A record of an alternative does not lead to code.
    ///
    /// At boot the kernel copies instructions from the replacement to the original's place; with a wrong place it destroys text
    /// or runs data.
    /// Fix: look at what dropped or rewrote the record's relocations, and at sections that were discarded by the link.
    AltNoCode = "arm64-alternative-no-code" in Structure => "the alternative's {} is not code";
    /// The lengths of an alternative do not fit.
    ///
    /// Both must be the same multiple of four, and zero for the replacement that a callback makes; on anything else the
    /// kernel stops at boot (`BUG_ON(alt->alt_len != alt->orig_len)`).
    /// Fix: pad the shorter one with NOPs, as `alternative_else_nop_endif` does.
    AltLength = "arm64-alternative-length" in Structure => "the alternative replaces {} bytes by {} of {}";
    /// A replacement has an instruction that addresses by its own place, which the kernel does not adjust.
    ///
    /// `adr` and loads of literals name something relative to themselves. The kernel refuses to move them: it stops at boot.
    /// Fix: use `adrp` with an offset, or put what is addressed outside and branch to code that does it.
    AltOwnPlace = "arm64-alternative-own-place" in Structure
        => "the replacement addresses by its own place and cannot be moved to {}";
    /// A branch out of a replacement does not reach its target from where it will run.
    ///
    /// The kernel adjusts the distance and cuts off what does not fit, so the branch goes anywhere.
    /// Fix: branch with `b` instead of `tbz` or `cbz`, or bring target and original closer together.
    AltOutOfReach = "arm64-alternative-out-of-reach" in Structure
        => "the replacement branches to {}, which is out of reach of {}";

    /// A branch from elsewhere goes into a replacement.
    ///
    /// Replacements are only copied from; nothing may run them where they are, since the kernel adjusts only what leaves a
    /// sequence, and frees or forgets the place.
    /// Fix: put code that others branch to outside of the alternative.
    AltEntered = "arm64-alternative-entered" in Structure => "branch into the replacement of {}";

    /// An exception entry does not lead to code.
    ///
    /// After a fault at the instruction the kernel goes on at the fixup. With a wrong place either the fault is not found in the
    /// table and the kernel dies, or it runs data.
    /// Fix: look at what dropped or moved the relocations; both places must be instructions in text.
    ExTableNoCode = "arm64-extable-no-code" in Structure => "the exception entry's {} is not code";
    /// An exception entry has a type that no handler knows.
    ///
    /// The fault that it is for stops the kernel with `BUG()`.
    /// Fix: make entries with the macros of `asm/asm-extable.h`; older objects have entries without type, of eight bytes.
    ExTableType = "arm64-extable-type" in Structure => "the exception entry has type {}, which no handler knows";
    /// An exception entry's data is not what its type needs.
    ///
    /// For most types it is two register numbers of five bits; further bits mean that it is something else.
    /// Fix: make entries with the macros of `asm/asm-extable.h`.
    ExTableData = "arm64-extable-data" in Structure => "the exception entry of type {} has data {}";

    /// A record of a static branch does not lead to code.
    ///
    /// Switching the branch writes an instruction at the site; with a wrong place it destroys something else.
    /// Fix: look at what dropped or moved the relocations of `__jump_table`.
    JumpLabelNoCode = "arm64-jump-label-no-code" in Structure => "the jump label's {} is not code";
    /// The instruction of a static branch is neither a NOP nor a branch.
    ///
    /// Switching the branch overwrites an instruction that does something, and never brings it back.
    /// Fix: look at what changed the instruction or the record: other patching tables with the same place, or a shifted one.
    JumpLabelSite = "arm64-jump-label-site" in Structure => "the jump label is neither a NOP nor a branch";
    /// The branch of a static branch goes elsewhere than its record says.
    ///
    /// As long as nobody switches it one way is taken, later the other.
    /// Fix: look at what moved code or rewrote the record.
    JumpLabelTarget = "arm64-jump-label-target" in Structure => "the jump label branches to {}, but its record says {}";
    /// The key of a static branch is missing, or is code.
    ///
    /// The kernel counts in the key and finds the sites of a key by it.
    /// Fix: look at what dropped the record's relocation; it must be `R_AARCH64_PREL64` against the key.
    JumpLabelKey = "arm64-jump-label-key" in Structure => "the jump label has no key in data";

    /// An entry of the table of bugs and warnings does not lead to code.
    ///
    /// The warning that it belongs to is not found in the table and becomes an oops.
    /// Fix: look at what dropped or moved the relocations of `__bug_table`.
    BugNoCode = "arm64-bug-no-code" in Structure => "the bug entry does not lead to code";
    /// An entry of the table of bugs and warnings is for an instruction that is no `brk #0x800`.
    ///
    /// It will never be used, and the `brk` that it was for has none: that warning becomes an oops.
    /// Fix: look at what moved the record or the code.
    BugNoBrk = "arm64-bug-no-brk" in Structure => "the bug entry is not for a brk #0x800";
    /// A `brk #0x800` has no entry in the table of bugs and warnings.
    ///
    /// The kernel cannot tell a warning from a bug and dies at both.
    /// Fix: look at what dropped the entry, and use `WARN()` or `BUG()` instead of a bare `brk`.
    BugUnlisted = "arm64-bug-unlisted" in Structure => "brk #0x800 without an entry in __bug_table";

    /// Code in which nothing may be instrumented calls code that may be.
    ///
    /// Entry code runs before the kernel has set up what tracing and RCU need; an instrumented function called there may
    /// recurse, or work on stale state. Calls after that point are fine, but arm64 code does not mark them, so each finding is
    /// to be looked at once. Only with `--noinstr`.
    /// Fix: call after `enter_from_kernel_mode()` and its like, or make the callee `noinstr`.
    NoinstrCall = "arm64-leaves-noinstr" in Noinstr => "direct call to {} leaves {}";

    /// A branch cannot reach its target.
    ///
    /// What links the object either refuses it, or goes through a veneer for calls and jumps.
    /// Fix: use `b` instead of `cbz` or `tbz`, or put both places into one section, closer together.
    BranchOutOfReach = "arm64-branch-out-of-reach" in Structure => "{} to {} must span {} bytes and reaches {}";
    /// A branch barely reaches its target.
    ///
    /// The next change that makes the code between them grow breaks the link.
    /// Fix: use `b` instead of `cbz` or `tbz`, or put both places closer together.
    BranchNearLimit = "arm64-branch-near-limit" in Structure => "{} to {} spans {} bytes of the {} that it reaches";

    /// Code or data that is used before the kernel is relocated holds an absolute address.
    ///
    /// It is the address that the kernel was linked for, not the one it runs at: early code that uses it reads or jumps
    /// anywhere, but only where the two differ.
    /// Fix: make addresses with `adrp` or `adr_l`; keep distances in data (`.rodata.prel64`).
    EarlyAbsolute = "arm64-early-absolute" in Structure => "absolute relocation in {}, to {}";
    /// A pointer in the hypervisor's data is not in the list of those that the kernel adjusts.
    ///
    /// The nVHE hypervisor runs at other addresses than the kernel. A pointer that is not listed in `.hyp.reloc` keeps the
    /// kernel's address, which is not mapped there.
    /// Fix: see that `gen-hyprel` ran on the final hypervisor object.
    HypUnlisted = "arm64-hyp-unlisted" in Structure => "pointer that .hyp.reloc does not list, to {}";

    /// Two ways through a function meet with frames that cannot be one.
    ///
    /// Whatever follows works with one of them only: the function returns to a wrong place, or an unwinder shows a wrong caller.
    /// Fix: make both ways of the assembly code set up the same frame. In compiled code, report it to the compiler, or to us.
    StackConflict = "arm64-stack-conflict" in Stack => "two paths meet here and disagree about {}";
    /// After an instruction the frame can be found by no register.
    ///
    /// `sp` was set to a value that the function itself does not tell, and `x29` holds no frame. No unwinder gets past such code.
    /// Fix: keep a frame record in `x29` while `sp` is elsewhere; code that switches stacks for good is no function: mark it with
    /// `SYM_CODE_START`.
    StackLost = "arm64-stack-lost" in Stack => "the frame cannot be found after this instruction";
    /// Control goes on behind the end of a function, into whatever was put there.
    ///
    /// The next function runs with the frame of this one. Compilers do this where the source promises that a place is never
    /// reached.
    /// Fix: end assembly functions with a branch; in C, look for a missing return or an `unreachable()` that is reached.
    StackFallsThrough = "arm64-stack-falls-through" in Stack => "control goes on behind the end of the function";
    /// A jump to another function leaves a frame, or anything else but the caller's state, behind.
    ///
    /// The other function returns to this one's caller with a wrong stack pointer, frame pointer or return address.
    /// Fix: restore everything before the branch, or call and return. A part of one function under another's name is better a
    /// local label.
    StackTailCall = "arm64-stack-tail-call" in Stack => "a jump to another function leaves the frame behind";
    /// A return with something left on the stack, or without the caller's `x29`.
    ///
    /// Fix: release in every way out what was taken at the entry. It matters: the caller goes on with a wrong stack or frame.
    StackReturn = "arm64-stack-return" in Stack => "a return leaves the frame behind";
    /// A return to something else than the function's return address.
    ///
    /// `x30` was overwritten, by a call for one, and not restored. The function returns into itself or anywhere.
    /// Fix: save `x30` before the first call and restore it before the return.
    StackReturnLost = "arm64-stack-return-lost" in Stack => "a return goes elsewhere than to the caller";
    /// A return to an address that is still signed.
    ///
    /// With pointer authentication such an address is not canonical: the return faults.
    /// Fix: put `autiasp` before the return, with `sp` as it was at `paciasp`.
    StackReturnSigned = "arm64-stack-return-signed" in Stack => "a return goes to an address that is still signed";
    /// An indirect jump cannot be followed, so nothing is said about its function.
    ///
    /// Jump tables are followed in the shapes that gcc and clang make. For this function no ORC entries can be trusted.
    /// Fix: nothing need be wrong. Build with `-fno-jump-tables` where unwinding matters, or send us the function.
    StackUnresolved = "arm64-stack-unresolved" in Stack => "an indirect jump cannot be followed: {}";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_explained_and_told_apart() {
        let mut ids: Vec<&str> = KINDS.iter().map(|kind| kind.id()).collect();
        let mut says: Vec<&str> = KINDS.iter().map(|kind| kind.says()).collect();
        for (id, lines) in EXPLANATIONS {
            assert!(id.starts_with("arm64-"), "{id}");
            assert!(lines.iter().any(|line| line.trim().is_empty()), "{id}: why does it matter?");
            assert!(lines.iter().any(|line| line.trim().starts_with("Fix: ")), "{id}: what is to be done?");
        }
        for list in [&mut ids, &mut says] {
            list.sort_unstable();
            list.dedup();
            assert_eq!(list.len(), KINDS.len());
        }
    }

    #[test]
    fn holes_are_filled_in_order() {
        let finding = Arm64Finding::of_object(Kind::TableSize).with("__ex_table").with("13").with("12");
        assert_eq!(finding.text(), "__ex_table has 13 bytes, which is no multiple of 12");
    }
}
