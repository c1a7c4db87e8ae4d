// SPDX-License-Identifier: GPL-2.0-only

//! The path walk: follows every way through every function and keeps the state of the frame at each instruction.
//!
//! Upstream: `validate_branch()`. The walk goes depth first, alternatives before the instruction itself, taken branches
//! before what follows; the first visitor's state is the one that counts. A finding aborts its path and all paths that
//! led there, up to the function. The original recurses; here the paths are a vector, since files may be hostile.

mod marks;
pub mod observe;
mod parallel;
mod step;
mod units;

use arch::InsnKind;

use marks::Marks;

use observe::Event;
use observe::Observer;
use observe::Unobserved;

use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::objtool::cfi::CfiId;
use crate::objtool::cfi::CfiState;
use crate::objtool::cfi::CfiTable;
use crate::objtool::code::Code;
use crate::objtool::code::InsnFlags;
use crate::objtool::code::InsnId;
use crate::objtool::code::NO_SYMBOL;
use crate::objtool::code::SecFlags;
use crate::objtool::code::SymFlags;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;

/// What the walk found out about every instruction.
#[derive(Debug)]
pub struct Walk {
    /// State before each instruction, by instruction; [`CfiId::NONE`] where the walk never came.
    pub cfi: Vec<CfiId>,
    /// States that alternatives share, by slot of [`crate::objtool::code::AltGroup::slots`].
    pub slots: Vec<CfiId>,
    /// All states.
    pub cfis: CfiTable,
    /// Instructions visited.
    pub n_visited: u64,
    /// States taken over from the instruction before or from a saved one.
    pub n_reused: u64,
    /// How often the walk was aborted.
    pub n_warnings: u32,
    /// What no walk gets past. The original goes on with memory that is not its own.
    pub fatal: Option<Fatal>,
    /// Visited without and with user access open, by instruction.
    visited: Vec<u8>,
}

impl Walk {
    /// Whether the walk came to `insn`.
    pub fn has_visited(&self, insn: InsnId) -> bool {
        self.visited[insn.index()] != 0
    }
}

/// What walks count and make, besides the marks at instructions.
#[derive(Debug)]
struct Tally {
    cfis: CfiTable,
    n_visited: u64,
    n_reused: u64,
    n_warnings: u32,
    fatal: Option<Fatal>,
}

impl Tally {
    fn new(cfis: CfiTable) -> Self {
        Self { cfis, n_visited: 0, n_reused: 0, n_warnings: 0, fatal: None }
    }

    fn into_walk(self, marks: Marks) -> Walk {
        let Self { cfis, n_visited, n_reused, n_warnings, fatal } = self;
        let (cfi, slots, visited) = marks.into_parts();
        Walk { cfi, slots, cfis, n_visited, n_reused, n_warnings, fatal, visited }
    }
}

/// State of one path.
#[derive(Debug, Clone, Copy)]
pub struct PathState {
    /// The frame.
    pub cfi: CfiState,
    /// Number of `cfi` as long as it has not changed, else [`CfiId::NONE`].
    id: CfiId,
    /// Whether user access was open at each pending `pushf`: a stack of bits below a leading 1.
    pub uaccess_stack: u32,
    /// User access is open.
    pub uaccess: bool,
    /// The direction flag is set.
    pub df: bool,
    /// Instrumentation is not allowed.
    pub noinstr: bool,
    /// Depth of regions where it is allowed nevertheless.
    pub instr: i8,
}

impl PathState {
    /// Nothing is known of the frame.
    fn unknown(cfis: &CfiTable, noinstr: bool) -> Self {
        let cfi = *cfis.get(CfiTable::INIT);
        Self { cfi, id: CfiTable::INIT, uaccess_stack: 0, uaccess: false, df: false, noinstr, instr: 0 }
    }

    /// As at the start of a function.
    fn at_function(cfis: &CfiTable, noinstr: bool) -> Self {
        Self { cfi: *cfis.get(CfiTable::FUNC), id: CfiTable::FUNC, ..Self::unknown(cfis, noinstr) }
    }
}

/// One path that is being followed.
#[derive(Debug)]
struct Path {
    insn: InsnId,
    /// Where the path began.
    first: InsnId,
    prev: Option<InsnId>,
    state: PathState,
    stage: Stage,
}

/// How far the current instruction of a path has been dealt with.
#[derive(Debug, Clone, Copy)]
enum Stage {
    /// Not at all.
    Arrive,
    /// This many of its alternatives have been followed.
    Alternatives(u32),
    /// Its jump has been followed.
    Jumped,
}

