// SPDX-License-Identifier: GPL-2.0-only

//! Lines of listings and traces: an offset, a place, bars for the depth of the flow, and text.
//!
//! Upstream: `disas_vprint()` and `disas_print_insn()`.

use std::io::Write;

use arch::InsnKind;
use object::elf;

use super::text::insn_text;
use crate::elf::SectionId;
use crate::objtool::code::Code;
use crate::objtool::code::InsnId;
use crate::objtool::wording::write_place;

/// Columns that an offset takes in the place's column, and the width of the offset's own column.
const OFFSET_COLUMNS: usize = 10;
/// Columns that instruction and bars take together.
const INSN_COLUMNS: usize = 60;

/// How wide the columns are, and what places are called.
#[derive(Debug, Clone)]
pub struct Layout {
    /// Columns of a place: the longest global symbol, and an offset.
    place: usize,
    /// Functions that the run has added or grown, in order.
    added: Vec<Added>,
}

/// Code that a function covers only since the run has changed symbols.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::objtool) struct Added {
    pub(in crate::objtool) section: SectionId,
    pub(in crate::objtool) start: u64,
    pub(in crate::objtool) end: u64,
    pub(in crate::objtool) name: Vec<u8>,
}

/// How deep in the flow a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// This many bars stand before the text.
    Bars(usize),
    /// The text begins this many columns further left.
    Outdented(usize),
}

impl Layout {
    /// The layout for a file.
    pub fn of(code: &Code<'_>) -> Self {
        let globals = code.symbols.ids().filter(|id| code.symbols.get(*id).binding == elf::STB_GLOBAL);
        let longest = globals.map(|id| code.name(id).len()).max().unwrap_or(0);
        Self { place: longest.saturating_add(OFFSET_COLUMNS), added: Vec::new() }
    }

    /// As [`Layout::of`], with functions that the symbols of `code` do not have yet.
    pub(in crate::objtool) fn with_added(code: &Code<'_>, added: Vec<Added>) -> Self {
        Self { added, ..Self::of(code) }
    }

    /// Appends all that stands before the text, with the place or blanks for it; returns its number of bytes.
    pub fn write_place(&self, out: &mut Vec<u8>, code: &Code<'_>, at: Option<(SectionId, u64)>, depth: Depth) -> usize {
        let start = out.len();
        let (n_bars, outdent) = match depth {
            Depth::Bars(n) => (n, 0),
            Depth::Outdented(n) => (0, n),
        };
        let width = self.place.saturating_sub(outdent);
        match at {
            Some((section, offset)) => {
                // Writing to memory does not fail.
                let _ = write!(out, "{offset:6x}:  ");
                let column = out.len();
                self.write_name(out, code, section, offset);
                pad(out, column + width);
                out.extend_from_slice(b"  ");
            }
            None => pad(out, start + width + OFFSET_COLUMNS + 1),
        }
        for _ in 0..n_bars {
            out.extend_from_slice(b"| ");
        }
        out.len() - start
    }

    /// Appends what a place is called.
    fn write_name(&self, out: &mut Vec<u8>, code: &Code<'_>, section: SectionId, offset: u64) {
        let after = self.added.partition_point(|added| (added.section, added.start) <= (section, offset));
        let before = after.checked_sub(1).and_then(|at| self.added.get(at));
        let covers = |added: &&Added| added.section == section && offset < added.end;
        match before.filter(covers).filter(|_| code.symbols.func_containing(section, offset).is_none()) {
            None => write_place(out, code, section, offset),
            Some(added) => {
                out.extend_from_slice(&added.name);
                let _ = write!(out, "+0x{:x}", offset - added.start);
                if code.opts.sec_address {
                    out.extend_from_slice(&[b" (", code.elf.section(section).name].concat());
                    let _ = write!(out, "+0x{offset:x})");
                }
            }
        }
    }

    /// Appends the place of an instruction.
    pub fn write_insn_place(&self, out: &mut Vec<u8>, code: &Code<'_>, insn: InsnId, depth: Depth) -> usize {
        self.write_place(out, code, place_of(code, insn), depth)
    }

    /// Appends an instruction with its place, filled up to where a remark would stand.
    pub fn write_insn(&self, out: &mut Vec<u8>, code: &Code<'_>, insn: InsnId, n_bars: usize) {
        self.write_insn_place(out, code, insn, Depth::Bars(n_bars));
        let used = n_bars.saturating_add(1).saturating_mul(2);
        let width = if used < INSN_COLUMNS { INSN_COLUMNS - used } else { 1 };
        let column = out.len();
        if place_of(code, insn).is_none() && code.insns.kind(insn) == InsnKind::Nop {
            let _ = write!(out, "<fake nop> ({} bytes)", code.insns.get(insn).len);
        } else {
            out.extend_from_slice(&insn_text(code, insn));
        }
        pad(out, column + width);
    }
}

/// Where an instruction is; the NOP that stands for an empty replacement is nowhere.
fn place_of(code: &Code<'_>, insn: InsnId) -> Option<(SectionId, u64)> {
    let section = code.insns.section_of(insn);
    (section != SectionId::UNDEF).then(|| (section, code.insns.get(insn).offset.into()))
}

/// Fills up with blanks to a length.
pub(in crate::objtool) fn pad(out: &mut Vec<u8>, len: usize) {
    if out.len() < len {
        out.resize(len, b' ');
    }
}
