// SPDX-License-Identifier: GPL-2.0-only

//! The words of every message, as the kernel's tool prints them.

use std::borrow::Cow;
use std::io::Write;

use super::finding::Location;
use super::finding::Message;
use super::finding::message::Callee;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::objtool::code::Code;

/// The text of a message about a file that is not looked into, so that there is no code to name anything by; `None` for others.
pub fn of_file(message: &Message) -> Option<String> {
    let Message::BadMachine { machine } = message else { return None };
    Some(format!("unexpected ELF machine type {machine}"))
}

/// Appends the text of `message` to `out`, without location and severity.
pub fn write(out: &mut Vec<u8>, code: &Code<'_>, message: &Message) {
    let w = Words { code };
    let mut text = |args: std::fmt::Arguments<'_>| {
        // Writing to memory does not fail.
        let _ = out.write_fmt(args);
    };
    use Message as M;
    match message {
        M::TrailAlt => text(format_args!("(alt)")),
        M::TrailBranch => text(format_args!("(branch)")),
        M::TrailBranchCond => text(format_args!("(branch-cond)")),
        M::TrailCall => text(format_args!("(call)")),
        M::TrailHint => text(format_args!("<=== (hint)")),
        M::TrailSym => text(format_args!("<=== (sym)")),
        M::TrailHere => {}
        M::Trace { text } => push(out, &[text]),
        M::CantDecode { section, offset } => {
            push(out, &[b"can't decode instruction at ", w.sec(*section)]);
            let _ = write!(out, ":0x{offset:x}");
        }
        M::BadMachine { .. } => push(out, &[of_file(message).unwrap_or_default().as_bytes()]),
        M::NoStartingInsn { symbol } => push(out, &[w.sym(*symbol), b"(): can't find starting instruction"]),
        M::FuncAtEndOfSection { symbol } => push(out, &[w.sym(*symbol), b"(): STT_FUNC at end of section"]),
        M::NoParentFunc { symbol } => push(out, &[w.sym(*symbol), b"(): can't find parent function"]),
        M::UnexpectedRelocSymbol { section } => {
            push(out, &[b"unexpected relocation symbol type in ", w.sec(*section)]);
        }
        M::UnexpectedRelocSymbolType { section, kind } => {
            push(out, &[b"unexpected relocation symbol type in ", w.sec(*section)]);
            let _ = write!(out, ": {kind}");
        }
        M::NoReachableInsn { section, offset } => {
            push(out, &[b"can't find reachable insn at ", w.sec(*section)]);
            let _ = write!(out, "+0x{offset:x}");
        }
        M::NoUnreachableInsn { section, offset } => {
            push(out, &[b"can't find unreachable insn at ", w.sec(*section)]);
            let _ = write!(out, "+0x{offset:x}");
        }
        M::ParentNameTooLong { symbol, limit } => {
            push(out, &[w.sym(*symbol), b"(): parent function name exceeds maximum length of "]);
            let _ = write!(out, "{limit} characters");
        }
        M::BadDiscardEntry { what } => text(format_args!("bad {what} entry")),
        M::AnnotateMissingRelocs => text(format_args!("bad .discard.annotate_insn section: missing relocs")),
        M::BadAnnotateEntry { index, kind } => {
            text(format_args!("bad .discard.annotate_insn entry: {index} of type {kind}"));
        }
        M::DodgyLinker { section } => push(out, &[w.sec(*section), b": dodgy linker, sh_entsize != 8"]),
        M::UnknownAnnotation { kind } => text(format_args!("Unknown annotation type: {kind}")),
        M::DodgyNoCfi => text(format_args!("dodgy NOCFI annotation")),
        M::RetpolineSafeMisplaced => {
            text(format_args!("retpoline_safe hint not an indirect jump/call/ret/nop"));
        }
        M::NoJumpDest { section, offset } => {
            push(out, &[b"can't find jump dest instruction at "]);
            if code.profile.has(Behaviour::JumpDestAsPlace) {
                write_place(out, code, *section, *offset);
            } else {
                push(out, &[w.sec(*section)]);
                let _ = write!(out, "+0x{offset:x}");
            }
        }
        M::UnannotatedIntraFunctionCall => text(format_args!("unannotated intra-function call")),
        M::CallToNonFunction => text(format_args!("unsupported call to non-function")),
        M::NoCallDestSymbol { section, offset } => {
            push(out, &[b"can't find call dest symbol at ", w.sec(*section)]);
            let _ = write!(out, "+0x{offset:x}");
        }
        M::IntraCallNotDirect => text(format_args!("intra_function_call not a direct call")),
        M::NoIntraCallDest { section, offset } => {
            push(out, &[b"can't find call dest at ", w.sec(*section)]);
            let _ = write!(out, "+0x{offset:x}");
        }
        M::AltRelocation => text(format_args!("unsupported relocation in alternatives section")),
        M::NoAltJumpDest => text(format_args!("can't find alternative jump destination")),
        M::NoLastNewInsn => text(format_args!("can't find last new alternative instruction")),
        M::NoOrigInsn => text(format_args!("special: can't find orig instruction")),
        M::NoNewInsn => text(format_args!("special: can't find new instruction")),
        M::NoOrigReloc => text(format_args!("can't find orig reloc")),
        M::NoNewReloc => text(format_args!("can't find new reloc")),
        M::NoKeyReloc => text(format_args!("can't find key reloc")),
        M::SpecialSize { section, size } => {
            push(out, &[w.sec(*section)]);
            let _ = write!(out, " size not a multiple of {size}");
        }
        M::BadJumpLabel => text(format_args!("unsupported instruction at jump label")),
        M::WeirdOverlap { have, want } => text(format_args!("weirdly overlapping alternative! {have} != {want}")),
        M::EmptyAlternative => text(format_args!("empty alternative entry")),
        M::ReplacementTooLong => text(format_args!("alternative replacement is longer than the original code")),
        M::AltCutsInsn => text(format_args!("the original code of an alternative ends inside an instruction")),
        M::NoSwitchTable => text(format_args!("can't find switch jump table")),
        M::JumpTableQuirk => text(format_args!("ignoring unreachables due to jump table quirk")),
        M::HintsNoRelocs => text(format_args!("missing .rela.discard.unwind_hints section")),
        M::HintSize => text(format_args!("struct unwind_hint size mismatch")),
        M::NoHintReloc { index } => text(format_args!("can't find reloc for unwind_hints[{index}]")),
        M::NoHintInsn { index } => text(format_args!("can't find insn for unwind_hints[{index}]")),
        M::HintBaseReg { reg } => text(format_args!("unsupported unwind_hint sp base reg {reg}")),
        M::IretRegsWithoutEndbr => text(format_args!("UNWIND_HINT_IRET_REGS without ENDBR")),
        M::MagicInitModule { symbol } => {
            let fatal = code.profile.has(Behaviour::MagicInitFatal);
            let tail = match fatal {
                true => &b"(): Magic init_module() function name is deprecated, use module_init(fn) instead"[..],
                false => &b"(): not an indirect call target"[..],
            };
            push(out, &[w.sym(*symbol), tail]);
        }
        M::NoPvFunc { name, index } => text(format_args!("can't find func at {name}[{index}]")),
        M::NoPvOpsFunc => text(format_args!("no func for pv_ops[]")),
        M::PvOpsIndex { index } => text(format_args!("pv_ops[{index}] is past the end of the array")),
        M::ParavirtConfusion => text(format_args!("paravirt confusion")),
        M::Enqcmd { section, offset } => {
            push(out, &[b"ENQCMD instruction at ", w.sec(*section)]);
            let _ = write!(out, ":{offset:x}");
        }
        M::InvalidLea { section, offset } => {
            push(out, &[b"invalid LEA encoding at ", w.sec(*section)]);
            let _ = write!(out, ":0x{offset:x}");
        }
        M::Notrack { section, offset } => {
            push(out, &[b"notrack prefix found at ", w.sec(*section)]);
            let _ = write!(out, ":0x{offset:x}");
        }
        M::TailCallToFentry => {
            let tail = if code.profile.has(Behaviour::WarnOncePerSymbol) { "tail" } else { "Tail" };
            text(format_args!("{tail} call to __fentry__ !?!?"));
        }
        M::InvalidNopSize { len } => text(format_args!("invalid NOP size: {len}\n")),
        M::InvalidRetSize { len } => text(format_args!("invalid RET size: {len}\n")),
        _ => write_checks(out, code, message),
    }
}

