// SPDX-License-Identifier: GPL-2.0-only

//! All instructions of a file in one table, section after section, with the way back from a place to its instruction.
//!
//! Sections are decoded in parallel, large ones in pieces that begin at function symbols: a piece is used only if the
//! piece before it ends exactly there, so the result is that of decoding the section from its start.

use std::ops::Range;

use arch::Decoded;
use arch::Insn;
use arch::InsnKind;
use arch::Note;
use arch::StackOp;
use arch::TextSection;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::sections::SecFlags;
use super::sections::executable;
use super::symbols::Symbols;
use crate::elf::ElfFile;
use crate::elf::SectionId;
use arch::InsnId;

/// One executable section's part of the table.
#[derive(Debug, Clone, Copy)]
pub struct Text {
    /// The section.
    pub section: SectionId,
    /// First instruction.
    pub first: u32,
    /// One past the last instruction.
    pub end: u32,
    /// Where the section's part of `places` begins.
    first_place: u32,
}

impl Text {
    /// The section's instructions.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = InsnId> + ExactSizeIterator + use<> {
        (self.first..self.end).map(InsnId)
    }
}

/// All instructions.
#[derive(Debug, Default)]
pub struct InsnTable {
    /// Instructions; the NOPs that fill up replacements come after all real ones.
    pub insns: Vec<Insn>,
    /// Stack operations of all instructions.
    pub ops: Vec<StackOp>,
    /// Executable sections in file order, empty ones left out.
    pub texts: Vec<Text>,
    /// Remarks of the decoder with the section they belong to, in order.
    pub notes: Vec<(SectionId, Note)>,
    /// Number of real instructions.
    n_real: u32,
    /// Position in `texts` by section, `u32::MAX` for others.
    text_of: Vec<u32>,
    /// For every 64 instructions, the position in `texts` of the section of the first one.
    text_marks: Vec<u32>,
    /// For every 32 bytes of text, the first instruction that starts there or later.
    places: Vec<u32>,
    /// Sections of the NOPs that fill up replacements.
    filler_sections: Vec<SectionId>,
    /// Fillers that stand in the list, with the instruction before and after each.
    spliced: Spliced,
}

/// Fillers at their places, as releases have them that keep all instructions in one list.
#[derive(Debug, Default)]
struct Spliced {
    /// The filler behind an instruction.
    after: FxHashMap<InsnId, InsnId>,
    /// The instruction before a filler, or the filler before an instruction.
    before: FxHashMap<InsnId, InsnId>,
}

/// About as many instructions are in one of [`InsnTable::pieces`].
const PIECE_INSNS: u32 = 1 << 15;
/// Instructions per entry of `text_marks`, as a shift.
const MARK_SHIFT: u32 = 6;
/// Bytes of text per entry of `places`, as a shift.
const PLACE_SHIFT: u32 = 5;
/// Sections larger than this are decoded in pieces of about this size.
const PIECE_BYTES: usize = 256 << 10;

/// Why a section could not be decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableError {
    /// Bytes that are no instruction.
    Decode {
        /// The section.
        section: SectionId,
        /// Offset in the section.
        offset: u32,
    },
    /// A text section of 4 GiB or more, or more than 4 billion instructions.
    TooLarge {
        /// The section.
        section: SectionId,
    },
}

/// A range of a section that is decoded in one go.
struct Piece {
    section: SectionId,
    range: Range<u32>,
}

/// What was decoded of pieces that follow each other, all in one list.
#[derive(Default)]
struct Batch {
    decoded: Decoded,
    /// How each piece ended.
    ends: Vec<PieceEnd>,
}

/// Where the parts of a piece end in the lists of its batch.
struct PieceEnd {
    insns: usize,
    ops: usize,
    notes: usize,
    /// Where in the section the last instruction ends.
    reached: Result<u32, TableError>,
}