/// What to do next with a path.
enum Next {
    /// Follow another path first, starting here.
    Follow(InsnId),
    /// Go on with the instruction after this one.
    Advance,
    /// The path ends; `true` if it was aborted.
    End(bool),
    /// The path ends in front of the instruction.
    EndBefore(bool),
}

/// How much is walked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// All functions, then all hinted code that no function led to (`validate_functions()`, `validate_unwind_hints()`).
    Everything,
    /// Noinstr sections alone (`validate_noinstr_sections()`).
    NoinstrSections,
}

/// Walks `extent`; `observer` sees it.
///
/// Functions of large files are walked on all threads. An observer sees them in order, and so on one.
pub fn walk<O: Observer>(code: &Code<'_>, extent: Extent, observer: &mut O) -> (Walk, Vec<Finding>) {
    let is_shared = extent == Extent::Everything && !O::IS_ON && code.elf.is_large();
    let n_threads = if is_shared { rayon::current_num_threads() } else { 1 };
    if n_threads > 1
        && let Some(result) = walk_in_parts(code, n_threads.saturating_mul(PARTS_PER_THREAD))
    {
        return result;
    }
    let marks = Marks::new(code);
    let mut walker = Walker::new(code, &marks, observer);
    match extent {
        Extent::Everything => {
            for position in 0..code.insns.texts.len() {
                walker.walk_section(code.insns.texts[position].section);
            }
            // Sections without instructions have no functions that could be walked, but ones that could lack a size.
            walker.walk_hints(None);
        }
        Extent::NoinstrSections => {
            for name in [".noinstr.text", ".entry.text", ".cpuidle.text"] {
                if name == ".cpuidle.text" && !code.profile.has(Behaviour::CpuidleNoinstr) {
                    continue;
                }
                if let Some(section) = code.section_names.get(name) {
                    walker.walk_section(section);
                    walker.walk_hints(Some(section));
                }
            }
        }
    }
    let (tally, findings) = (walker.tally, walker.findings);
    (tally.into_walk(marks), findings)
}

/// Parts that the functions of a file are divided into for each thread: they take unequally long.
const PARTS_PER_THREAD: usize = 8;

/// Walks everything, the functions in up to `n_parts` parts that know nothing of each other. The result is that of
/// [`walk`], up to the numbers of states. `None` if the functions cannot be told apart, or if the walk ends early.
pub fn walk_in_parts(code: &Code<'_>, n_parts: usize) -> Option<(Walk, Vec<Finding>)> {
    let (marks, tally, findings) = parallel::walk_functions(code, n_parts)?;
    let mut nobody = Unobserved;
    let mut walker = Walker { tally, findings, ..Walker::new(code, &marks, &mut nobody) };
    // Hinted code may lead anywhere.
    walker.walk_hints(None);
    let (tally, findings) = (walker.tally, walker.findings);
    if tally.fatal.is_some() { None } else { Some((tally.into_walk(marks), findings)) }
}

/// No walk at all: only what hints say is known.
pub fn no_walk(code: &Code<'_>) -> Walk {
    Tally::new(code.cfis.clone()).into_walk(Marks::new(code))
}

struct Walker<'a, 'd, O> {
    code: &'a Code<'d>,
    observer: &'a mut O,
    marks: &'a Marks,
    tally: Tally,
    findings: Vec<Finding>,
    /// Entries of paravirtual tables that were found to be free of instrumentation.
    clean_pv_ops: Vec<bool>,
    paths: Vec<Path>,
}

impl<'a, 'd, O: Observer> Walker<'a, 'd, O> {
    fn new(code: &'a Code<'d>, marks: &'a Marks, observer: &'a mut O) -> Self {
        let n_pv_ops = code.pv_ops.as_ref().map_or(0, |pv| pv.targets.len());
        let (tally, clean_pv_ops) = (Tally::new(code.cfis.clone()), vec![false; n_pv_ops]);
        Self { code, observer, marks, tally, findings: Vec::new(), clean_pv_ops, paths: Vec::new() }
    }

    fn observe(&mut self, event: Event<'_>) {
        if O::IS_ON {
            self.observer.event(self.code, event, &mut self.findings);
        }
    }

    fn is_noinstr(&self, section: SectionId) -> bool {
        let opts = self.code.opts;
        let profile = self.code.profile;
        let is_whole = opts.link || !profile.has(Behaviour::NoinstrNeedsLink);
        let applies = match profile.has(Behaviour::Subcommands) {
            true => opts.vmlinux && (opts.noinstr || !profile.has(Behaviour::NoinstrOnRequest)),
            false => opts.noinstr && is_whole,
        };
        applies && self.code.sec_flags[section.index()].contains(SecFlags::NOINSTR)
    }