/// The messages of the checks and of the output stage.
fn write_checks(out: &mut Vec<u8>, code: &Code<'_>, message: &Message) {
    let w = Words { code };
    let mut text = |args: std::fmt::Arguments<'_>| {
        let _ = out.write_fmt(args);
    };
    use Message as M;
    match message {
        M::IndirectBranch { is_jump } => {
            let what = if *is_jump { "jump" } else { "call" };
            text(format_args!("indirect {what} found in {} build", code.profile.facts.words.retpoline_build));
        }
        M::NakedReturn => {
            text(format_args!("'naked' return found in {} build", code.profile.facts.words.rethunk_build));
        }
        M::NoCfiIndirectCall => text(format_args!("no-cfi indirect call!")),
        M::MissingSize { symbol } => push(out, &[w.sym(*symbol), b"() is missing an ELF size annotation"]),
        M::FallsThrough { from, to } => {
            push(out, &[w.sym(*from), b"() falls through to next function ", w.sym(*to), b"()"]);
        }
        M::EndOfSection { func, section } => end_of_section(out, &w, *func, *section),
        M::ValidatingIgnored => text(format_args!("BUG: why am I validating an ignored function?")),
        M::RestoreWithoutSave => text(format_args!("no corresponding CFI save for CFI restore")),
        M::RestoreTooSmart => {
            text(format_args!("objtool isn't smart enough to handle this CFI save/restore combo"));
        }
        M::MismatchCfa { base1, offset1, base2, offset2 } => {
            let [base1, base2] = [*base1, *base2].map(|base| reg_number(code, base));
            text(format_args!("stack state mismatch: cfa1={base1}{offset1:+} cfa2={base2}{offset2:+}"));
        }
        M::MismatchReg { reg, base1, offset1, base2, offset2 } => {
            let [reg, base1, base2] = [i32::from(*reg), *base1, *base2].map(|reg| reg_number(code, reg));
            text(format_args!("stack state mismatch: reg1[{reg}]={base1}{offset1:+} reg2[{reg}]={base2}{offset2:+}"))
        }
        M::MismatchType { type1, type2 } => {
            text(format_args!("stack state mismatch: type1={type1} type2={type2}"));
        }
        M::MismatchDrap { drap1, reg1, offset1, drap2, reg2, offset2 } => {
            let [reg1, reg2] = [*reg1, *reg2].map(|reg| reg_number(code, reg));
            let [drap1, drap2] = [*drap1, *drap2].map(u8::from);
            text(format_args!("stack state mismatch: drap1={drap1}({reg1},{offset1}) drap2={drap2}({reg2},{offset2})"));
        }
        M::CfiMissing => text(format_args!("CFI missing")),
        M::AltLayoutConflict { section, offset } => {
            push(out, &[b"stack layout conflict in alternatives"]);
            if !code.profile.has(Behaviour::AltConflictAtOriginal) {
                return;
            }
            push(out, &[b": "]);
            write_place(out, code, *section, *offset);
        }
        M::UndefinedStackState => text(format_args!("undefined stack state")),
        M::UnsupportedStackRegister => text(format_args!("unsupported stack register modification")),
        M::UnsupportedRealignment => text(format_args!("unsupported stack pointer realignment")),
        M::UnknownStackInsn => text(format_args!("unknown stack-related instruction")),
        M::LeaveModifiedFrame => text(format_args!("leave instruction with modified stack frame")),
        M::UnknownStackMemory => text(format_args!("unknown stack-related memory operation")),
        M::FrameOutsideSymbol => text(format_args!("frame pointer changed outside any symbol")),
        M::PushfExhausted => text(format_args!("PUSHF stack exhausted")),
        M::LeavesNoinstr { callee } => {
            push(out, &[b"call to ", &w.callee(*callee), b"() leaves .noinstr.text section"]);
        }
        M::PvOpsInstrumented { index, symbol } => {
            text(format_args!("pv_ops[{index}]: "));
            push(out, &[w.sym(*symbol)]);
        }
        M::ReturnInstrumented => text(format_args!("return with instrumentation enabled")),
        M::CallWithUaccess { callee } => push(out, &[b"call to ", &w.callee(*callee), b"() with UACCESS enabled"]),
        M::ReturnWithUaccess => text(format_args!("return with UACCESS enabled")),
        M::ReturnWithoutUaccess => {
            text(format_args!("return with UACCESS disabled from a UACCESS-safe function"));
        }
        M::RecursiveUaccess => text(format_args!("recursive UACCESS enable")),
        M::RedundantUaccess => text(format_args!("redundant UACCESS disable")),
        M::UaccessSafeDisables => text(format_args!("UACCESS-safe disables UACCESS")),
        M::CallWithDf { callee } => push(out, &[b"call to ", &w.callee(*callee), b"() with DF set"]),
        M::ReturnWithDf => text(format_args!("return with DF set")),
        M::RecursiveStd => text(format_args!("recursive STD")),
        M::RedundantCld => text(format_args!("redundant CLD")),
        M::SiblingCallModifiedFrame => {
            text(format_args!("sibling call from callable instruction with modified stack frame"));
        }
        M::ReturnModifiedFrame => text(format_args!("return with modified stack frame")),
        M::BpScratch => text(format_args!("BP used as a scratch register")),
        M::CallWithoutFrame => text(format_args!("call without frame pointer save/setup")),
        M::UnsupportedInCallable => text(format_args!("unsupported instruction in callable function")),
        M::MissingInt3AfterRet => text(format_args!("missing int3 after ret")),
        M::MissingInt3AfterJump => text(format_args!("missing int3 after indirect jump")),
        M::EarlyIndirectCall => text(format_args!("early indirect call")),
        M::RetBeforeUntrain => text(format_args!("RET before UNTRAIN")),
        M::UnresolvedJump => text(format_args!("unresolved jump target after linking?!?")),
        M::UnresolvedFunction { symbol } => {
            push(out, &[b"Unresolved function after linking!?: ", w.sym(*symbol)]);
        }
        M::TehEnd => text(format_args!("teh end!")),
        M::FailedUnret => text(format_args!("Failed UNRET validation")),
        M::RelocToNonEndbr { section, offset } => {
            push(out, &[b"relocation to !ENDBR: "]);
            write_place(out, code, *section, *offset);
        }
        M::DataRelocToNonEndbr { section, offset } => {
            push(out, &[b"data relocation to !ENDBR: "]);
            write_place(out, code, *section, *offset);
        }
        M::CorruptPointer => text(format_args!("corrupt function pointer reference")),
        M::UnreachableInsn => text(format_args!("unreachable instruction")),
        M::FuncPastSection { symbol } => push(out, &[w.sym(*symbol), b"() goes on past the end of its section"]),
        M::MissingNoreturn { symbol } => {
            push(out, &[w.sym(*symbol), code.profile.facts.words.missing_noreturn.as_bytes()])
        }
        M::AbsoluteRelocMade { name, offset } => {
            text(format_args!("section {name} has absolute relocation at offset 0x{offset:x}"));
        }
        M::AbsoluteReloc { section, offset } => {
            push(out, &[b"section ", w.sec(*section)]);
            let _ = write!(out, " has absolute relocation at offset 0x{offset:x}");
        }
        M::AlreadyHas { section } => text(format_args!("file already has {section}, skipping")),
        M::TrampolineMalformed { symbol } => {
            push(out, &[b"static_call: trampoline name malformed: ", w.sym(*symbol)]);
        }
        M::NoStaticCallKey { name } => {
            push(out, &[b"static_call: can't find static_call_key symbol: ", name]);
        }
        M::PrefixNameTooLong { name } => text(format_args!("{name}: symbol name too long, can't create __pfx_ symbol")),
        M::UnknownCfaBase { base } => text(format_args!("unknown CFA base reg {}", reg_number(code, *base))),
        M::UnknownBpBase { base } => text(format_args!("unknown BP base reg {}", reg_number(code, *base))),
        M::UnknownHintType { kind } => text(format_args!("unknown unwind hint type {kind}")),
        M::LongAlternative { offset, name } => {
            text(format_args!("Alternative {offset:x}.{name} has more instructions than supported"));
        }
        M::TooManyAlternatives { alternative } => {
            text(format_args!("{alternative} has more alternatives than supported"));
        }
        M::NamelessAlternative { alternative } => {
            text(format_args!("{alternative}: failed to disassemble alternative"));
        }
        M::DisassemblyFailed { status } => text(format_args!("disassembly failed: {status}")),
        M::UpgradedToErrors { count } => text(format_args!("{count} warning(s) upgraded to errors")),
        M::Raw { text: raw } => push(out, &[raw.as_bytes()]),
        // The rest is in `write()`.
        _ => {}
    }
}

