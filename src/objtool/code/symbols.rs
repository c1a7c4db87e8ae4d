// SPDX-License-Identifier: GPL-2.0-only

//! Symbols as the analysis sees them, and where they lie.
//!
//! The original keeps the symbols of a section in an interval tree and in a list; look-ups return the first match in
//! tree order, which is (offset, symbol table index). Here each section has a slice of symbol ids in that order with an
//! implicit tree of interval ends above it.

use bitflags::bitflags;
use object::elf;

use super::length_trees::LengthTrees;
use crate::elf::ElfFile;
use crate::elf::EndTree;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::kernel::Profile;

bitflags! {
    /// What is special about a symbol.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub struct SymFlags: u16 {
        /// A static call trampoline, `__SCT__*`.
        const STATIC_CALL_TRAMP = 1 << 0;
        /// An indirect branch thunk.
        const RETPOLINE_THUNK = 1 << 1;
        /// The return thunk.
        const RETURN_THUNK = 1 << 2;
        /// Begins inside another instruction.
        const EMBEDDED_INSN = 1 << 3;
        /// `__fentry__`.
        const FENTRY = 1 << 4;
        /// Instrumentation that noinstr code may have removed.
        const PROFILING = 1 << 5;
        /// May run with user access open.
        const UACCESS_SAFE = 1 << 6;
        /// An untyped `.L` label.
        const LOCAL_LABEL = 1 << 7;
        /// The padding or type hash before a function.
        const PREFIX = 1 << 8;
        /// The unlikely part of a function.
        const COLD = 1 << 9;
        /// Exempt from validation.
        const IGNORE = 1 << 10;
        /// Exempt from the kCFI call check.
        const NOCFI = 1 << 11;
    }
}

/// One symbol with what the analysis adds to it.
#[derive(Debug, Clone, Copy)]
pub struct Sym {
    /// Offset in its section.
    pub offset: u64,
    /// Length in bytes, below 4 GiB; less than `st_size` for a function whose cold part lies inside it.
    pub len: u64,
    /// Section; the null section for undefined, absolute and common symbols.
    pub section: SectionId,
    /// The canonical one of all symbols with this place, type and length.
    pub alias: SymbolId,
    /// The function this is a part of: itself, or the parent of a cold part; [`NO_SYMBOL`] for other symbols before 7.3.
    pub pfunc: SymbolId,
    /// The cold part of this function, or itself; [`NO_SYMBOL`] likewise.
    pub cfunc: SymbolId,
    /// `STT_*`; `STT_FUNC` for untyped cold parts from 7.3 on.
    pub kind: u8,
    /// `STB_*`.
    pub binding: u8,
    /// What is special about it.
    pub flags: SymFlags,
}

const _: () = assert!(size_of::<Sym>() <= 40);

/// Stands for "no symbol" where 4 bytes count.
pub const NO_SYMBOL: SymbolId = SymbolId(u32::MAX);

impl Sym {
    /// Whether it counts as a function.
    pub fn is_func(&self) -> bool {
        self.kind == elf::STT_FUNC
    }

    /// Whether it stands for a section.
    pub fn is_section(&self) -> bool {
        self.kind == elf::STT_SECTION
    }

    /// Whether it lies in no section (`is_undef_sym()`); absolute and common symbols count.
    pub fn is_undef(&self) -> bool {
        self.section == SectionId::UNDEF
    }

    /// Offset of the first byte after it.
    pub fn end(&self) -> u64 {
        self.offset.wrapping_add(self.len)
    }

    /// Last offset that the original's interval tree gives it.
    fn last(&self) -> u64 {
        self.offset.wrapping_add(self.len.saturating_sub(1))
    }
}

/// All symbols of a file.
#[derive(Debug)]
pub struct Symbols {
    /// By symbol table index.
    pub table: Vec<Sym>,
    /// Symbols of each section in the order of the original's `symbol_list`.
    listed: Sectioned,
    /// Symbols of each section in tree order, as far as look-ups see them.
    placed: Sectioned,
    /// Interval ends above `placed`.
    ends: Vec<EndTree>,
    zero_length_visible: bool,
    /// Look-ups by place answer with the canonical alias.
    canonical: bool,
    /// The smallest symbol that covers a place counts.
    smallest: bool,
    /// How code between symbols is told from code in them.
    pub(super) holes: HoleRules,
    /// Look-ups go down a tree by offset and length, whose shape matters where symbols overlap (before 5.18).
    by_length: Option<LengthTrees>,
}