/// What was decoded of one piece.
#[derive(Default)]
struct Part<'a> {
    insns: &'a [Insn],
    ops: &'a [StackOp],
    notes: &'a [Note],
    /// Number of operations before it in its batch, which its instructions' numbers count.
    ops_before: usize,
}

impl Batch {
    fn parts(&self) -> impl Iterator<Item = (Part<'_>, Result<u32, TableError>)> {
        let (mut insns, mut ops, mut notes) = (0, 0, 0);
        self.ends.iter().map(move |end| {
            let part = Part {
                insns: self.decoded.insns.get(insns..end.insns).unwrap_or_default(),
                ops: self.decoded.ops.get(ops..end.ops).unwrap_or_default(),
                notes: self.decoded.notes.get(notes..end.notes).unwrap_or_default(),
                ops_before: ops,
            };
            (insns, ops, notes) = (end.insns, end.ops, end.notes);
            (part, end.reached)
        })
    }
}

impl<'a> Part<'a> {
    fn whole(decoded: &'a Decoded) -> Self {
        Self { insns: &decoded.insns, ops: &decoded.ops, notes: &decoded.notes, ops_before: 0 }
    }
}

impl InsnTable {
    /// Decodes all executable sections. On an error, the table has the sections before the bad one, which the original
    /// has dealt with by then.
    pub fn decode(
        elf: &ElfFile<'_>,
        arch: &'static dyn arch::Arch,
        decode_flags: arch::DecodeFlags,
        symbols: &Symbols,
        flags: &[SecFlags],
    ) -> (Self, Result<(), TableError>) {
        let mut table = Self { text_of: vec![u32::MAX; elf.sections.len()], ..Self::default() };
        let pieces = match cut(elf, symbols, flags) {
            Ok(pieces) => pieces,
            Err(error) => return (table, Err(error)),
        };
        let run = |pieces: &&[Piece]| {
            let mut batch = Batch::default();
            let bytes: usize = pieces.iter().map(|piece| piece.range.len()).sum();
            // As many as there are on average; more than one allocation for a batch would cost more than what is unused.
            batch.decoded.insns.reserve(bytes / 8 * 3);
            batch.decoded.ops.reserve(bytes / 32);
            for piece in *pieces {
                let out = &mut batch.decoded;
                let reached = decode_range(elf, arch, decode_flags, symbols, piece.section, piece.range.clone(), out);
                let (insns, ops, notes) = (out.insns.len(), out.ops.len(), out.notes.len());
                batch.ends.push(PieceEnd { insns, ops, notes, reached });
            }
            batch
        };
        let bytes: usize = pieces.iter().map(|piece| piece.range.len()).sum();
        let batches = batches(&pieces);
        let decoded: Vec<Batch> =
            if bytes < PIECE_BYTES { batches.iter().map(run).collect() } else { batches.par_iter().map(run).collect() };
        let redo =
            |section, range, out: &mut Decoded| decode_range(elf, arch, decode_flags, symbols, section, range, out);
        let result = table.join(elf, &pieces, decoded, redo);
        table.finish(elf);
        (table, result)
    }

    fn join(
        &mut self,
        elf: &ElfFile<'_>,
        pieces: &[Piece],
        batches: Vec<Batch>,
        redo: impl Fn(SectionId, Range<u32>, &mut Decoded) -> Result<u32, TableError>,
    ) -> Result<(), TableError> {
        let total: usize = batches.iter().map(|batch| batch.decoded.insns.len()).sum();
        self.insns.reserve_exact(with_fillers(total));
        self.ops.reserve_exact(batches.iter().map(|batch| batch.decoded.ops.len()).sum());
        // Where the previous piece really ended.
        let mut reached = 0;
        let mut pieces = pieces.iter();
        for batch in batches {
            for ((part, end), piece) in batch.parts().zip(&mut pieces) {
                if piece.range.start == 0 {
                    reached = 0;
                }
                if reached == piece.range.start {
                    self.append(piece.section, &part)?;
                    reached = end?;
                    continue;
                }
                let mut again = Decoded::default();
                let end = match reached < piece.range.end {
                    true => redo(piece.section, reached..piece.range.end, &mut again),
                    false => Ok(reached),
                };
                self.append(piece.section, &Part::whole(&again))?;
                reached = end?;
            }
        }
        debug_assert!(self.texts.iter().all(|text| !elf.section(text.section).data.is_empty()));
        Ok(())
    }