/// The number that messages give a register or one of the special bases.
fn reg_number(code: &Code<'_>, reg: i32) -> i32 {
    /// DWARF's numbers of the first eight registers.
    const DWARF: [i32; 8] = [0, 2, 1, 3, 7, 6, 4, 5];
    let is_dwarf = code.profile.has(Behaviour::DwarfNumbers);
    let number = usize::try_from(reg).ok().filter(|_| is_dwarf).and_then(|reg| DWARF.get(reg));
    number.copied().unwrap_or(reg)
}

fn end_of_section(out: &mut Vec<u8>, w: &Words<'_, '_>, func: SymbolId, section: SectionId) {
    if !w.code.profile.has(Behaviour::SectionEndNamesFunc) {
        return push(out, &[w.sec(section), b": unexpected end of section"]);
    }
    if func != crate::objtool::code::NO_SYMBOL {
        push(out, &[w.sym(func), b"(): "]);
    }
    push(out, &[b"unexpected end of section ", w.sec(section)]);
}

/// Names for messages.
struct Words<'a, 'd> {
    code: &'a Code<'d>,
}

impl<'d> Words<'_, 'd> {
    fn sym(&self, id: SymbolId) -> &'d [u8] {
        self.code.name(id)
    }

    fn sec(&self, id: SectionId) -> &'d [u8] {
        self.code.elf.section(id).name
    }

    fn callee(&self, callee: Callee) -> Cow<'d, [u8]> {
        match callee {
            Callee::Symbol(id) => self.sym(id).into(),
            Callee::Dynamic => b"{dynamic}"[..].into(),
            Callee::PvOps(index) => format!("pv_ops[{index}]").into_bytes().into(),
        }
    }
}

