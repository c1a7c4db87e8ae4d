// SPDX-License-Identifier: GPL-2.0-only

//! `postlink objtool --source`: where in the source a finding is, and how execution came there.
//!
//! Below each line of the original come the translation unit, by the names that objects keep of their source files; the
//! line, where the object has debug information; and, for findings about the stack, the way through the function with the
//! state of the stack at each step. The drop-in never does this.

use super::path::Recorder;
use crate::contents::source::DebugInfo;
use crate::contents::source::Lines;
use crate::contents::source::Units;
use crate::contents::source::labels;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::objtool::code::Code;
use crate::objtool::code::NO_SYMBOL;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Location;
use crate::objtool::finding::Message;
use crate::objtool::report::Report;

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
        text.extend_from_slice(report.text.get(done..*end).unwrap_or_default());
        done = *end;
        if let Some((section, offset)) = place(code, finding) {
            labels::write_place(&mut text, &units, lines.as_ref(), section, offset);
        }
        recorder.write(&mut text, code, finding);
    }
    text.extend_from_slice(report.text.get(done..).unwrap_or_default());
    text
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