/// What counts as a hole between symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct HoleRules {
    /// Code before the first symbol is in one.
    pub before_first: bool,
    /// None begins behind a section symbol.
    pub not_after_sections: bool,
}

/// Symbol ids grouped by section.
#[derive(Debug, Default)]
struct Sectioned {
    ids: Vec<SymbolId>,
    /// `ids[first[s]..first[s + 1]]` are section `s`'s.
    first: Vec<u32>,
}

impl Sectioned {
    fn of(&self, section: SectionId) -> &[SymbolId] {
        let bounds = self.first.get(section.index()).zip(self.first.get(section.index() + 1));
        bounds.and_then(|(&from, &to)| self.ids.get(from as usize..to as usize)).unwrap_or_default()
    }
}

impl Symbols {
    /// Reads the symbols of `elf` and finds aliases; names, classes and cold parts come later.
    pub fn read(elf: &ElfFile<'_>, profile: &Profile) -> Self {
        let table = elf.symbols.iter().enumerate().map(|(index, raw)| Sym {
            offset: raw.value,
            // The original keeps 32 bits of it.
            len: u64::from(raw.size as u32),
            section: raw.section,
            alias: SymbolId(index as u32),
            pfunc: NO_SYMBOL,
            cfunc: NO_SYMBOL,
            kind: raw.kind(),
            binding: raw.binding(),
            flags: SymFlags::default(),
        });
        let mut symbols = Self {
            table: table.collect(),
            listed: Sectioned::default(),
            placed: Sectioned::default(),
            ends: Vec::new(),
            zero_length_visible: profile.has(Behaviour::ZeroLengthVisible),
            canonical: profile.has(Behaviour::LookupsAreCanonical),
            smallest: profile.has(Behaviour::SmallestCoveringSymbol),
            holes: HoleRules {
                before_first: profile.has(Behaviour::HoleBeforeFirstSymbol),
                not_after_sections: profile.has(Behaviour::HolesNotAfterSectionSymbols),
            },
            by_length: profile.has(Behaviour::SymbolsByLength).then(LengthTrees::default),
        };
        if profile.has(Behaviour::ColdByName) {
            symbols.mark_cold(elf);
        }
        symbols.place(elf.sections.len());
        let skip_undef = profile.has(Behaviour::NoUndefAliases);
        match profile.has(Behaviour::AliasesNeedLength) {
            _ if symbols.by_length.is_some() => symbols.grow_length_trees(elf.sections.len()),
            true => symbols.find_aliases(elf, skip_undef),
            false => symbols.find_aliases_of_any_length(elf, skip_undef),
        }
        symbols
    }

    /// Makes every symbol with `.cold` in its name a function: clang leaves them untyped.
    fn mark_cold(&mut self, elf: &ElfFile<'_>) {
        for (sym, raw) in self.table.iter_mut().zip(&elf.symbols) {
            let name = elf.symbol_name(raw);
            if raw.is_section() || name.starts_with(b".klp.sym") || memchr::memmem::find(name, b".cold").is_none() {
                continue;
            }
            sym.flags |= SymFlags::COLD;
            sym.kind = elf::STT_FUNC;
        }
    }

    fn place(&mut self, n_sections: usize) {
        let all = self.group_by_section(n_sections);
        let mut listed = all.ids.clone();
        let mut placed = Sectioned { ids: Vec::with_capacity(all.ids.len()), first: vec![0; n_sections + 1] };
        for section in 0..n_sections {
            let range = all.first[section] as usize..all.first[section + 1] as usize;
            let members = &mut listed[range];
            if !self.zero_length_visible && self.has_unsized_code_symbol(members) {
                self.order_like_5_10(members);
            } else {
                members.sort_by_key(|id| (self.table[id.index()].offset, self.length_key(*id)));
            }
            let start = placed.ids.len();
            placed.first[section] = start as u32;
            let visible = |id: &&SymbolId| self.zero_length_visible || self.table[id.index()].len != 0;
            placed.ids.extend(members.iter().filter(visible));
            placed.ids[start..].sort_by_key(|id| (self.table[id.index()].offset, self.length_key(*id), *id));
        }
        placed.first[n_sections] = placed.ids.len() as u32;
        self.ends = (0..n_sections).map(|_| EndTree::default()).collect();
        for section in 0..n_sections {
            let members = placed.of(SectionId(section as u32));
            self.ends[section] = EndTree::build(members.iter().map(|id| self.table[id.index()].last()));
        }
        self.listed = Sectioned { ids: listed, first: all.first };
        self.placed = placed;
    }

