// SPDX-License-Identifier: GPL-2.0-only

//! Which relocation applies to a place.
//!
//! Relocation sections are read in place. Nearly all are sorted by offset, so a binary search on the file's bytes finds a
//! place; the few that are not get an index.

use crate::elf::ElfFile;
use crate::elf::Reloc;
use crate::elf::Relocs;
use crate::elf::SectionId;

/// The relocations of each section.
#[derive(Debug)]
pub struct RelocIndex<'d> {
    by_target: Vec<Option<Box<SectionRelocs<'d>>>>,
}

/// The relocations that apply to one section.
#[derive(Debug)]
pub struct SectionRelocs<'d> {
    /// The records.
    pub relocs: Relocs<'d>,
    /// The records as they are stored, if they are sorted and have the usual form.
    usual: Option<&'d [[u8; 24]]>,
    /// Record numbers by (offset, number), for a section whose records are not sorted.
    order: Option<Vec<u32>>,
}

/// Where a search for places in ascending order stands.
#[derive(Debug, Default)]
pub struct RelocCursor {
    /// Position in the offset order: no record before it is at or past the last place.
    position: usize,
    /// Offset of the record there, one more than that; 0 for "not looked at yet", the largest number for "no record".
    next: u64,
}

/// A relocation together with its number in its section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NumberedReloc {
    /// Record number.
    pub number: u32,
    /// The record.
    pub reloc: Reloc,
}

impl<'d> RelocIndex<'d> {
    /// Finds the relocation section of every section; of several, the last one counts.
    pub fn read(elf: &ElfFile<'d>) -> Self {
        let mut by_target: Vec<Option<Box<SectionRelocs<'d>>>> = Vec::new();
        by_target.resize_with(elf.sections.len(), || None);
        for id in elf.section_ids() {
            let Some(relocs) = elf.relocs_in(id) else { continue };
            if let Some(slot) = by_target.get_mut(relocs.target.index()) {
                *slot = Some(Box::new(SectionRelocs::new(relocs)));
            }
        }
        Self { by_target }
    }

    /// The relocations that apply to `section` (`sec->rsec`).
    pub fn of(&self, section: SectionId) -> Option<&SectionRelocs<'d>> {
        self.by_target.get(section.index()).and_then(Option::as_deref)
    }

    /// The first relocation in `offset..offset + len` (`find_reloc_by_dest_range()`).
    pub fn in_range(&self, section: SectionId, offset: u64, len: u64) -> Option<NumberedReloc> {
        self.of(section).and_then(|relocs| relocs.in_range(offset, len))
    }

    /// The relocation at exactly `offset` (`find_reloc_by_dest()`).
    pub fn at(&self, section: SectionId, offset: u64) -> Option<NumberedReloc> {
        self.in_range(section, offset, 1)
    }
}

impl<'d> SectionRelocs<'d> {
    fn new(relocs: Relocs<'d>) -> Self {
        let records = relocs.as_rela64_little();
        let is_sorted = match records {
            Some(records) => records.is_sorted_by_key(offset_of),
            None => (0..relocs.len()).map(|number| relocs.offset_at(number)).is_sorted(),
        };
        let order = (!is_sorted).then(|| {
            let mut order: Vec<u32> = (0..relocs.len() as u32).collect();
            order.sort_by_cached_key(|&number| (relocs.offset_at(number as usize), number));
            order
        });
        Self { relocs, usual: records.filter(|_| is_sorted), order }
    }

    /// Number of records.
    pub fn len(&self) -> usize {
        self.relocs.len()
    }

    /// Whether there are no records.
    pub fn is_empty(&self) -> bool {
        self.relocs.is_empty()
    }

    /// Number of the record at `position` of the offset order.
    fn number(&self, position: usize) -> u32 {
        match &self.order {
            Some(order) => order.get(position).copied().unwrap_or(u32::MAX),
            None => position as u32,
        }
    }

    fn at_position(&self, position: usize) -> Option<NumberedReloc> {
        let number = self.number(position);
        self.relocs.get(number as usize).map(|reloc| NumberedReloc { number, reloc })
    }

    /// Offset that the record at `position` of the offset order applies to.
    fn offset_at(&self, position: usize) -> Option<u64> {
        if let Some(records) = self.usual {
            return records.get(position).map(offset_of);
        }
        match &self.order {
            Some(order) => self.relocs.offset_at(*order.get(position)? as usize),
            None => self.relocs.offset_at(position),
        }
    }

    /// Position of the first record at or past `offset` in `low..high`, or `high`.
    fn lower_bound(&self, mut low: usize, mut high: usize, offset: u64) -> usize {
        while low < high {
            let middle = low + (high - low) / 2;
            if self.offset_at(middle).is_some_and(|at| at < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// As [`SectionRelocs::lower_bound`], for a place that is likely close to `from`: doubles the range it looks at.
    fn lower_bound_near(&self, from: usize, offset: u64) -> usize {
        let len = self.len();
        let (mut low, mut step) = (from, 1);
        while low + step < len && self.offset_at(low + step - 1).is_some_and(|at| at < offset) {
            low += step;
            step *= 2;
        }
        self.lower_bound(low, len.min(low + step), offset)
    }

    /// The lowest relocation in `offset..offset + len`; of several at one offset, the last one in the file.
    pub fn in_range(&self, offset: u64, len: u64) -> Option<NumberedReloc> {
        self.last_at(self.lower_bound(0, self.len(), offset), offset, len)
    }

    /// As [`SectionRelocs::in_range`], for places that come in ascending order: `cursor` remembers where the last search
    /// ended.
    #[inline]
    pub fn in_range_from(&self, cursor: &mut RelocCursor, offset: u64, len: u64) -> Option<NumberedReloc> {
        if cursor.next <= offset {
            self.advance(cursor, offset);
        }
        // Nearly always the next record is past the place.
        if cursor.next > offset.saturating_add(len) { None } else { self.last_at(cursor.position, offset, len) }
    }

    /// Numbers of the records in `from..to`, in file order.
    pub fn numbers_in(&self, from: u64, to: u64) -> impl Iterator<Item = u32> + '_ {
        let all = 0..self.len();
        let positions = match &self.order {
            Some(_) => all,
            None => self.lower_bound(0, all.end, from)..self.lower_bound(0, all.end, to),
        };
        let is_in = move |number: &usize| self.relocs.offset_at(*number).is_some_and(|at| from <= at && at < to);
        positions.filter(is_in).map(|number| number as u32)
    }

    fn advance(&self, cursor: &mut RelocCursor, offset: u64) {
        cursor.position = self.lower_bound_near(cursor.position, offset);
        cursor.next = self.offset_at(cursor.position).map_or(u64::MAX, |next| next.saturating_add(1));
    }

    /// The last of the records with the offset of the one at `position`, if that is in range.
    fn last_at(&self, position: usize, offset: u64, len: u64) -> Option<NumberedReloc> {
        let first = self.offset_at(position).filter(|at| at - offset < len)?;
        let mut last = position;
        while self.offset_at(last + 1) == Some(first) {
            last += 1;
        }
        self.at_position(last)
    }
}

fn offset_of(record: &[u8; 24]) -> u64 {
    record.first_chunk().map_or(0, |offset| u64::from_le_bytes(*offset))
}
