// SPDX-License-Identifier: GPL-2.0-only

//! Which symbol of the patched object is which of the original one.
//!
//! Names are compared without what differs from build to build, so several symbols may share one. The widest rule that
//! leaves exactly one on both sides decides: the same name; also the same scope; also the same source file; also the same
//! checksum. Promoted symbols (`foo.llvm.1`) of one source file share a suffix, so one pair tells how the suffix of the
//! others has changed. Only when all that finds nothing more, the position among the namesakes counts.
//!
//! Upstream: `correlate_symbols()`.

use object::elf;
use rustc_hash::FxHashMap;

use super::super::content;
use super::super::say;
use super::super::say::Refusal;
use super::side::Marks;
use super::side::Side;
use super::trace::Trace;
use crate::elf::SymbolId;

/// Comparisons of symbols with their namesakes before a file is taken for one that is made to keep us busy: a kernel
/// has some millions.
const MOST_COMPARISONS: u64 = 1 << 31;

/// The longest name of a symbol, with the NUL that ends it.
pub(super) const SYMBOL_NAME_LEN: usize = 512;

/// Finds the counterparts of all symbols that can have one.
pub(in super::super) fn correlate<'d>(
    orig: &mut Side<'d>,
    patched: &mut Side<'d>,
    trace: &mut Trace<'_>,
) -> Result<(), Refusal> {
    let files = pair_files(orig, patched)?;
    let mut pairs = Pairs {
        by_name: [Namesakes::of(orig), Namesakes::of(patched)],
        open: orig.code.symbols.ids().filter(|id| !orig.has(*id, Marks::APART)).collect(),
        suffixes: FxHashMap::default(),
        n_comparisons: 0,
        orig,
        patched,
        files,
        trace,
    };
    loop {
        let by_rules = pairs.pair_all(Pairs::by_rules)?;
        pairs.learn_suffixes();
        let by_suffix = pairs.pair_all(Pairs::by_suffix)?;
        if !by_rules && !by_suffix {
            break;
        }
    }
    pairs.pair_all(Pairs::by_position)?;
    let Pairs { open, orig, trace, .. } = pairs;
    for id in open {
        let text = [b"no correlation: ", orig.name(id)].concat();
        trace.stderr.extend(say::warning(trace.object, &text));
    }
    Ok(())
}

/// Source files must be the same in the same order. The result has the patched one by the original one.
fn pair_files(orig: &Side<'_>, patched: &Side<'_>) -> Result<FxHashMap<SymbolId, SymbolId>, Refusal> {
    let files = |side: &Side<'_>| -> Vec<SymbolId> {
        side.code.symbols.ids().filter(|id| side.sym(*id).kind == elf::STT_FILE).collect()
    };
    let (files1, files2) = (files(orig), files(patched));
    for nth in 0..files1.len().max(files2.len()) {
        let name1 = files1.get(nth).map(|id| orig.name(*id));
        let name2 = files2.get(nth).map(|id| patched.name(*id));
        if name1 != name2 {
            let (name1, name2) = (name1.unwrap_or(b"NULL"), name2.unwrap_or(b"NULL"));
            return Err(Refusal::of(&[b"FILE symbol mismatch: ", name1, b" != ", name2]));
        }
    }
    Ok(files1.into_iter().zip(files2).collect())
}

/// Symbols by name and type, in the order of the symbol table.
struct Namesakes<'d>(FxHashMap<(&'d [u8], u8), Vec<SymbolId>>);

impl<'d> Namesakes<'d> {
    fn of(side: &Side<'d>) -> Self {
        let mut all: FxHashMap<(&[u8], u8), Vec<SymbolId>> = FxHashMap::default();
        for id in side.code.symbols.ids().filter(|id| !side.has(*id, Marks::APART)) {
            all.entry((content::demangled(&side.code, id), side.sym(id).kind)).or_default().push(id);
        }
        Self(all)
    }

    /// The symbols of this name and type, last one first, as in the original's hash chains.
    fn get<'s>(&'s self, name: &'d [u8], kind: u8) -> impl Iterator<Item = SymbolId> + use<'s, 'd> {
        self.0.get(&(name, kind)).map(Vec::as_slice).unwrap_or_default().iter().rev().copied()
    }
}