    /// Groups all symbols by section, in symbol table order.
    fn group_by_section(&self, n_sections: usize) -> Sectioned {
        let mut first = vec![0_u32; n_sections + 1];
        for sym in &self.table {
            first[sym.section.index() + 1] += 1;
        }
        for section in 0..n_sections {
            first[section + 1] += first[section];
        }
        let mut next = first.clone();
        let mut ids = vec![SymbolId::NULL; self.table.len()];
        for (index, sym) in self.table.iter().enumerate() {
            let slot = &mut next[sym.section.index()];
            ids[*slot as usize] = SymbolId(index as u32);
            *slot += 1;
        }
        Sectioned { ids, first }
    }

    fn has_unsized_code_symbol(&self, members: &[SymbolId]) -> bool {
        members.iter().any(|id| self.table[id.index()].len == 0 && !self.table[id.index()].is_section())
    }

    /// The length, if it counts for the order of symbols at one place.
    fn length_key(&self, id: SymbolId) -> u64 {
        if self.by_length.is_some() { self.table[id.index()].len } else { 0 }
    }

    /// Orders a section's list as the series before 7.3 do: each symbol goes behind the last *sized* symbol that starts
    /// at or before it (and is no longer, where the length counts), so unsized ones come out in reverse, and sized ones that come later go before them.
    fn order_like_5_10(&self, members: &mut [SymbolId]) {
        let mut next: Vec<u32> = vec![u32::MAX; members.len()];
        let mut head = u32::MAX;
        let mut sized = std::collections::BTreeMap::new();
        for (position, id) in members.iter().enumerate() {
            let sym = &self.table[id.index()];
            let position = position as u32;
            let length = self.length_key(*id);
            let before = sized.range(..=(sym.offset, length, u32::MAX)).next_back().map(|(_, &at): (_, &u32)| at);
            match before {
                Some(at) => {
                    next[position as usize] = next[at as usize];
                    next[at as usize] = position;
                }
                None => {
                    next[position as usize] = head;
                    head = position;
                }
            }
            if sym.len != 0 {
                sized.insert((sym.offset, length, position), position);
            }
        }
        let old = members.to_vec();
        for slot in members.iter_mut() {
            *slot = old[head as usize];
            head = next[head as usize];
        }
    }

    /// Makes the last of several symbols with one place, type and length the canonical one.
    fn find_aliases(&mut self, elf: &ElfFile<'_>, skip_undef: bool) {
        let mut latest = std::collections::HashMap::new();
        for section in 0..self.ends.len() {
            if section == 0 && skip_undef {
                continue;
            }
            let members = self.placed.of(SectionId(section as u32));
            let groups = members.chunk_by(|a, b| self.table[a.index()].offset == self.table[b.index()].offset);
            let mut found = Vec::new();
            for group in groups.filter(|group| group.len() > 1) {
                latest.clear();
                for &id in group.iter().rev() {
                    let sym = &self.table[id.index()];
                    if let Some(&alias) = latest.get(&(sym.kind, sym.len)) {
                        found.push((id, alias));
                    }
                    // A later symbol is compared by the type in the file, before a cold part became a function.
                    let raw_kind = elf.symbols[id.index()].kind();
                    latest.entry((raw_kind, sym.len)).or_insert(id);
                }
            }
            for (id, alias) in found {
                self.table[id.index()].alias = alias;
            }
        }
    }

    /// As [`Symbols::find_aliases`], whatever their lengths are. One that is only seen as it comes may be the last.
    fn find_aliases_of_any_length(&mut self, elf: &ElfFile<'_>, skip_undef: bool) {
        let mut latest = std::collections::HashMap::new();
        for index in (0..self.table.len()).rev() {
            let sym = &self.table[index];
            if sym.section == SectionId::UNDEF && skip_undef {
                continue;
            }
            let is_seen = sym.len != 0 || self.zero_length_visible;
            if let Some(&alias) = latest.get(&(sym.section, sym.offset, sym.kind)).filter(|_| is_seen) {
                self.table[index].alias = alias;
            }
            let sym = &self.table[index];
            let raw_kind = elf.symbols[index].kind();
            latest.entry((sym.section, sym.offset, raw_kind)).or_insert(SymbolId(index as u32));
        }
    }