    /// Walks the functions of a section (`validate_section()`).
    fn walk_section(&mut self, section: SectionId) {
        let noinstr = self.is_noinstr(section);
        let code = self.code;
        for &symbol in code.symbols.in_section(section) {
            if code.symbols.get(symbol).is_func() {
                self.walk_function(section, symbol, noinstr);
            }
        }
    }

    /// Upstream: `validate_symbol()`.
    fn walk_function(&mut self, section: SectionId, symbol: SymbolId, noinstr: bool) {
        if self.tally.fatal.is_some() {
            return;
        }
        let code = self.code;
        let sym = code.symbols.get(symbol);
        if sym.len == 0 {
            self.findings.push(Finding::warn(Message::MissingSize { symbol }));
            self.tally.n_warnings += 1;
            return;
        }
        if sym.pfunc != symbol || sym.alias != symbol {
            return;
        }
        let Some(insn) = code.insns.at(section, sym.offset) else { return };
        if self.marks.has_visited(insn) || code.has(insn, InsnFlags::IGNORE) {
            return;
        }
        let mut state = PathState::at_function(&self.tally.cfis, noinstr);
        if code.opts.uaccess || !code.profile.has(Behaviour::UaccessOnRequest) {
            state.uaccess = sym.flags.contains(SymFlags::UACCESS_SAFE);
        }
        self.observe(Event::Begin(symbol));
        let is_aborted = self.follow(code.func_of(insn), insn, state);
        if is_aborted {
            self.findings.push(Finding::trail(insn, Message::TrailSym));
            self.tally.n_warnings += 1;
        }
        self.observe(Event::End(symbol, is_aborted));
    }

    /// Walks from unwind hints that nothing led to (`validate_unwind_hints()`).
    fn walk_hints(&mut self, section: Option<SectionId>) {
        let code = self.code;
        if !code.has_hints {
            return;
        }
        let noinstr = section.is_some_and(|section| self.is_noinstr(section));
        for insn in code.insns_with(InsnFlags::HINT) {
            let is_meant = section.is_none_or(|section| code.insns.section_of(insn) == section);
            let is_ignored = code.has(insn, InsnFlags::IGNORE) && !code.profile.has(Behaviour::HintsInIgnored);
            if is_meant && !is_ignored && !self.marks.has_visited(insn) && self.tally.fatal.is_none() {
                let state = PathState::unknown(&self.tally.cfis, noinstr);
                if self.follow(code.func_of(insn), insn, state) {
                    self.findings.push(Finding::trail(insn, Message::TrailHint));
                    self.tally.n_warnings += 1;
                }
            }
        }
    }

    /// Follows all paths from `insn`; `true` if one was aborted.
    fn follow(&mut self, func: Option<SymbolId>, insn: InsnId, state: PathState) -> bool {
        let is_ignored = |func: SymbolId| self.code.symbols.get(func).flags.contains(SymFlags::IGNORE);
        if func.is_some_and(is_ignored) {
            return false;
        }
        debug_assert!(self.paths.is_empty());
        self.enter(insn, state);
        // The path being worked on is taken off the stack, so that stepping can change everything else.
        while let Some(mut path) = self.paths.pop() {
            match self.advance(func, &mut path) {
                Next::Follow(insn) => {
                    let state = path.state;
                    self.paths.push(path);
                    self.enter(insn, state);
                }
                Next::Advance => self.paths.push(path),
                Next::End(true) | Next::EndBefore(true) => {
                    self.abort();
                    return true;
                }
                Next::End(false) | Next::EndBefore(false) => self.observe(Event::Leave),
            }
        }
        false
    }

    fn enter(&mut self, insn: InsnId, state: PathState) {
        self.observe(Event::Enter);
        self.paths.push(Path { insn, first: insn, prev: None, state, stage: Stage::Arrive });
    }

    /// Leaves the trail of an aborted path: every path below it waits at the instruction that led on.
    fn abort(&mut self) {
        self.observe(Event::Leave);
        while let Some(path) = self.paths.pop() {
            let message = match path.stage {
                Stage::Alternatives(done) => {
                    self.observe_alt_end(path.insn, done);
                    Message::TrailAlt
                }
                Stage::Arrive | Stage::Jumped => Message::TrailBranch,
            };
            self.findings.push(Finding::trail(path.insn, message));
            self.observe(Event::Trail(path.insn));
            self.observe(Event::Done(path.insn, true));
            self.observe(Event::Leave);
        }
    }

