//! What `objtool`'s engine makes of an object now, to be compared with what it made of it during the build.
//!
//! The analysis runs with the recorded options on the finished object. It writes nothing: the tables that it would create
//! are returned as places.

pub mod arm64;

use crate::elf::ElfFile;
use crate::elf::SectionId;
use crate::elf::SymbolId;
use crate::kernel::Behaviour;
use crate::kernel::Profile;
use crate::objtool::annotate::prefix;
use crate::objtool::annotate::sites;
use crate::objtool::cfi::CfiId;
use crate::objtool::check;
use crate::objtool::check::Walk;
use crate::objtool::check::walk::Extent;
use crate::objtool::check::walk::observe::Unobserved;
use crate::objtool::code;
use crate::objtool::code::Code;
use crate::objtool::code::InsnId;
use crate::objtool::disas;
use crate::objtool::finding::Location;
use crate::objtool::finding::Message;
use crate::objtool::finding::Severity;
use crate::objtool::finding::message::Callee;
use crate::objtool::opts::Opts;
use crate::objtool::orc::ENTRY_SIZE;
use crate::objtool::orc::generate;
use crate::objtool::wording;

/// Instructions shown of the way to a finding.
const SHOWN: usize = 24;

/// A place in code.
pub type Place = (SectionId, u64);

/// A static call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticCall {
    /// The call or jump.
    pub place: Place,
    /// The trampoline it goes to.
    pub trampoline: SymbolId,
    /// The key's symbol, if the file has one.
    pub key: Option<SymbolId>,
    /// It is a tail call.
    pub is_tail: bool,
}

/// A finding of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineFinding {
    /// The message's identifier.
    pub id: &'static str,
    /// The message's text.
    pub text: String,
    /// Where it is.
    pub place: Option<Place>,
    /// The symbol it is about; empty for none.
    pub symbol: String,
    /// Whom a call reaches; empty for none.
    pub callee: String,
    /// The way there, disassembled, with the frame at each step.
    pub path: Vec<String>,
}

/// The result.
#[derive(Debug, Default)]
pub struct Fresh {
    /// With these options.
    pub opts: Opts,
    /// ORC entries; `None` if they were not asked for or cannot be made.
    pub orc: Option<Vec<(Place, [u8; ENTRY_SIZE])>>,
    /// Static calls.
    pub static_calls: Vec<StaticCall>,
    /// Calls and jumps through indirect thunks.
    pub retpolines: Vec<Place>,
    /// Jumps to the return thunk.
    pub returns: Vec<Place>,
    /// Direct calls.
    pub calls: Vec<Place>,
    /// Type hashes before functions.
    pub cfi: Vec<Place>,
    /// Landing pads that nothing needs.
    pub seals: Vec<Place>,
    /// Calls of the function tracer that are still calls.
    pub mcount: Vec<Place>,
    /// What is wrong, in the engine's order.
    pub findings: Vec<EngineFinding>,
}

/// Analyses an object.
pub fn analyse(mut opts: Opts, profile: &Profile, elf: &ElfFile<'_>, noreturns: Option<&Vec<String>>) -> Fresh {
    // Only the report looks at this, and we want to show the way.
    opts.backtrace = true;
    opts.werror = false;
    opts.stats = false;
    let mut fresh = Fresh { opts: opts.clone(), ..Fresh::default() };
    let Some(arch) = ::arch::with_upstream(elf.machine) else { return fresh };
    let (code, findings, result) = code::build(&opts, profile, arch, elf, noreturns);
    let mut run = Run { code: &code, fresh: &mut fresh, warned: Vec::new() };
    run.take(&findings, None);
    match result {
        Ok(()) if !code.insns.is_empty() => run.steps(),
        Ok(()) => {}
        Err(stopped) => run.take(&[stopped.into_finding()], None),
    }
    fresh
}

struct Run<'a, 'd> {
    code: &'a Code<'d>,
    fresh: &'a mut Fresh,
    /// Symbols that were warned about.
    warned: Vec<SymbolId>,
}

impl Run<'_, '_> {
    /// The steps of the original that look; see `objtool/analysis.rs`.
    fn steps(&mut self) {
        let code = self.code;
        if code.opts.retpoline {
            self.take(&check::retpoline::check(code), None);
        }
        let mut walk = self.walk();
        if code.opts.unret {
            self.take(&check::unret::check(code).findings, None);
        }
        if code.opts.ibt {
            let (used, findings) = check::ibt::check(code);
            self.take(&findings, None);
            self.fresh.seals = self.places(&used.superfluous);
        }
        if code.opts.sls {
            self.take(&check::sls::check(code), None);
        }
        if code.opts.noabs {
            self.take(&check::noabs::check(code, &[]), None);
        }
        self.sites();
        if code.opts.orc {
            self.orc(&mut walk);
        }
    }

