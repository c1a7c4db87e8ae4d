// SPDX-License-Identifier: GPL-2.0-only

//! The one index by place: which of many symbols cover an offset of a section.
//!
//! The symbols of a section stand in order, by where they start; above the row is an implicit binary tree of the largest
//! ends. A search goes down only where an end is far enough, so what covers a place is found in logarithmic time however
//! many symbols start before it and end too early. `code::symbols` lets the same tree answer in the original's order.

use super::ElfFile;
use super::SectionId;
use super::Symbol;
use super::SymbolId;

/// The bytes of a section that belong to a symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u64,
    /// Offset behind the last byte.
    pub end: u64,
    /// The symbol.
    pub symbol: SymbolId,
}

/// Symbols by place.
#[derive(Debug)]
pub struct ByPlace {
    by_section: Vec<SectionSpans>,
}

/// The symbols of one section, by (start, end, symbol).
#[derive(Debug)]
struct SectionSpans {
    spans: Vec<Span>,
    ends: EndTree,
}

impl ByPlace {
    /// Sorts the symbols of a file that `wanted` says true of by place. Those in no section have none.
    pub fn new(elf: &ElfFile<'_>, wanted: impl Fn(SymbolId, &Symbol) -> bool) -> Self {
        let mut by_section: Vec<Vec<Span>> = vec![Vec::new(); elf.sections.len()];
        for (symbol, sym) in (0..).map(SymbolId).zip(&elf.symbols) {
            if sym.section != SectionId::UNDEF
                && wanted(symbol, sym)
                && let Some(list) = by_section.get_mut(sym.section.index())
            {
                list.push(Span { start: sym.value, end: sym.value.saturating_add(sym.size), symbol });
            }
        }
        Self { by_section: by_section.into_iter().map(SectionSpans::new).collect() }
    }

    /// The symbols of a section by (start, end, symbol).
    pub fn of(&self, section: SectionId) -> &[Span] {
        self.by_section.get(section.index()).map_or(&[][..], |row| row.spans.as_slice())
    }

    /// All symbols, section by section.
    pub fn all(&self) -> impl Iterator<Item = (SectionId, &Span)> {
        let rows = (0..).map(SectionId).zip(&self.by_section);
        rows.flat_map(|(section, row)| row.spans.iter().map(move |span| (section, span)))
    }

    /// Of the symbols that cover `offset`, the one that starts last; of several that do, the one that ends last.
    pub fn over(&self, section: SectionId, offset: u64) -> Option<&Span> {
        let row = self.by_section.get(section.index())?;
        let upto = row.spans.partition_point(|span| span.start <= offset);
        row.spans.get(row.ends.last(upto, offset.checked_add(1)?)?)
    }

    /// The symbols that start at exactly this place.
    pub fn starting_at(&self, section: SectionId, offset: u64) -> impl Iterator<Item = &Span> {
        let list = self.of(section);
        let first = list.partition_point(|span| span.start < offset);
        list.iter().skip(first).take_while(move |span| span.start == offset)
    }

    /// The last offset up to `offset` where a symbol starts.
    pub fn last_start(&self, section: SectionId, offset: u64) -> Option<u64> {
        let list = self.of(section);
        let last = list.partition_point(|span| span.start <= offset).checked_sub(1)?;
        list.get(last).map(|span| span.start)
    }
}

impl SectionSpans {
    fn new(mut spans: Vec<Span>) -> Self {
        spans.sort_unstable();
        let ends = EndTree::build(spans.iter().map(|span| span.end));
        Self { spans, ends }
    }
}

/// Largest ends over a row of intervals, as an implicit binary tree: node `n` has the children `2n` and `2n + 1`.
#[derive(Debug, Default)]
pub struct EndTree {
    /// Number of leaves, a power of two; 0 for an empty row.
    width: usize,
    /// Nodes from 1 on.
    max: Vec<u64>,
}