struct Pairs<'a, 'd, 't> {
    orig: &'a mut Side<'d>,
    patched: &'a mut Side<'d>,
    /// Original and patched symbols.
    by_name: [Namesakes<'d>; 2],
    /// Symbols of the original without counterpart, in the order of the symbol table.
    open: Vec<SymbolId>,
    files: FxHashMap<SymbolId, SymbolId>,
    /// Suffixes of promoted symbols, original to patched.
    suffixes: FxHashMap<Vec<u8>, Vec<u8>>,
    n_comparisons: u64,
    trace: &'a mut Trace<'t>,
}

/// How many symbols are left after each rule, and the last of them.
#[derive(Default)]
struct Funnel {
    counts: [u32; 4],
    last: [Option<SymbolId>; 4],
}

impl Funnel {
    fn take(&mut self, level: usize, id: SymbolId) {
        if let Some((count, last)) = self.counts.get_mut(level).zip(self.last.get_mut(level)) {
            *count += 1;
            *last = Some(id);
        }
    }
}

impl<'d> Pairs<'_, 'd, '_> {
    /// Goes through what is open with one way to find a counterpart. Says whether it found any.
    fn pair_all(
        &mut self,
        find: fn(&mut Self, SymbolId) -> Result<Option<SymbolId>, Refusal>,
    ) -> Result<bool, Refusal> {
        let open = std::mem::take(&mut self.open);
        let n_before = open.len();
        for id in open {
            match find(self, id)? {
                Some(twin) => {
                    self.orig.set_twin(id, twin);
                    self.patched.set_twin(twin, id);
                }
                None => self.open.push(id),
            }
        }
        Ok(self.open.len() != n_before)
    }

    fn count(&mut self, n: usize) -> Result<(), Refusal> {
        self.n_comparisons += 1 + n as u64;
        match self.n_comparisons > MOST_COMPARISONS {
            true => Err("too many symbols have the same name".to_owned().into()),
            false => Ok(()),
        }
    }

    fn side(&self, patched: bool) -> (&Side<'d>, &Namesakes<'d>) {
        let [orig, other] = &self.by_name;
        if patched { (self.patched, other) } else { (self.orig, orig) }
    }

    /// Symbols without counterpart that may be `id` by name, type and source file. One that is global on one side may be local
    /// on the other.
    fn candidates(&self, id: SymbolId, patched: bool) -> Vec<SymbolId> {
        let (side, namesakes) = self.side(patched);
        let file = self.orig.file(id);
        let file = if patched { file.and_then(|file| self.files.get(&file).copied()) } else { file };
        let name = content::demangled(&self.orig.code, id);
        let is_one = |other: &SymbolId| {
            let own = side.file(*other);
            side.twin(*other).is_none() && (file.is_none() || own.is_none() || own == file)
        };
        namesakes.get(name, self.orig.sym(id).kind).filter(is_one).collect()
    }

    /// Upstream: `same_file()`.
    fn is_same_file(&self, id: SymbolId, other: SymbolId, patched: bool) -> bool {
        let (side, _) = self.side(patched);
        if self.orig.has(id, Marks::PROMOTED) && side.has(other, Marks::PROMOTED) {
            return true;
        }
        let file = self.orig.file(id);
        let twin = if patched { file.and_then(|file| self.files.get(&file).copied()) } else { file };
        twin == side.file(other)
    }

    fn funnel(&mut self, id: SymbolId, patched: bool) -> Result<Funnel, Refusal> {
        let candidates = self.candidates(id, patched);
        self.count(candidates.len())?;
        let (side, _) = self.side(patched);
        let (own, checksum) = (self.orig.sym(id), self.orig.checksum(id));
        let mut funnel = Funnel::default();
        for other in candidates {
            funnel.take(0, other);
            if self.orig.is_of_unit(id) != side.is_of_unit(other) {
                continue;
            }
            funnel.take(1, other);
            if !self.is_same_file(id, other, patched) {
                continue;
            }
            funnel.take(2, other);
            if own.len == side.sym(other).len && checksum != 0 && checksum == side.checksum(other) {
                funnel.take(3, other);
            }
        }
        Ok(funnel)
    }

