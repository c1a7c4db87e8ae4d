// SPDX-License-Identifier: GPL-2.0-only

//! Walking the relocations of an object: which of them refer to a section that they should not, or declare an export.
//!
//! An LTO `vmlinux.o` has millions of relocations in a hundred thousand sections. Sections that no rule can be about are
//! not read at all; the others are read in large steps, neighbours together, and looked at in parallel.
//!
//! Upstream: `check_sec_ref()`, `section_rela()`, `section_rel()`.

use object::elf;
use rayon::prelude::*;

use super::finding::ModpostFinding;
use super::object::ModuleObject;
use super::section_class::SectionClass;
use super::symtab::ModuleSymbols;
use crate::elf::Class;
use crate::elf::Reloc;
use crate::elf::Relocs;

/// What a relocation is looked at for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It is in `.export_symbol`.
    Export,
    /// The rule with this number forbids it.
    Rule(usize),
    /// Its symbol does not exist.
    BadSymbol,
}

/// A relocation to look at.
#[derive(Debug, Clone, Copy)]
pub struct Hit {
    /// The section with the relocation.
    pub reloc_section: usize,
    /// Number of the relocation in it.
    pub entry: u64,
    /// The relocation.
    pub reloc: Reloc,
    /// Whether the relocation has its addend with it.
    pub has_addend: bool,
    /// Why to look at it.
    pub why: Why,
}

/// What the walk needs to know about sections and symbols.
#[derive(Debug)]
pub struct ReferenceWalk<'a> {
    /// The object.
    pub object: &'a ModuleObject,
    /// Its symbols.
    pub symbols: &'a ModuleSymbols,
    /// The class of every section.
    pub classes: &'a [SectionClass],
    /// For every section with relocations the class of the section they belong to.
    pub sources: &'a [SectionClass],
    /// The section whose relocations are exports.
    pub exports: Option<usize>,
}

/// Consecutive relocations of one section.
#[derive(Debug, Clone, Copy)]
struct Piece {
    section: usize,
    first: u64,
    offset: u64,
    size: u64,
}

/// Pieces that are read together.
#[derive(Debug)]
struct Batch {
    offset: u64,
    size: u64,
    pieces: Vec<Piece>,
}

/// At most this many bytes are read at once.
const BATCH: u64 = 2 << 20;
/// Reading over a gap of this size is cheaper than another call.
const GAP: u64 = 32 << 10;

