// SPDX-License-Identifier: GPL-2.0-only

//! Gaps between symbols, as the original finds them.
//!
//! Upstream: `find_symbol_hole_containing()`. It looks for a place in a tree of symbols that is ordered by their starts
//! alone. That is a binary search as long as no symbol ends before one that starts earlier does. Where symbols are nested,
//! or an empty one follows a sized one at its place, the answer depends on the shape of the tree, so the tree is rebuilt
//! with the original's rotations.

use super::Symbols;
use super::red_black::Tree;
use crate::elf::SectionId;
use crate::elf::SymbolId;

/// Code that no symbol covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hole {
    /// A symbol covers the place, or nothing is known before it.
    None,
    /// Up to the next symbol at this offset.
    Until(u64),
    /// Up to the end of the section.
    ToEnd,
}

/// Finds gaps; places of one section are best asked for in a row.
pub struct HoleFinder<'a> {
    symbols: &'a Symbols,
    section: Option<SectionId>,
    /// The section's tree if its shape matters.
    tree: Option<Tree>,
    /// By node of the tree.
    nodes: Vec<SymbolId>,
}

impl<'a> HoleFinder<'a> {
    /// A finder that has not looked at any section yet.
    pub fn new(symbols: &'a Symbols) -> Self {
        Self { symbols, section: None, tree: None, nodes: Vec::new() }
    }

    /// What lies around `offset` if the original comes to no symbol that covers it.
    pub fn at(&mut self, section: SectionId, offset: u64) -> Hole {
        if self.section != Some(section) {
            self.enter(section);
        }
        let (before, next) = match &self.tree {
            Some(tree) => match self.search(tree, offset) {
                Some(found) => found,
                None => return Hole::None,
            },
            None => match self.search_sorted(section, offset) {
                Some(found) => found,
                None => return Hole::None,
            },
        };
        if !before && !self.symbols.holes.before_first {
            return Hole::None;
        }
        let Some(next) = next else { return Hole::ToEnd };
        // The original keeps the size as an `int`.
        let size = self.symbols.get(next).offset.wrapping_sub(offset) as i32;
        match size {
            0 => Hole::None,
            ..0 => Hole::ToEnd,
            _ => Hole::Until(offset.wrapping_add(i64::from(size).cast_unsigned())),
        }
    }

    fn enter(&mut self, section: SectionId) {
        self.section = Some(section);
        self.tree = None;
        self.nodes.clear();
        let symbols = self.symbols;
        let placed = symbols.placed_in(section);
        let ends = placed.iter().map(|id| symbols.get(*id).end());
        let has_section = symbols.holes.not_after_sections && placed.iter().any(|id| symbols.get(*id).is_section());
        if ends.is_sorted() && !has_section {
            return;
        }
        let mut tree = Tree::default();
        let mut in_table_order = symbols.in_section(section).to_vec();
        in_table_order.sort_unstable();
        for id in in_table_order {
            let start = symbols.get(id).offset;
            let nodes = &self.nodes;
            let node = tree.insert(|other| nodes.get(other).is_some_and(|other| start < symbols.get(*other).offset));
            self.nodes.push(id);
            if symbols.get(id).len == 0 && !symbols.zero_length_visible() {
                tree.remove(node);
            }
        }
        self.tree = Some(tree);
    }

    /// Whether a symbol ends before `offset` and which one comes after; `None` if one covers it.
    fn search(&self, tree: &Tree, offset: u64) -> Option<(bool, Option<SymbolId>)> {
        let mut before = None;
        let mut at = tree.root();
        while let Some(node) = at {
            let sym = self.symbols.get(self.nodes[node]);
            at = if offset < sym.offset {
                tree.left(node)
            } else if offset >= sym.end() {
                if !(sym.is_section() && self.symbols.holes.not_after_sections) {
                    before = Some(node);
                }
                tree.right(node)
            } else {
                return None;
            };
        }
        let next = before.map_or_else(|| tree.first(), |node| tree.next(node));
        Some((before.is_some(), next.map(|node| self.nodes[node])))
    }

    /// As [`HoleFinder::search`], for symbols whose ends are as sorted as their starts.
    fn search_sorted(&self, section: SectionId, offset: u64) -> Option<(bool, Option<SymbolId>)> {
        let placed = self.symbols.placed_in(section);
        let n_before = placed.partition_point(|id| self.symbols.get(*id).end() <= offset);
        let next = placed.get(n_before).copied();
        let is_covered = next.is_some_and(|id| self.symbols.get(id).offset <= offset);
        (!is_covered).then_some((n_before != 0, next))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object::elf::STT_FUNC;

    const TEXT: SectionId = SectionId(1);

    #[test]
    fn holes_lie_between_symbols() {
        let symbols = Symbols::of(&[(8, 2, STT_FUNC), (20, 10, STT_FUNC)], true);
        let mut finder = HoleFinder::new(&symbols);
        assert_eq!(
            [5, 8, 10, 30].map(|at| finder.at(TEXT, at)),
            [Hole::Until(8), Hole::None, Hole::Until(20), Hole::ToEnd]
        );
        let older = Symbols::of(&[(8, 2, STT_FUNC)], false);
        assert_eq!(HoleFinder::new(&older).at(TEXT, 5), Hole::None);
    }

    #[test]
    fn an_empty_symbol_hides_the_one_around_it_if_the_search_meets_it_first() {
        // Three symbols at one place: the second is at the top, and the sized one before it is never looked at.
        let symbols = Symbols::of(&[(0, 4, STT_FUNC), (0, 0, STT_FUNC), (0, 0, STT_FUNC)], true);
        assert_eq!(HoleFinder::new(&symbols).at(TEXT, 0), Hole::ToEnd);
        let symbols = Symbols::of(&[(0, 4, STT_FUNC), (0, 0, STT_FUNC)], true);
        assert_eq!(HoleFinder::new(&symbols).at(TEXT, 0), Hole::None);
    }
}