#[expect(clippy::indexing_slicing, reason = "every node from 1 to twice the width is there")]
impl EndTree {
    /// The tree above a row of intervals with these ends.
    pub fn build(ends: impl ExactSizeIterator<Item = u64>) -> Self {
        if ends.len() == 0 {
            return Self::default();
        }
        let width = ends.len().next_power_of_two();
        let mut max = vec![0; 2 * width];
        for (slot, end) in max[width..].iter_mut().zip(ends) {
            *slot = end;
        }
        for node in (1..width).rev() {
            max[node] = max[2 * node].max(max[2 * node + 1]);
        }
        Self { width, max }
    }

    /// Calls `visit` for the positions below `upto` whose end is at least `least`, in order, while it returns true.
    pub fn visit(&self, upto: usize, least: u64, mut visit: impl FnMut(usize) -> bool) {
        if self.width != 0 {
            self.descend(1, 0, self.width, upto, least, &mut visit);
        }
    }

    fn descend(
        &self,
        node: usize,
        from: usize,
        width: usize,
        upto: usize,
        least: u64,
        visit: &mut impl FnMut(usize) -> bool,
    ) -> bool {
        if from >= upto || self.max[node] < least {
            return true;
        }
        if width == 1 {
            return visit(from);
        }
        let half = width / 2;
        self.descend(2 * node, from, half, upto, least, visit)
            && self.descend(2 * node + 1, from + half, half, upto, least, visit)
    }

    /// The last position below `upto` whose end is at least `least`.
    pub fn last(&self, upto: usize, least: u64) -> Option<usize> {
        if self.width == 0 { None } else { self.last_below(1, 0, self.width, upto, least) }
    }

    fn last_below(&self, node: usize, from: usize, width: usize, upto: usize, least: u64) -> Option<usize> {
        if from >= upto || self.max[node] < least {
            return None;
        }
        if width == 1 {
            return Some(from);
        }
        let half = width / 2;
        let right = self.last_below(2 * node + 1, from + half, half, upto, least);
        right.or_else(|| self.last_below(2 * node, from, half, upto, least))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: SectionId = SectionId(1);

    fn spans(list: &[(u64, u64)]) -> ByPlace {
        let span = |(index, &(start, end)): (usize, &(u64, u64))| Span { start, end, symbol: SymbolId(index as u32) };
        let spans = list.iter().enumerate().map(span).collect();
        ByPlace { by_section: vec![SectionSpans::new(Vec::new()), SectionSpans::new(spans)] }
    }

    #[test]
    fn what_starts_last_covers() {
        let spans = spans(&[(0, 100), (10, 30), (12, 16), (40, 40), (200, u64::MAX)]);
        let at = |offset| spans.over(TEXT, offset).map(|span| span.symbol.0);
        assert_eq!([at(5), at(10), at(13), at(16), at(40), at(99)].map(|id| id.unwrap_or(9)), [0, 1, 2, 1, 0, 0]);
        assert_eq!((at(100), at(200), at(u64::MAX)), (None, Some(4), None));
        assert_eq!((spans.over(SectionId(0), 5), spans.over(SectionId(7), 5)), (None, None));
        assert_eq!(spans.last_start(TEXT, 150), Some(40));
        assert_eq!(spans.starting_at(TEXT, 12).count(), 1);
    }

    /// Three of the indexes that this one replaces gave up after 64 spans that start later and end earlier.
    #[test]
    fn however_many_end_too_early() {
        let mut list = vec![(0, 1000)];
        list.extend((1..900).map(|start| (start, start + 1)));
        let spans = spans(&list);
        assert_eq!(spans.over(TEXT, 950).map(|span| span.symbol.0), Some(0));
        assert_eq!(spans.over(TEXT, 500).map(|span| span.symbol.0), Some(500));
    }

    #[test]
    fn as_slow_search_finds_it() {
        let mut seed = 1_u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for n_spans in 0..40 {
            let list: Vec<(u64, u64)> =
                (0..n_spans).map(|_| random(60)).map(|start| (start, start + start % 13)).collect();
            let spans = spans(&list);
            for offset in 0..80 {
                let slow = spans.of(TEXT).iter().rev().find(|span| span.start <= offset && offset < span.end);
                assert_eq!(spans.over(TEXT, offset), slow, "{list:?} at {offset}");
            }
        }
    }
}