impl ReferenceWalk<'_> {
    /// The relocations to look at, in the original's order.
    pub fn hits(&self) -> Result<Vec<Hit>, ModpostFinding> {
        let batches = self.batches();
        if batches.is_empty() {
            return Ok(Vec::new());
        }
        let targets = self.symbol_targets();
        let found: Vec<Result<Vec<Hit>, ModpostFinding>> = match batches.as_slice() {
            [only] => vec![self.look_at(only, &targets)],
            _ => batches.par_iter().with_max_len(1).map(|batch| self.look_at(batch, &targets)).collect(),
        };
        let mut hits = Vec::new();
        for part in found {
            hits.extend(part?);
        }
        hits.sort_unstable_by_key(|hit| (hit.reloc_section, hit.entry));
        Ok(hits)
    }

    /// For every symbol the rules that forbid references to it.
    fn symbol_targets(&self) -> Vec<u16> {
        let class = |section: u32| self.classes.get(section as usize).map_or(0, |class| class.to);
        self.symbols.iter().map(|symbol| class(symbol.section)).collect()
    }

    /// The pieces worth reading, cut and joined to batches, by their place in the file.
    fn batches(&self) -> Vec<Batch> {
        let mut pieces: Vec<Piece> = self.pieces().collect();
        pieces.sort_unstable_by_key(|piece| (piece.offset, piece.section));
        let mut batches: Vec<Batch> = Vec::new();
        for piece in pieces {
            let end = piece.offset.saturating_add(piece.size);
            match batches.last_mut() {
                Some(last)
                    if piece.offset <= last.offset.saturating_add(last.size).saturating_add(GAP)
                        && end.saturating_sub(last.offset) <= BATCH =>
                {
                    last.size = last.size.max(end.saturating_sub(last.offset));
                    last.pieces.push(piece);
                }
                _ => batches.push(Batch { offset: piece.offset, size: piece.size, pieces: vec![piece] }),
            }
        }
        batches
    }

    fn pieces(&self) -> impl Iterator<Item = Piece> {
        let anywhere = self.classes.iter().fold(0, |rules, class| rules | class.to);
        let sections = self.object.sections.iter().enumerate();
        let wanted = sections.filter(move |(section, header)| {
            let target = header.info as usize;
            let class = self.sources.get(*section).copied().unwrap_or_default();
            let is_export = self.exports == Some(target);
            matches!(header.kind, elf::SHT_REL | elf::SHT_RELA)
                && !class.is_unchecked
                && (is_export || class.from & anywhere != 0)
        });
        wanted.flat_map(|(section, header)| {
            let entry = entry_size(self.object.class, header.kind == elf::SHT_RELA);
            // What is not in the file is not cut to pieces; reading it says what is wrong.
            let is_there = header.offset.checked_add(header.size).is_some_and(|end| end <= self.object.size);
            let count = header.size / entry;
            let per_piece = if is_there { BATCH / entry } else { count.max(1) };
            (0..count.div_ceil(per_piece)).map(move |piece| {
                let first = piece.saturating_mul(per_piece);
                let offset = header.offset.saturating_add(first.saturating_mul(entry));
                let size = per_piece.min(count.saturating_sub(first)).saturating_mul(entry);
                Piece { section, first, offset, size }
            })
        })
    }

    fn look_at(&self, batch: &Batch, targets: &[u16]) -> Result<Vec<Hit>, ModpostFinding> {
        let bytes = self.object.read(batch.offset, batch.size, "relocations")?;
        let mut hits = Vec::new();
        for piece in &batch.pieces {
            let start = piece.offset.saturating_sub(batch.offset) as usize;
            let part = bytes.get(start..start.saturating_add(piece.size as usize)).unwrap_or_default();
            self.look_at_piece(piece, part, targets, &mut hits);
        }
        Ok(hits)
    }

    fn look_at_piece(&self, piece: &Piece, bytes: &[u8], targets: &[u16], hits: &mut Vec<Hit>) {
        let Some(header) = self.object.sections.get(piece.section) else { return };
        let has_addend = header.kind == elf::SHT_RELA;
        let target = header.info as usize;
        let is_export = self.exports == Some(target);
        let class = self.sources.get(piece.section).copied().unwrap_or_default();
        let relocs = Relocs::over(bytes, self.object.class, self.object.endian, has_addend, self.object.machine);
        for (entry, reloc) in (piece.first..).zip(relocs.iter()) {
            let why = match targets.get(reloc.symbol.index()) {
                None => Why::BadSymbol,
                Some(_) if is_export => Why::Export,
                Some(&to) => match class.first_rule(to) {
                    None => continue,
                    Some(rule) => Why::Rule(rule),
                },
            };
            hits.push(Hit { reloc_section: piece.section, entry, reloc, has_addend, why });
        }
    }
}

/// The relocation with number `index` in a section.
pub fn reloc_at(object: &ModuleObject, section: usize, index: u64) -> Result<Option<Reloc>, ModpostFinding> {
    let Some(header) = object.sections.get(section) else { return Ok(None) };
    let has_addend = header.kind == elf::SHT_RELA;
    let entry = entry_size(object.class, has_addend);
    if index >= header.size / entry {
        return Ok(None);
    }
    let bytes = object.read(header.offset.saturating_add(index.saturating_mul(entry)), entry, "relocations")?;
    Ok(Relocs::over(&bytes, object.class, object.endian, has_addend, object.machine).get(0))
}

/// Size of a relocation in bytes.
fn entry_size(class: Class, has_addend: bool) -> u64 {
    match (class, has_addend) {
        (Class::Elf32, false) => 8,
        (Class::Elf32, true) => 12,
        (Class::Elf64, false) => 16,
        (Class::Elf64, true) => 24,
    }
}
