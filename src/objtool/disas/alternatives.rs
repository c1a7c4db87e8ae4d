// SPDX-License-Identifier: GPL-2.0-only

//! Alternatives of an instruction, one above the other or side by side (`--wide`).
//!
//! Upstream: `disas_alt()`. The table is filled and trimmed as the original's arrays are, empty places included: where an
//! alternative has fewer instructions than another, its trailing NOPs stay.

use std::io::Write;

use arch::InsnKind;

use super::features;
use super::layout::Depth;
use super::layout::Layout;
use super::layout::pad;
use super::text::View;
use super::text::text_in;
use crate::objtool::code::AltGroupId;
use crate::objtool::code::AltKind;
use crate::objtool::code::Alternative;
use crate::objtool::code::Code;
use crate::objtool::code::InsnId;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

/// Alternatives that are shown, the original code included.
const MAX_ALTS: usize = 5;
/// Instructions of an alternative that are shown.
const MAX_INSNS: usize = 50;

const FLAG_NOT: u32 = 1 << 0;
const FLAG_DIRECT_CALL: u32 = 1 << 1;

/// What kind of alternatives an instruction has: instructions before anything else (`disas_alt_type_name()`).
pub fn alt_type_name(alts: &[Alternative]) -> &'static str {
    let is_code = |alt: &Alternative| matches!(alt.kind, AltKind::Instructions | AltKind::Switch);
    match alts.last().map(|alt| alt.kind) {
        Some(_) if alts.iter().any(is_code) => "alternative",
        Some(AltKind::Exception) => "ex_table",
        Some(AltKind::JumpLabel | AltKind::Instructions | AltKind::Switch) => "jump_table",
        None => "(null)",
    }
}

/// What an alternative is called; `None` for targets of switches, of which the original does not know that they are
/// (`disas_alt_name()`).
pub fn alt_name(code: &Code<'_>, alt: &Alternative) -> Option<String> {
    match alt.kind {
        AltKind::Exception => return Some("EXCEPTION".to_owned()),
        AltKind::JumpLabel => return Some("JUMP".to_owned()),
        AltKind::Instructions | AltKind::Switch => {}
    }
    let feature = code.groups.get(code.group_of(alt.insn)?.index())?.feature;
    let (number, flags) = (feature & 0xffff, feature >> 16);
    let mut name = String::new();
    if flags & !(FLAG_NOT | FLAG_DIRECT_CALL) != 0 {
        name.push('?');
    }
    if flags & FLAG_DIRECT_CALL != 0 {
        name.push('+');
    }
    if flags & FLAG_NOT != 0 {
        name.push('!');
    }
    match features::name(number) {
        Some(known) => name.push_str(known),
        None => name.push_str(&format!("FEATURE 0x{number:X}")),
    }
    Some(name)
}

/// What a static branch's site becomes when its key changes.
pub fn jump_text(code: &Code<'_>, orig: InsnId, dest: InsnId) -> Vec<u8> {
    let site = code.insns.get(orig);
    if site.kind != InsnKind::Nop {
        return format!("nop{}", site.len).into_bytes();
    }
    let suffix = if site.len == 5 { "q" } else { "" };
    let mut text = format!("jmp{suffix:3} {:x} <", code.insns.get(dest).offset).into_bytes();
    write_distance(&mut text, code, dest);
    text.push(b'>');
    text
}

/// Appends the symbol of an instruction and the distance from it, even if that is 0.
pub fn write_distance(out: &mut Vec<u8>, code: &Code<'_>, insn: InsnId) {
    let offset = u64::from(code.insns.get(insn).offset);
    // The original follows a null pointer where there is no symbol.
    let (name, start) = match code.symbol_of(insn) {
        Some(symbol) => (code.name(symbol), code.symbols.get(symbol).offset),
        None => (code.elf.section(code.insns.section_of(insn)).name, 0),
    };
    out.extend_from_slice(name);
    // Writing to memory does not fail.
    let _ = write!(out, "+0x{:x}", offset.wrapping_sub(start));
}

/// One instruction of an alternative.
#[derive(Debug, Clone, Default)]
struct Cell {
    text: Option<Vec<u8>>,
    /// Offset from the start of the alternative.
    offset: u32,
    /// Bytes of NOPs, 0 for other instructions.
    nops: u32,
}

/// One alternative.
#[derive(Debug)]
struct Column {
    name: String,
    width: usize,
    cells: Vec<Cell>,
    /// The next instruction to print side by side.
    next: Option<usize>,
}

/// All alternatives of one instruction.
#[derive(Debug)]
pub(in crate::objtool) struct Table {
    orig: InsnId,
    name: String,
    columns: Vec<Column>,
    /// Instructions of the longest alternative.
    n_insns: usize,
}