    /// Lets look-ups by place see the symbols that were added to the table from `first` on. Of several with one place, type and
    /// length the last is the canonical one, as ever.
    pub fn place_added(&mut self, first: usize) {
        let mut latest = std::collections::HashMap::new();
        for (index, sym) in self.table.iter().enumerate().skip(first).filter(|(_, sym)| !sym.is_undef()) {
            latest.insert((sym.section, sym.offset, sym.kind, sym.len), SymbolId(index as u32));
        }
        for (index, sym) in self.table.iter_mut().enumerate() {
            let key = (sym.section, sym.offset, sym.kind, sym.len);
            if let Some(last) = latest.get(&key).filter(|last| last.index() > index) {
                sym.alias = *last;
            }
        }
        self.place(self.ends.len());
    }

    /// The symbol with number `id`, which must come from this file.
    pub fn get(&self, id: SymbolId) -> &Sym {
        &self.table[id.index()]
    }

    /// Ids of all symbols in symbol table order.
    pub fn ids(&self) -> impl Iterator<Item = SymbolId> + use<> {
        (0..self.table.len() as u32).map(SymbolId)
    }

    /// Symbols of a section in list order.
    pub fn in_section(&self, section: SectionId) -> &[SymbolId] {
        self.listed.of(section)
    }

    /// The symbol at exactly `offset` that is no section symbol (`find_symbol_by_offset()`).
    pub fn at(&self, section: SectionId, offset: u64) -> Option<SymbolId> {
        if let Some(trees) = &self.by_length {
            return trees.find(self, section, offset, |sym| sym.offset == offset && !sym.is_section());
        }
        self.starting_at(section, offset).find(|id| !self.get(*id).is_section()).map(|id| self.resolve(id))
    }

    /// The function at exactly `offset` (`find_func_by_offset()`).
    pub fn func_at(&self, section: SectionId, offset: u64) -> Option<SymbolId> {
        if let Some(trees) = &self.by_length {
            return trees.find(self, section, offset, |sym| sym.offset == offset && sym.is_func());
        }
        self.starting_at(section, offset).find(|id| self.get(*id).is_func()).map(|id| self.resolve(id))
    }

    /// The first function that covers `offset` (`find_func_containing()`).
    pub fn func_containing(&self, section: SectionId, offset: u64) -> Option<SymbolId> {
        if let Some(trees) = &self.by_length {
            return trees.find(self, section, offset, Sym::is_func);
        }
        let mut found = None;
        self.covering(section, offset, |id| {
            if self.get(id).is_func() {
                found = Some(id);
            }
            found.is_none()
        });
        found.map(|id| self.resolve(id))
    }

    /// The symbol that covers `offset` (`find_symbol_containing()`): the smallest one (7.3), or the first that is no
    /// section symbol.
    pub fn containing(&self, section: SectionId, offset: u64) -> Option<SymbolId> {
        if let Some(trees) = &self.by_length {
            return trees.find(self, section, offset, |sym| !sym.is_section());
        }
        let mut found: Option<SymbolId> = None;
        self.covering(section, offset, |id| {
            let sym = self.get(id);
            if !self.smallest {
                if !sym.is_section() {
                    found = Some(id);
                }
                return found.is_none();
            }
            if sym.len != 0 && found.is_none_or(|best| sym.len < self.get(best).len) {
                found = Some(id);
            }
            true
        });
        found.map(|id| self.resolve(id))
    }

    /// Symbols of a section in tree order, as far as look-ups see them.
    pub(super) fn placed_in(&self, section: SectionId) -> &[SymbolId] {
        self.placed.of(section)
    }

    /// Whether look-ups see symbols without a length.
    pub(super) fn zero_length_visible(&self) -> bool {
        self.zero_length_visible
    }