    fn walk(&mut self) -> Walk {
        let code = self.code;
        let extent = match code.opts.noinstr {
            _ if code.walks_branches() => Extent::Everything,
            true => Extent::NoinstrSections,
            false => return check::walk::no_walk(code),
        };
        let (walk, findings) = check::walk::walk(code, extent, &mut Unobserved);
        self.take(&findings, Some(&walk));
        if let Some(fatal) = &walk.fatal {
            self.take(std::slice::from_ref(&fatal.0), Some(&walk));
        }
        if code.walks_branches() && walk.n_warnings == 0 {
            let (findings, result) = check::reachable::check(code, &walk);
            self.take(&findings, Some(&walk));
            if let Err(fatal) = result {
                self.take(&[fatal.0], Some(&walk));
            }
        }
        walk
    }

    fn sites(&mut self) {
        let code = self.code;
        self.fresh.retpolines = self.places(&code.sites.retpolines);
        self.fresh.returns = self.places(&code.sites.returns);
        self.fresh.calls = self.places(&code.sites.calls);
        self.fresh.mcount = self.places(&code.sites.mcount);
        if code.opts.cfi {
            let hashes = sites::cfi_symbols(code).into_iter().map(|symbol| code.symbols.get(symbol));
            self.fresh.cfi = hashes.map(|symbol| (symbol.section, symbol.offset)).collect();
        }
        for &insn in &code.sites.static_calls {
            let trampoline = code.call_dest(insn).unwrap_or(SymbolId::NULL);
            let name = code.name(trampoline).strip_prefix(b"__SCT__");
            let key = name.and_then(|name| code.symbol_by_name(&[b"__SCK__", name].concat()));
            let is_tail = code.is_sibling_call(insn);
            let call = StaticCall { place: self.place(insn), trampoline, key, is_tail };
            self.fresh.static_calls.push(call);
        }
    }

    fn orc(&mut self, walk: &mut Walk) {
        let code = self.code;
        let grows_symbols = code.opts.cfi && code.profile.has(Behaviour::GrowsCfiSymbols);
        if code.opts.prefix != 0 && !grows_symbols {
            self.forget_prefixes(walk);
            for (insn, state) in prefix::create(code, walk).states {
                if let Some(slot) = walk.cfi.get_mut(insn.index()) {
                    *slot = state;
                }
            }
        }
        match generate::table(code, walk) {
            Ok(table) => {
                let entries = table.places.iter().copied().zip(table.entries.iter().map(|entry| entry.0));
                self.fresh.orc = Some(entries.collect());
            }
            Err(fatal) => self.take(&[fatal.0], Some(walk)),
        }
    }

    /// During the build the padding had no symbols yet, so the walk did not go there.
    fn forget_prefixes(&self, walk: &mut Walk) {
        let code = self.code;
        for id in code.symbols.ids().filter(|id| code.name(*id).starts_with(b"__pfx_")) {
            let sym = code.symbols.get(id);
            let mut next = code.insns.at(sym.section, sym.offset);
            while let Some(insn) = next.filter(|insn| u64::from(code.insns.get(*insn).offset) < sym.end()) {
                if let Some(state) = walk.cfi.get_mut(insn.index()) {
                    *state = CfiId::NONE;
                }
                next = code.insns.next(insn);
            }
        }
    }

    fn place(&self, insn: InsnId) -> Place {
        (self.code.insns.section_of(insn), self.code.insns.get(insn).offset.into())
    }

    fn places(&self, insns: &[InsnId]) -> Vec<Place> {
        insns.iter().map(|insn| self.place(*insn)).collect()
    }

    /// Takes findings over; steps of the way to a finding are added to it.
    fn take(&mut self, findings: &[crate::objtool::finding::Finding], walk: Option<&Walk>) {
        let mut is_shown = false;
        for finding in findings {
            if finding.severity == Severity::Trail {
                if let (true, Some(last), Location::Insn(insn)) =
                    (is_shown, self.fresh.findings.last_mut(), finding.location)
                {
                    last.path.push(trail_line(self.code, insn, &finding.message));
                }
                continue;
            }
            is_shown = !self.is_repeated(finding) && !self.is_about_own_table(finding);
            if is_shown {
                let found = self.finding(finding, walk);
                self.fresh.findings.push(found);
            }
        }
    }

    /// A function is warned about once, as in the original.
    fn is_repeated(&mut self, finding: &crate::objtool::finding::Finding) -> bool {
        let Location::Insn(insn) = finding.location else { return false };
        let Some(symbol) = self.code.symbol_of(insn) else { return false };
        let is_known = self.warned.contains(&symbol);
        self.warned.push(symbol);
        is_known
    }