impl Table {
    /// Disassembles the alternatives of `orig`; `None`, with a finding, where one has no name.
    pub(in crate::objtool) fn of(code: &Code<'_>, orig: InsnId, findings: &mut Vec<Finding>) -> Option<Self> {
        let alts = code.alts_of(orig);
        let name = format!("<{}.{:x}>", alt_type_name(alts), code.insns.get(orig).offset);
        let mut columns = Vec::new();
        let mut n_insns = 0;
        for nth in 0..=alts.len() {
            if nth >= MAX_ALTS {
                findings.push(Finding::warn(Message::TooManyAlternatives { alternative: name.clone() }));
                break;
            }
            let alt = nth.checked_sub(1).and_then(|nth| alts.get(nth));
            let column_name = alt.map_or_else(|| Some("DEFAULT".to_owned()), |alt| alt_name(code, alt));
            let Some(column_name) = column_name else {
                findings.push(Finding::warn(Message::NamelessAlternative { alternative: name }));
                return None;
            };
            let mut column = Column::new(column_name);
            let count = column.fill(code, orig, alt, findings);
            n_insns = n_insns.max(count);
            columns.push(column);
        }
        let mut table = Self { orig, name, columns, n_insns };
        table.trim();
        Some(table)
    }

    /// Appends the table.
    pub(in crate::objtool) fn write(mut self, out: &mut Vec<u8>, code: &Code<'_>, layout: &Layout) {
        if code.opts.wide {
            self.write_wide(out, code, layout);
        } else {
            self.write_compact(out, code, layout);
        }
    }

    /// Replaces NOPs at the ends of alternatives by the number of their bytes (`disas_alt_trim_nops()`).
    fn trim(&mut self) {
        let mut n_left = 0;
        for column in &mut self.columns {
            n_left = n_left.max(column.trim(self.n_insns));
        }
        self.n_insns = n_left;
    }

    /// One above the other; single instructions on one line each (`disas_alt_print_compact()`).
    fn write_compact(&self, out: &mut Vec<u8>, code: &Code<'_>, layout: &Layout) {
        let indent = layout.write_insn_place(out, code, self.orig, Depth::Bars(0));
        let _ = writeln!(out, "{}", self.name);
        if self.n_insns == 1 {
            let width = self.columns.iter().map(|column| column.width).max().unwrap_or(0);
            for column in &self.columns {
                let _ = write!(out, "{:indent$}= ", "");
                let end = out.len() + width;
                out.extend_from_slice(column.text(0).unwrap_or(b"(null)"));
                pad(out, end);
                let _ = writeln!(out, "    (if {})", column.name);
            }
            return;
        }
        for column in &self.columns {
            let _ = writeln!(out, "{:indent$}= {}", "", column.name);
            for (nth, cell) in column.cells.iter().enumerate().take(self.n_insns) {
                let Some(text) = column.text(nth) else { break };
                self.write_offset(out, code, layout, cell.offset, Depth::Bars(0));
                out.extend_from_slice(b"| ");
                out.extend_from_slice(text);
                out.push(b'\n');
            }
            let _ = writeln!(out, "{:indent$}|", "");
        }
    }

    /// Side by side, a line for every offset where some alternative has an instruction (`disas_alt_print_wide()`).
    fn write_wide(&mut self, out: &mut Vec<u8>, code: &Code<'_>, layout: &Layout) {
        layout.write_insn_place(out, code, self.orig, Depth::Outdented(2));
        if let Some(first) = self.columns.first_mut() {
            first.width = first.width.max(self.name.len());
        }
        for (nth, column) in self.columns.iter().enumerate() {
            let name = if nth == 0 { &self.name } else { &column.name };
            let _ = write!(out, "| {name:0$} ", column.width);
        }
        out.push(b'\n');
        let mut offset = 0;
        loop {
            self.write_offset(out, code, layout, offset, Depth::Outdented(2));
            match self.write_row(out, offset) {
                Some(next) if next > offset => offset = next,
                _ => break,
            }
        }
    }

    /// One line; returns the lowest offset that comes next.
    fn write_row(&mut self, out: &mut Vec<u8>, offset: u32) -> Option<u32> {
        let mut lowest: Option<u32> = None;
        for column in &mut self.columns {
            let here = column.next.and_then(|nth| column.cells.get(nth)).filter(|cell| cell.offset == offset);
            out.extend_from_slice(b"| ");
            let end = out.len() + column.width;
            out.extend_from_slice(here.and_then(|cell| cell.text.as_deref()).unwrap_or_default());
            pad(out, end);
            out.push(b' ');
            if here.is_some() {
                column.next = column.next.map(|nth| nth + 1).filter(|nth| *nth < self.n_insns);
            }
            let next = column.next.and_then(|nth| column.cells.get(nth)).map(|cell| cell.offset);
            lowest = next.filter(|next| *next > 0).into_iter().chain(lowest).min();
        }
        out.push(b'\n');
        lowest
    }

