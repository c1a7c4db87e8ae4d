// SPDX-License-Identifier: GPL-2.0-only

//! Symbols by place, as releases before 5.18 find them.
//!
//! They keep the symbols of a section in a red-black tree by offset and length, and go down it with a comparison that is
//! only right for symbols that do not overlap: a symbol inside another one hides what lies around it, or does not, by
//! where the two stand in the tree. Where that can happen the tree is rebuilt with the original's rotations; elsewhere a
//! binary search gives the same answer.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use super::red_black::Tree;
use super::symbols::Sym;
use super::symbols::Symbols;
use crate::elf::SectionId;
use crate::elf::SymbolId;

/// The trees of sections whose symbols overlap.
#[derive(Debug, Default)]
pub(super) struct LengthTrees(FxHashMap<SectionId, SectionTree>);

#[derive(Debug)]
struct SectionTree {
    tree: Tree,
    /// By node of the tree.
    nodes: Vec<SymbolId>,
}

impl LengthTrees {
    /// Builds the tree of a section if its shape matters.
    pub fn grow(&mut self, symbols: &Symbols, section: SectionId) {
        let ends = symbols.placed_in(section).iter().map(|id| symbols.get(*id).end());
        if ends.is_sorted() {
            return;
        }
        let mut grown = SectionTree { tree: Tree::default(), nodes: Vec::new() };
        let mut in_table_order = symbols.in_section(section).to_vec();
        in_table_order.sort_unstable();
        let place = |id: &SymbolId| (symbols.get(*id).offset, symbols.get(*id).len);
        for id in in_table_order {
            let nodes = &grown.nodes;
            let is_less = |other: usize| nodes.get(other).is_some_and(|other| place(&id) < place(other));
            let node = grown.tree.insert(is_less);
            grown.nodes.push(id);
            if symbols.get(id).len == 0 {
                grown.tree.remove(node);
            }
        }
        self.0.insert(section, grown);
    }

    /// The first symbol that the search for `offset` comes by and that `wanted` takes (`rb_for_each()`).
    pub fn find(
        &self,
        symbols: &Symbols,
        section: SectionId,
        offset: u64,
        wanted: impl Fn(&Sym) -> bool,
    ) -> Option<SymbolId> {
        let Some(grown) = self.0.get(&section) else {
            let placed = symbols.placed_in(section);
            let from = placed.partition_point(|id| compare(offset, symbols.get(*id)) == Ordering::Greater);
            let covering = placed[from..].iter().take_while(|id| compare(offset, symbols.get(**id)) == Ordering::Equal);
            return covering.copied().find(|id| wanted(symbols.get(*id)));
        };
        let sym = |node: usize| symbols.get(grown.nodes[node]);
        let first = grown.first_match(|node| compare(offset, sym(node)));
        let mut covering = std::iter::successors(first, |node| grown.tree.next(*node))
            .take_while(|node| compare(offset, sym(*node)) == Ordering::Equal);
        covering.find(|node| wanted(sym(*node))).map(|node| grown.nodes[node])
    }
}

impl SectionTree {
    /// Upstream: `rb_find_first()`.
    fn first_match(&self, compare: impl Fn(usize) -> Ordering) -> Option<usize> {
        let mut found = None;
        let mut at = self.tree.root();
        while let Some(node) = at {
            at = match compare(node) {
                Ordering::Greater => self.tree.right(node),
                order => {
                    if order == Ordering::Equal {
                        found = Some(node);
                    }
                    self.tree.left(node)
                }
            };
        }
        found
    }
}

/// Where `offset` lies as seen from a symbol: before it, in it, or after it.
fn compare(offset: u64, sym: &Sym) -> Ordering {
    if offset < sym.offset {
        Ordering::Less
    } else if offset >= sym.end() {
        Ordering::Greater
    } else {
        Ordering::Equal
    }
}