    fn append(&mut self, section: SectionId, part: &Part<'_>) -> Result<(), TableError> {
        let too_large = TableError::TooLarge { section };
        let first = u32::try_from(self.insns.len()).map_err(|_| too_large)?;
        let ops = u32::try_from(self.ops.len()).map_err(|_| too_large)?;
        let end = u32::try_from(self.insns.len() + part.insns.len()).ok().filter(|&n| n < u32::MAX / 2);
        let end = end.ok_or(too_large)?;
        let moved = ops.wrapping_sub(part.ops_before as u32);
        self.insns.extend(part.insns.iter().map(|insn| Insn { first_op: insn.first_op.wrapping_add(moved), ..*insn }));
        self.ops.extend_from_slice(part.ops);
        self.notes.extend(part.notes.iter().map(|note| (section, *note)));
        match self.texts.last_mut() {
            Some(text) if text.section == section => text.end = end,
            _ if first == end => {}
            _ => {
                self.text_of[section.index()] = self.texts.len() as u32;
                self.texts.push(Text { section, first, end, first_place: 0 });
            }
        }
        Ok(())
    }

    fn finish(&mut self, elf: &ElfFile<'_>) {
        self.n_real = self.insns.len() as u32;
        let mut position = 0;
        for first in (0..self.n_real).step_by(1 << MARK_SHIFT) {
            while self.texts[position].end <= first {
                position += 1;
            }
            self.text_marks.push(position as u32);
        }
        for text in &mut self.texts {
            text.first_place = self.places.len() as u32;
            let size = elf.section(text.section).data.len();
            let mut insn = text.first;
            for place in 0..=(size >> PLACE_SHIFT) {
                let offset = (place as u32) << PLACE_SHIFT;
                while insn < text.end && self.insns[insn as usize].offset < offset {
                    insn += 1;
                }
                self.places.push(insn);
            }
        }
    }

    /// All sections in pieces that may be looked at side by side: each has some sections or parts of them, in order.
    /// A section is only cut at instructions where `may_cut`.
    pub fn pieces(&self, may_cut: impl Fn(InsnId) -> bool) -> Vec<Vec<Text>> {
        let mut pieces: Vec<Vec<Text>> = Vec::new();
        let mut room = 0;
        for text in &self.texts {
            let mut rest = *text;
            while rest.first < rest.end {
                if room == 0 {
                    pieces.push(Vec::new());
                    room = PIECE_INSNS;
                }
                let mut end = rest.end.min(rest.first.saturating_add(room));
                while end < rest.end && !may_cut(InsnId(end)) {
                    end += 1;
                }
                room = room.saturating_sub(end - rest.first);
                if let Some(piece) = pieces.last_mut() {
                    piece.push(Text { end, ..rest });
                }
                rest.first = end;
            }
        }
        pieces
    }

    /// A list with `item` for each instruction, to which those of fillers can be added.
    pub fn list_of<T: Clone>(&self, item: T) -> Vec<T> {
        let mut list = Vec::with_capacity(with_fillers(self.insns.len()));
        list.resize(self.insns.len(), item);
        list
    }

    /// Number of real instructions.
    pub fn len(&self) -> usize {
        self.n_real as usize
    }

    /// Whether there are no instructions.
    pub fn is_empty(&self) -> bool {
        self.n_real == 0
    }

    /// The instruction with number `id`, which must come from this table.
    #[inline]
    pub fn get(&self, id: InsnId) -> &Insn {
        &self.insns[id.index()]
    }

    /// Class of an instruction.
    #[inline]
    pub fn kind(&self, id: InsnId) -> InsnKind {
        self.insns[id.index()].kind
    }