    fn write_offset(&self, out: &mut Vec<u8>, code: &Code<'_>, layout: &Layout, offset: u32, depth: Depth) {
        let start = u64::from(code.insns.get(self.orig).offset);
        let at = (code.insns.section_of(self.orig), start.wrapping_add(offset.into()));
        layout.write_place(out, code, Some(at), depth);
    }
}

impl Column {
    fn new(name: String) -> Self {
        let width = name.len();
        Self { name, width, cells: vec![Cell::default(); MAX_INSNS], next: Some(0) }
    }

    fn text(&self, nth: usize) -> Option<&[u8]> {
        self.cells.get(nth).and_then(|cell| cell.text.as_deref())
    }

    /// Fills in the instructions of `alt`, or of the original code; returns how many there are.
    fn fill(&mut self, code: &Code<'_>, orig: InsnId, alt: Option<&Alternative>, findings: &mut Vec<Finding>) -> usize {
        let text = match alt {
            None => match code.group_of(orig) {
                Some(group) => return self.fill_group(code, group, orig, findings),
                None => {
                    let nops = nops(code, orig);
                    self.set(0, Cell { text: Some(text_in(code, orig, View::AsIs)), offset: 0, nops });
                    return 1;
                }
            },
            Some(alt) => match alt.kind {
                AltKind::Instructions | AltKind::Switch => {
                    let group = code.group_of(alt.insn);
                    return group.map_or(0, |group| self.fill_group(code, group, orig, findings));
                }
                AltKind::JumpLabel => jump_text(code, orig, alt.insn),
                AltKind::Exception => resume_text(code, alt.insn),
            },
        };
        let is_nop = alt.is_some_and(|alt| alt.kind == AltKind::JumpLabel) && code.insns.kind(orig) != InsnKind::Nop;
        let nops = if is_nop { code.insns.get(orig).len.into() } else { 0 };
        self.set(0, Cell { text: Some(text), offset: 0, nops });
        1
    }

    fn fill_group(&mut self, code: &Code<'_>, id: AltGroupId, orig: InsnId, findings: &mut Vec<Finding>) -> usize {
        let Some(group) = code.groups.get(id.index()) else { return 0 };
        let mut offset = 0_u32;
        let mut count = 0;
        let mut next = Some(group.first);
        while let Some(insn) = next {
            if count >= MAX_INSNS {
                let message =
                    Message::LongAlternative { offset: code.insns.get(orig).offset.into(), name: self.name.clone() };
                findings.push(Finding::warn(message));
                break;
            }
            let nops = nops(code, insn);
            self.set(count, Cell { text: Some(text_in(code, insn, View::Applied)), offset, nops });
            offset = offset.wrapping_add(code.insns.get(insn).len.into());
            count += 1;
            let is_last = group.last == Some(insn) || group.filler == Some(insn);
            next = if is_last { None } else { code.insns.next(insn) };
        }
        count
    }

    fn set(&mut self, nth: usize, cell: Cell) {
        self.width = self.width.max(cell.text.as_ref().map_or(0, Vec::len));
        if let Some(slot) = self.cells.get_mut(nth) {
            *slot = cell;
        }
    }

    /// Trims an alternative in a table of `n_insns` rows; returns the number of rows it needs.
    fn trim(&mut self, n_insns: usize) -> usize {
        let rows = self.cells.get_mut(..n_insns).unwrap_or_default();
        let is_nop = |cell: &Cell| cell.text.is_some() && cell.nops != 0;
        let n_kept = rows.iter().rposition(|cell| !is_nop(cell)).map_or(0, |last| last + 1);
        let trimmed = rows.get_mut(n_kept..).unwrap_or_default();
        let n_nops = trimmed.len();
        let bytes: u32 = trimmed.iter().map(|cell| cell.nops).sum();
        let offset = trimmed.first().map_or(0, |cell| cell.offset);
        for cell in trimmed.iter_mut() {
            // The original leaves the number of bytes, which nobody looks at again.
            *cell = Cell { nops: cell.nops, ..Cell::default() };
        }
        let Some(first) = trimmed.first_mut() else { return n_kept };
        let star = if n_nops == 1 { "" } else { "*" };
        *first = Cell { text: Some(format!("nop{star}{bytes}").into_bytes()), offset, nops: bytes };
        n_kept + 1
    }
}

/// Where execution goes on after an exception (`disas_alt_extable()`).
fn resume_text(code: &Code<'_>, insn: InsnId) -> Vec<u8> {
    let mut text = format!("resume at 0x{:x} <", code.insns.get(insn).offset).into_bytes();
    write_distance(&mut text, code, insn);
    text.push(b'>');
    text
}

/// Bytes of an instruction that does nothing, 0 for others.
fn nops(code: &Code<'_>, insn: InsnId) -> u32 {
    let decoded = code.insns.get(insn);
    if decoded.kind == InsnKind::Nop { decoded.len.into() } else { 0 }
}