    /// Builds the trees whose shape matters, and makes the first of several symbols with one place and length the
    /// canonical one, whatever their types.
    fn grow_length_trees(&mut self, n_sections: usize) {
        let mut trees = LengthTrees::default();
        for section in (0..n_sections as u32).map(SectionId) {
            trees.grow(self, section);
            let members = self.placed.of(section);
            for (earlier, id) in members.iter().zip(members.iter().skip(1)) {
                let (first, sym) = (self.table[earlier.index()], self.table[id.index()]);
                if (first.offset, first.len) == (sym.offset, sym.len) {
                    self.table[id.index()].alias = first.alias;
                }
            }
        }
        self.by_length = Some(trees);
    }

    fn resolve(&self, id: SymbolId) -> SymbolId {
        if self.canonical { self.get(id).alias } else { id }
    }

    fn starting_at(&self, section: SectionId, offset: u64) -> impl Iterator<Item = SymbolId> + '_ {
        let members = self.placed.of(section);
        let from = members.partition_point(|id| self.get(*id).offset < offset);
        members[from..].iter().copied().take_while(move |id| self.get(*id).offset == offset)
    }

    /// Calls `visit` for the symbols whose interval covers `offset`, in tree order, while it returns true.
    fn covering(&self, section: SectionId, offset: u64, mut visit: impl FnMut(SymbolId) -> bool) {
        let members = self.placed.of(section);
        let upto = members.partition_point(|id| self.get(*id).offset <= offset);
        let Some(ends) = self.ends.get(section.index()) else { return };
        ends.visit(upto, offset, |position| {
            let id = members[position];
            // The tree keeps the end that a function had before its cold part was cut off.
            self.get(id).last() < offset || visit(id)
        });
    }
}

#[cfg(test)]
impl Symbols {
    /// Symbols of section 1 from (offset, length, `STT_*`).
    pub(super) fn of(list: &[(u64, u64, u8)], zero_length_visible: bool) -> Self {
        let sym = |(index, &(offset, len, kind)): (usize, &(u64, u64, u8))| Sym {
            offset,
            len,
            section: SectionId(1),
            alias: SymbolId(index as u32),
            pfunc: NO_SYMBOL,
            cfunc: NO_SYMBOL,
            kind,
            binding: elf::STB_GLOBAL,
            flags: SymFlags::default(),
        };
        let mut symbols = Self {
            table: list.iter().enumerate().map(sym).collect(),
            listed: Sectioned::default(),
            placed: Sectioned::default(),
            ends: Vec::new(),
            zero_length_visible,
            canonical: zero_length_visible,
            smallest: zero_length_visible,
            holes: HoleRules { before_first: zero_length_visible, not_after_sections: false },
            by_length: None,
        };
        symbols.place(2);
        symbols
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUNC: u8 = elf::STT_FUNC;
    const LABEL: u8 = elf::STT_NOTYPE;
    const TEXT: SectionId = SectionId(1);

    #[test]
    fn the_smallest_symbol_that_covers_a_place_counts() {
        let symbols = Symbols::of(&[(0, 100, FUNC), (10, 20, LABEL), (12, 4, LABEL), (200, 8, FUNC)], true);
        let at = |offset| symbols.containing(TEXT, offset).map(|id| id.0);
        assert_eq!((at(5), at(10), at(13), at(16), at(99)), (Some(0), Some(1), Some(2), Some(1), Some(0)));
        assert_eq!((at(100), at(203), at(208)), (None, Some(3), None));
        assert_eq!(symbols.func_containing(TEXT, 13), Some(SymbolId(0)));
    }

    #[test]
    fn before_7_3_unsized_symbols_reorder_the_list() {
        // A sized function, two unsized labels behind it, then another sized function behind those.
        let list = [(0, 8, FUNC), (16, 0, LABEL), (16, 0, LABEL), (32, 8, FUNC)];
        let order =
            |visible| -> Vec<u32> { Symbols::of(&list, visible).in_section(TEXT).iter().map(|id| id.0).collect() };
        assert_eq!(order(true), [0, 1, 2, 3]);
        assert_eq!(order(false), [0, 3, 2, 1]);
    }

    #[test]
    fn interval_ends_are_searched_in_order() {
        let ends = [9_u64, 3, 50, 2, 7];
        let tree = EndTree::build(ends.iter().copied());
        for upto in 0..=ends.len() {
            for least in [0, 3, 8, 51] {
                let mut found = Vec::new();
                tree.visit(upto, least, |at| {
                    found.push(at);
                    true
                });
                let expected: Vec<usize> = (0..upto).filter(|&at| ends[at] >= least).collect();
                assert_eq!(found, expected);
            }
        }
    }
}