    /// Upstream: `find_twin()`.
    fn by_rules(&mut self, id: SymbolId) -> Result<Option<SymbolId>, Refusal> {
        let (orig, patched) = (self.funnel(id, false)?, self.funnel(id, true)?);
        let Some(level) =
            (0..4).find(|level| orig.counts.get(*level) == Some(&1) && patched.counts.get(*level) == Some(&1))
        else {
            return Ok(None);
        };
        let found = patched.last.get(level).copied().flatten();
        if let Some(found) = found.filter(|_| level != 0) {
            self.say("find_twin()", id, found);
        }
        Ok(found)
    }

    fn say(&mut self, how: &str, id: SymbolId, found: SymbolId) {
        let (from, to) = (self.orig.call_name(id), self.patched.call_name(found));
        self.trace.correlate(&[how.as_bytes(), b": ", &from, b" -> ", &to]);
    }

    /// Upstream: `update_suffix_map()`.
    fn learn_suffixes(&mut self) {
        for id in self.orig.code.symbols.ids().filter(|id| self.orig.has(*id, Marks::PROMOTED)) {
            let Some(twin) = self.orig.twin(id).filter(|twin| self.patched.has(*twin, Marks::PROMOTED)) else {
                continue;
            };
            let (from, to) = (suffix(self.orig.name(id)), suffix(self.patched.name(twin)));
            if !self.suffixes.contains_key(from) {
                self.suffixes.insert(from.to_vec(), to.to_vec());
            }
        }
    }

    /// Upstream: `find_twin_suffixed()`.
    fn by_suffix(&mut self, id: SymbolId) -> Result<Option<SymbolId>, Refusal> {
        if !self.orig.has(id, Marks::PROMOTED) {
            return Ok(None);
        }
        let Some(to) = self.suffixes.get(suffix(self.orig.name(id))) else { return Ok(None) };
        let name = say::bounded(&[content::demangled(&self.orig.code, id), to], SYMBOL_NAME_LEN);
        let name = match name {
            Ok(name) => name,
            // Said, and no more.
            Err(refusal) => {
                self.trace.stderr.extend(refusal.line(Some(self.trace.object)));
                return Ok(None);
            }
        };
        let kind = self.orig.sym(id).kind;
        let code = &self.patched.code;
        let is_one = |other: &SymbolId| {
            self.patched.twin(*other).is_none()
                && self.patched.sym(*other).kind == kind
                && !self.patched.has(*other, Marks::APART)
                && code.symbol_names().is_found_demangled(code.elf, *other)
        };
        let found: Vec<SymbolId> = code.symbol_names().all(&name).filter(is_one).collect();
        self.count(found.len())?;
        let [found] = found.as_slice() else { return Ok(None) };
        let found = *found;
        self.say("find_suffixed_twin()", id, found);
        Ok(Some(found))
    }

    /// Upstream: `find_twin_positional()`.
    fn by_position(&mut self, id: SymbolId) -> Result<Option<SymbolId>, Refusal> {
        let mut namesakes = |patched: bool| {
            let mut found = self.candidates(id, patched);
            self.count(found.len())?;
            let (side, _) = self.side(patched);
            let (is_of_unit, is_promoted) = (self.orig.is_of_unit(id), self.orig.has(id, Marks::PROMOTED));
            found.retain(|other| {
                side.is_of_unit(*other) == is_of_unit && side.has(*other, Marks::PROMOTED) == is_promoted
            });
            Ok::<_, Refusal>(found)
        };
        let (orig, patched) = (namesakes(false)?, namesakes(true)?);
        if orig.len() != patched.len() {
            return Ok(None);
        }
        let position = orig.iter().position(|other| *other == id).unwrap_or(0);
        let found = patched.get(position).copied();
        if let Some(found) = found {
            self.say("find_twin_positional()", id, found);
        }
        Ok(found)
    }
}

/// What the compiler has put behind the name of a symbol that it promoted, `.llvm.` included.
fn suffix(name: &[u8]) -> &[u8] {
    memchr::memmem::find(name, b".llvm.").and_then(|at| name.get(at..)).unwrap_or_default()
}