    /// The path has come back from the last of `done` alternatives.
    fn observe_alt_end(&mut self, insn: InsnId, done: u32) {
        let code = self.code;
        if O::IS_ON
            && let Some(last) = done.checked_sub(1)
            && let Some(alt) = code.alts_of(insn).get(last as usize)
        {
            self.observe(Event::AltEnd(insn, alt));
        }
    }

    /// Works on a path until it ends or another one has to be followed first.
    fn advance(&mut self, func: Option<SymbolId>, path: &mut Path) -> Next {
        loop {
            let next = self.code.next_to_validate(path.insn);
            match self.step(func, path, next) {
                Next::Advance if self.tally.fatal.is_some() => {
                    self.observe(Event::Done(path.insn, true));
                    return Next::End(true);
                }
                Next::Advance => self.observe(Event::Done(path.insn, false)),
                Next::End(is_aborted) => {
                    self.observe(Event::Done(path.insn, is_aborted));
                    return Next::End(is_aborted);
                }
                other => return other,
            }
            let Some(next) = next else { return self.run_off_end(func, path) };
            path.prev = Some(path.insn);
            path.insn = next;
            path.stage = Stage::Arrive;
        }
    }

    /// There is no instruction after this one.
    fn run_off_end(&mut self, func: Option<SymbolId>, path: &Path) -> Next {
        if path.state.cfi.cfa.base == crate::objtool::cfi::UNDEFINED || self.code.may_leave_ends() {
            return Next::End(false);
        }
        // Before 7.3 the message names the section that the path began in.
        let names_func = self.code.profile.has(Behaviour::SectionEndIsLast);
        let section = self.code.insns.section_of(if names_func { path.insn } else { path.first });
        if section == SectionId::UNDEF {
            // The NOP of an empty replacement is nowhere; the original takes its name all the same.
            let group = self.code.group_of(path.insn).and_then(|group| self.code.groups[group.index()].original);
            let original = group.map_or(path.insn, |group| self.code.groups[group.index()].first);
            let section = self.code.insns.section_of(original);
            return self.give_up(original, Message::EndOfSection { func: func.unwrap_or(NO_SYMBOL), section });
        }
        self.findings.push(Finding::warn(Message::EndOfSection { func: func.unwrap_or(NO_SYMBOL), section }));
        Next::End(true)
    }
}

impl Code<'_> {
    /// The instruction that runs after `id` once alternatives are patched in (`next_insn_to_validate()`): the end of a
    /// replacement goes on after the original code.
    pub fn next_to_validate(&self, id: InsnId) -> Option<InsnId> {
        if let Some(group) = self.group_of(id) {
            let group = &self.groups[group.index()];
            if let Some(filler) = group.filler {
                if group.last == Some(id) {
                    return Some(filler);
                }
                if id == filler {
                    return self.after_original(group.original);
                }
            }
            if group.last == Some(id) && group.original.is_some() {
                return self.after_original(group.original);
            }
        }
        self.insns.next(id)
    }

    /// Whether a path may run off the end of its function or section: the code there may never be reached.
    fn may_leave_ends(&self) -> bool {
        self.ignore_unreachables && self.profile.has(Behaviour::IgnoredUnreachableEnds)
    }

    fn after_original(&self, original: Option<crate::objtool::code::AltGroupId>) -> Option<InsnId> {
        let last = self.groups.get(original?.index())?.last?;
        self.insns.next(last)
    }

    /// Whether `ANNOTATE_IGNORE_ALTERNATIVE` is on the group of `id`.
    fn is_ignored_group(&self, id: InsnId) -> bool {
        self.group_of(id).is_some_and(|group| self.groups[group.index()].is_ignored)
    }

    /// Whether the path through `id` is left to its alternatives (`skip_alt_group()`, 7.3).
    pub fn skips_group(&self, id: InsnId) -> bool {
        if self.group_of(id).is_none() {
            return false;
        }
        if self.is_ignored_group(id) {
            return true;
        }
        // CLAC and STAC are patched in together: a path with one and without the other does not exist.
        let Some(alt) = self.alts_of(id).first().filter(|alt| alt.insn != InsnId::NONE) else { return false };
        let alt_group = self.group_of(alt.insn);
        if alt_group.is_some_and(|group| self.groups[group.index()].is_ignored) {
            return false;
        }
        matches!(self.insns.kind(alt.insn), InsnKind::Clac | InsnKind::Stac)
    }
}
