// SPDX-License-Identifier: GPL-2.0-only

//! `postlink objtool --source`: where in the source a finding is, and how execution came there.
//!
//! Below each line of the original come, where the object has debug information, the finding once more with its file and line
//! as compilers print theirs; the translation unit, by the names that objects keep of their source files; and, for findings about the stack, the way through the function with the
//! state of the stack at each step. The drop-in never does this.

use super::path::Recorder;
use crate::contents::source::DebugInfo;
use crate::contents::source::Lines;
use crate::contents::source::Units;
use crate::contents::source::labels;
use crate::contents::source::labels::Sentence;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::objtool::code::Code;
use crate::objtool::code::NO_SYMBOL;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Location;
use crate::objtool::finding::Message;
use crate::objtool::report::Report;
use memchr::memmem;

/// The text of a report with what there is to say below each line.
pub fn annotate(code: &Code<'_>, report: &Report, recorder: &Recorder) -> Vec<u8> {
    if report.printed().is_empty() {
        return report.text.clone();
    }
    let (units, debug_info) = (Units::read(code.elf), DebugInfo::read(code.elf));
    let lines = debug_info.as_ref().and_then(Lines::of);
    let mut text = Vec::with_capacity(report.text.len().saturating_mul(2));
    let mut done = 0;
    for (end, finding) in report.printed() {
        let printed = report.text.get(done..*end).unwrap_or_default();
        text.extend_from_slice(printed);
        done = *end;
        if let Some(at) = place(code, finding) {
            labels::write_place(&mut text, &units, lines.as_ref(), at, sentence(printed, finding));
        }
        recorder.write(&mut text, code, finding);
    }
    text.extend_from_slice(report.text.get(done..).unwrap_or_default());
    text
}

/// What the original's line says, without what it begins with.
fn sentence<'a>(printed: &'a [u8], finding: &Finding) -> Sentence<'a> {
    let line = printed.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let starts = [("error", &b"error: objtool: "[..]), ("warning", b"warning: objtool: ")];
    let known = starts.iter().find_map(|(level, start)| {
        let at = memmem::find(line, start)?;
        Some((*level, line.get(at.saturating_add(start.len())..)?))
    });
    let (level, text) = known.unwrap_or(("warning", line));
    Sentence { level, text, id: finding.message.id() }
}

/// The place in the code that a finding is about.
fn place(code: &Code<'_>, finding: &Finding) -> Option<(SectionId, u64)> {
    match finding.location {
        Location::Insn(insn) => {
            let section = code.insns.section_of(insn);
            Some((section, code.insns.get(insn).offset.into())).filter(|(section, _)| *section != SectionId::UNDEF)
        }
        Location::Place { section, offset } => Some((section, offset)),
        Location::File => match &finding.message {
            Message::CantDecode { section, offset }
            | Message::Enqcmd { section, offset }
            | Message::InvalidLea { section, offset }
            | Message::Notrack { section, offset }
            | Message::AbsoluteReloc { section, offset } => Some((*section, *offset)),
            message => {
                let sym = code.symbols.table.get(subject(message)?.index())?;
                (!sym.is_undef()).then_some((sym.section, sym.offset))
            }
        },
    }
}

/// The symbol that a finding without a place is about.
fn subject(message: &Message) -> Option<SymbolId> {
    match message {
        Message::NoStartingInsn { symbol }
        | Message::FuncAtEndOfSection { symbol }
        | Message::NoParentFunc { symbol }
        | Message::MagicInitModule { symbol }
        | Message::MissingSize { symbol }
        | Message::PvOpsInstrumented { symbol, .. }
        | Message::FallsThrough { from: symbol, .. } => Some(*symbol),
        Message::EndOfSection { func, .. } => Some(*func).filter(|func| *func != NO_SYMBOL),
        _ => None,
    }
}