    /// Stack operations of an instruction.
    pub fn ops_of(&self, id: InsnId) -> &[StackOp] {
        let insn = self.get(id);
        let first = insn.first_op as usize;
        self.ops.get(first..first + usize::from(insn.n_ops)).unwrap_or_default()
    }

    /// Whether `id` is the NOP that fills up a replacement.
    pub fn is_filler(&self, id: InsnId) -> bool {
        id.0 >= self.n_real
    }

    /// The section's part of the table.
    pub fn text(&self, section: SectionId) -> Option<&Text> {
        let position = *self.text_of.get(section.index())?;
        self.texts.get(position as usize)
    }

    /// Section of an instruction.
    pub fn section_of(&self, id: InsnId) -> SectionId {
        if self.is_filler(id) {
            let filler = (id.0 - self.n_real) as usize;
            return self.filler_sections.get(filler).copied().unwrap_or_default();
        }
        let mut position = self.text_marks[id.index() >> MARK_SHIFT] as usize;
        while self.texts[position].end <= id.0 {
            position += 1;
        }
        self.texts[position].section
    }

    /// The instruction that starts at exactly `offset` (`find_insn()`).
    pub fn at(&self, section: SectionId, offset: u64) -> Option<InsnId> {
        let text = self.text(section)?;
        let offset = u32::try_from(offset).ok()?;
        let mut id = *self.places.get(text.first_place as usize + (offset >> PLACE_SHIFT) as usize)?;
        // The entry may belong to the next section when `offset` is past the end of this one.
        while id < text.end {
            let start = self.insns[id as usize].offset;
            if start >= offset {
                return (start == offset && id >= text.first).then_some(InsnId(id));
            }
            id += 1;
        }
        None
    }

    /// One past the last instruction of a section that starts before `offset`; the first of all if there is no such section.
    pub fn end_before(&self, section: SectionId, offset: u64) -> InsnId {
        let Some(text) = self.text(section) else { return InsnId(0) };
        let place =
            u32::try_from(offset).ok().map(|offset| text.first_place as usize + (offset >> PLACE_SHIFT) as usize);
        let from = place.and_then(|place| self.places.get(place)).map_or(text.end, |id| (*id).min(text.end));
        let is_before = |id: &u32| u64::from(self.insns[*id as usize].offset) < offset;
        InsnId((from..text.end).find(|id| !is_before(id)).unwrap_or(text.end))
    }

    /// The next instruction of the section (`next_insn_same_sec()`).
    #[inline]
    pub fn next(&self, id: InsnId) -> Option<InsnId> {
        if !self.spliced.after.is_empty() {
            return self.next_spliced(id);
        }
        let next = id.0 + 1;
        (next < self.n_real && self.insns[next as usize].offset != 0).then_some(InsnId(next))
    }

    fn next_spliced(&self, id: InsnId) -> Option<InsnId> {
        if let Some(next) = self.spliced.after.get(&id) {
            return next.some().filter(|next| self.is_filler(*next) || self.insns[next.index()].offset != 0);
        }
        let next = id.0 + 1;
        (next < self.n_real && self.insns[next as usize].offset != 0).then_some(InsnId(next))
    }

    /// The previous instruction of the section (`prev_insn_same_sec()`).
    pub fn prev(&self, id: InsnId) -> Option<InsnId> {
        if !self.spliced.before.is_empty()
            && let Some(before) = self.spliced.before.get(&id)
        {
            let is_start = !self.is_filler(id) && self.insns[id.index()].offset == 0;
            return (!is_start).then_some(*before);
        }
        (id.0 < self.n_real && self.insns[id.index()].offset != 0).then(|| InsnId(id.0 - 1))
    }

    /// The instruction before `id` in the file, whatever section it is in (`list_prev_entry()`).
    pub fn prev_in_file(&self, id: InsnId) -> Option<InsnId> {
        let before = self.spliced.before.get(&id).copied();
        before.or_else(|| id.0.checked_sub(1).filter(|_| !self.is_filler(id)).map(InsnId))
    }