fn push(out: &mut Vec<u8>, parts: &[&[u8]]) {
    for part in parts {
        out.extend_from_slice(part);
    }
}

/// Appends where a finding is, in the original's words (`offstr()`); nothing for findings without a place.
pub fn write_location(out: &mut Vec<u8>, code: &Code<'_>, location: Location) {
    match location {
        Location::File => {}
        Location::Place { section, offset } => write_place(out, code, section, offset),
        Location::Insn(insn) => {
            let insn_section = code.insns.section_of(insn);
            write_place(out, code, insn_section, code.insns.get(insn).offset.into());
        }
    }
}

/// Appends a place as the nearest symbol and the distance from it, or as section and offset (`offstr()`).
pub fn write_place(out: &mut Vec<u8>, code: &Code<'_>, section: SectionId, offset: u64) {
    let symbols = &code.symbols;
    if code.profile.has(Behaviour::LocationAsCall) {
        let func = symbols.func_containing(section, offset);
        let (name, from) = match func {
            Some(func) => (code.name(func), symbols.get(func).offset),
            None => (code.elf.section(section).name, 0),
        };
        push(out, &[name, if func.is_some() { b"()" } else { b"" }]);
        let _ = write!(out, "+0x{:x}", offset.wrapping_sub(from));
        return;
    }
    let is_text = code.elf.section(section).is_exec();
    let func = is_text.then(|| symbols.func_containing(section, offset)).flatten();
    let symbol = func.or_else(|| symbols.containing(section, offset));
    let sec = code.elf.section(section).name;
    match symbol {
        Some(symbol) => {
            push(out, &[code.name(symbol)]);
            let _ = write!(out, "+0x{:x}", offset.wrapping_sub(symbols.get(symbol).offset));
            if code.opts.sec_address {
                push(out, &[b" (", sec]);
                let _ = write!(out, "+0x{offset:x})");
            }
        }
        None => {
            push(out, &[sec]);
            let _ = write!(out, "+0x{offset:x}");
        }
    }
}