    /// Some series' rules for data do not know the tables of a later step, which were not there during the build.
    fn is_about_own_table(&self, finding: &crate::objtool::finding::Finding) -> bool {
        let Location::Place { section, .. } = finding.location else { return false };
        let name = self.code.elf.section(section).name;
        name == b"__mcount_loc" || super::tables::MADE_BY_OBJTOOL.iter().any(|(known, _)| known.as_bytes() == name)
    }

    fn finding(&self, finding: &crate::objtool::finding::Finding, walk: Option<&Walk>) -> EngineFinding {
        let code = self.code;
        let mut text = Vec::new();
        wording::write(&mut text, code, &finding.message);
        let (place, symbol) = match finding.location {
            Location::Insn(insn) => (Some(self.place(insn)), code.symbol_of(insn)),
            Location::Place { section, offset } => (Some((section, offset)), code.symbols.containing(section, offset)),
            Location::File => (None, symbol_in(&finding.message)),
        };
        let path = match finding.location {
            Location::Insn(insn) => path_to(code, insn, walk),
            _ => Vec::new(),
        };
        let name = |symbol: SymbolId| String::from_utf8_lossy(code.name(symbol)).into_owned();
        EngineFinding {
            id: finding.message.id(),
            text: String::from_utf8_lossy(&text).trim_end().to_owned(),
            place,
            symbol: symbol.map(name).unwrap_or_default(),
            callee: callee_in(&finding.message).map(name).unwrap_or_default(),
            path,
        }
    }
}

/// The symbol that a message without a place is about.
fn symbol_in(message: &Message) -> Option<SymbolId> {
    match message {
        Message::MissingSize { symbol }
        | Message::NoStartingInsn { symbol }
        | Message::FuncAtEndOfSection { symbol }
        | Message::NoParentFunc { symbol }
        | Message::MagicInitModule { symbol }
        | Message::UnresolvedFunction { symbol }
        | Message::MissingNoreturn { symbol }
        | Message::PvOpsInstrumented { symbol, .. } => Some(*symbol),
        Message::FallsThrough { from, .. } => Some(*from),
        Message::EndOfSection { func, .. } => Some(*func),
        _ => None,
    }
}

fn callee_in(message: &Message) -> Option<SymbolId> {
    match message {
        Message::LeavesNoinstr { callee: Callee::Symbol(symbol) }
        | Message::CallWithUaccess { callee: Callee::Symbol(symbol) }
        | Message::CallWithDf { callee: Callee::Symbol(symbol) } => Some(*symbol),
        Message::FallsThrough { to, .. } => Some(*to),
        _ => None,
    }
}

fn trail_line(code: &Code<'_>, insn: InsnId, message: &Message) -> String {
    let mut text = Vec::new();
    wording::write_location(&mut text, code, Location::Insn(insn));
    text.extend_from_slice(b": ");
    wording::write(&mut text, code, message);
    format!("via {}", String::from_utf8_lossy(&text).trim_end_matches([' ', ':']))
}

/// The instructions of the function up to `insn`, each with the frame before it.
fn path_to(code: &Code<'_>, insn: InsnId, walk: Option<&Walk>) -> Vec<String> {
    let owner = code.symbol_of(insn);
    let section = code.insns.section_of(insn);
    let mut lines = Vec::new();
    let mut next = Some(insn);
    while let Some(at) = next.filter(|_| lines.len() < SHOWN) {
        if code.symbol_of(at) != owner || code.insns.section_of(at) != section {
            break;
        }
        let state = walk.and_then(|walk| walk.cfi.get(at.index()).map(|id| frame(walk, *id)));
        let mark = if at == insn { ">" } else { " " };
        let asm = String::from_utf8_lossy(&disas::insn_text(code, at)).into_owned();
        lines.push(format!("{mark} {:#06x}  {:<12} {asm}", code.insns.get(at).offset, state.unwrap_or_default()));
        next = code.insns.prev(at);
    }
    lines.reverse();
    lines
}

/// The frame as `cfa=sp+16`.
fn frame(walk: &Walk, id: CfiId) -> String {
    let Some(id) = id.some() else { return "-".to_owned() };
    let cfa = walk.cfis.get(id).cfa;
    let base = match cfa.base {
        4 => "sp".to_owned(),
        5 => "bp".to_owned(),
        10 => "r10".to_owned(),
        base if base < 0 => return "cfa=?".to_owned(),
        base => format!("r{base}"),
    };
    format!("cfa={base}{:+}", cfa.offset)
}