    /// The instruction after `id` in the file, whatever section it is in (`list_next_entry()`).
    pub fn next_in_file(&self, id: InsnId) -> Option<InsnId> {
        match self.spliced.after.get(&id) {
            Some(next) => next.some(),
            None => Some(InsnId(id.0 + 1)).filter(|next| next.0 < self.n_real),
        }
    }

    /// Puts a filler behind `last`, before whatever stood there.
    pub fn splice(&mut self, filler: InsnId, last: InsnId) {
        let next = self.next_in_file(last);
        self.spliced.after.insert(last, filler);
        self.spliced.after.insert(filler, next.unwrap_or(InsnId::NONE));
        self.spliced.before.insert(filler, last);
        if let Some(next) = next {
            self.spliced.before.insert(next, filler);
        }
    }

    /// Adds the NOP that fills a replacement up to the length of the original code.
    pub fn add_filler(&mut self, section: SectionId, offset: u32, len: u8) -> InsnId {
        let id = InsnId(self.insns.len() as u32);
        self.insns.push(Insn { offset, imm: 0, first_op: 0, len, kind: InsnKind::Nop, n_ops: 0, imm_len: 0 });
        self.filler_sections.push(section);
        id
    }
}

/// Room for a number of instructions and the fillers that usually follow them.
fn with_fillers(n_insns: usize) -> usize {
    n_insns.saturating_add(n_insns / 64)
}

/// Cuts the executable sections into pieces; all pieces of a section follow each other and cover it.
fn cut(elf: &ElfFile<'_>, symbols: &Symbols, flags: &[SecFlags]) -> Result<Vec<Piece>, TableError> {
    let mut pieces = Vec::new();
    for section in executable(flags) {
        let size = elf.section(section).data.len();
        let size = u32::try_from(size).ok().filter(|&size| size < u32::MAX - 64);
        let size = size.ok_or(TableError::TooLarge { section })?;
        let mut start = 0;
        if size as usize >= 2 * PIECE_BYTES {
            let funcs = symbols.in_section(section).iter().map(|id| symbols.get(*id)).filter(|sym| sym.is_func());
            for offset in funcs.map(|func| func.offset) {
                let Ok(offset) = u32::try_from(offset) else { continue };
                if offset < size && offset.saturating_sub(start) as usize >= PIECE_BYTES {
                    pieces.push(Piece { section, range: start..offset });
                    start = offset;
                }
            }
        }
        if size != 0 {
            pieces.push(Piece { section, range: start..size });
        }
    }
    Ok(pieces)
}

/// Pieces in groups of about [`PIECE_BYTES`]: one section for each function makes many small ones.
fn batches(mut pieces: &[Piece]) -> Vec<&[Piece]> {
    let mut batches = Vec::new();
    while !pieces.is_empty() {
        let mut bytes = 0;
        let is_full = |piece: &Piece| {
            bytes += piece.range.len();
            bytes >= PIECE_BYTES
        };
        let n = pieces.iter().position(is_full).map_or(pieces.len(), |last| last + 1);
        let (batch, rest) = pieces.split_at(n);
        batches.push(batch);
        pieces = rest;
    }
    batches
}

fn decode_range(
    elf: &ElfFile<'_>,
    arch: &'static dyn arch::Arch,
    flags: arch::DecodeFlags,
    symbols: &Symbols,
    section: SectionId,
    range: Range<u32>,
    out: &mut Decoded,
) -> Result<u32, TableError> {
    let sec = elf.section(section);
    let text = TextSection {
        data: sec.data,
        is_in_func: &|offset| symbols.containing(section, offset.into()).is_some_and(|id| symbols.get(id).is_func()),
        is_init: sec.name.starts_with(b".init.text"),
        flags,
    };
    arch.decode(&text, range.start, range.end, out)
        .map_err(|error| TableError::Decode { section, offset: error.offset })
}
