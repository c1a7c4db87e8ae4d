// SPDX-License-Identifier: GPL-2.0-only

//! What `objtool`'s engine makes of an object now, to be compared with what it made of it during the build.
//!
//! The analysis runs with the recorded options on the finished object. It writes nothing: the tables that it would create
//! are returned as places.

pub mod arm64;

use super::finding::GateSeverity;
use super::tables;
use crate::elf::ElfFile;
use crate::elf::SymbolId;
use crate::kernel::Profile;
use crate::objtool::annotate::sites;
use crate::objtool::code::Code;
use crate::objtool::code::InsnId;
use crate::objtool::disas;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Location;
use crate::objtool::finding::Message;
use crate::objtool::finding::Severity;
use crate::objtool::finding::Topic;
use crate::objtool::finding::message::Callee;
use crate::objtool::opts::Opts;
use crate::objtool::orc::ENTRY_SIZE;
use crate::objtool::path::Recorder;
use crate::objtool::pipeline;
use crate::objtool::pipeline::End;
use crate::objtool::pipeline::Products;
use crate::objtool::pipeline::Tables;
use crate::objtool::pipeline::Task;
use crate::objtool::report::Warned;
use crate::objtool::wording;

pub use super::tables::SectionOffset;

/// A static call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaticCall {
    /// The call or jump.
    pub place: SectionOffset,
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
    /// What the message is about.
    pub topic: Topic,
    /// How grave it is.
    pub severity: GateSeverity,
    /// The message's text.
    pub text: String,
    /// Where it is.
    pub place: Option<SectionOffset>,
    /// The symbol it is about; empty for none.
    pub symbol: String,
    /// Whom a call reaches; empty for none.
    pub callee: String,
    /// The path there with what it does to the frame, or the calls and jumps that lead there.
    pub path: Vec<String>,
}

/// What the tables of an object should list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sites {
    /// Static calls.
    pub static_calls: Vec<StaticCall>,
    /// Calls and jumps through indirect thunks.
    pub retpolines: Vec<SectionOffset>,
    /// Jumps to the return thunk.
    pub returns: Vec<SectionOffset>,
    /// Direct calls.
    pub calls: Vec<SectionOffset>,
    /// Type hashes before functions.
    pub cfi: Vec<SectionOffset>,
}

/// The result.
#[derive(Debug, Default)]
pub struct Fresh {
    /// With these options.
    pub opts: Opts,
    /// What the tables should list; `None` if the analysis gave up before it knew.
    pub sites: Option<Sites>,
    /// Landing pads that nothing needs; `None` if they were not asked for, or the analysis gave up before it knew.
    pub seals: Option<Vec<SectionOffset>>,
    /// ORC entries; `None` if they were not asked for or cannot be made.
    pub orc: Option<Vec<(SectionOffset, [u8; ENTRY_SIZE])>>,
    /// What is wrong, in the engine's order.
    pub findings: Vec<EngineFinding>,
    /// The last finding ended the analysis.
    pub gave_up: bool,
}

/// Analyses an object.
pub fn analyse(mut opts: Opts, profile: &Profile, elf: &ElfFile<'_>, noreturns: Option<&Vec<String>>) -> Fresh {
    // These only matter to what is printed.
    (opts.werror, opts.stats, opts.trace) = (false, false, None);
    let Some(arch) = ::arch::with_upstream(elf.machine) else { return Fresh { opts, ..Fresh::default() } };
    let products = pipeline::run(&Task { opts: &opts, profile, elf, noreturns, tables: Tables::Compare }, arch, None);
    let code = &products.code;
    let is_built = products.walk.is_some() || products.end == End::Complete;
    let orc = products.orc.as_ref().map(|table| {
        let entries = table.entries.iter().map(|entry| entry.0);
        table.places.iter().copied().zip(entries).collect()
    });
    Fresh {
        sites: is_built.then(|| sites_of(code)),
        seals: products.endbrs.as_ref().map(|endbrs| places(code, &endbrs.superfluous)),
        orc,
        findings: findings(&products),
        gave_up: products.end != End::Complete,
        opts: opts.clone(),
    }
}

fn sites_of(code: &Code<'_>) -> Sites {
    let hashes = if code.opts.cfi { sites::cfi_symbols(code) } else { Vec::new() };
    let hashes = hashes.into_iter().map(|symbol| code.symbols.get(symbol));
    Sites {
        static_calls: code.sites.static_calls.iter().map(|insn| static_call(code, *insn)).collect(),
        retpolines: places(code, &code.sites.retpolines),
        returns: places(code, &code.sites.returns),
        calls: places(code, &code.sites.calls),
        cfi: hashes.map(|symbol| (symbol.section, symbol.offset)).collect(),
    }
}

fn static_call(code: &Code<'_>, insn: InsnId) -> StaticCall {
    let trampoline = code.call_dest(insn).unwrap_or(SymbolId::NULL);
    let name = code.name(trampoline).strip_prefix(b"__SCT__");
    let key = name.and_then(|name| code.symbol_by_name(&[b"__SCK__", name].concat()));
    StaticCall { place: place(code, insn), trampoline, key, is_tail: code.is_sibling_call(insn) }
}

fn place(code: &Code<'_>, insn: InsnId) -> SectionOffset {
    (code.insns.section_of(insn), code.insns.get(insn).offset.into())
}

fn places(code: &Code<'_>, insns: &[InsnId]) -> Vec<SectionOffset> {
    insns.iter().map(|insn| place(code, *insn)).collect()
}

/// What the drop-in would print, each finding with the path that leads to it.
fn findings(products: &Products<'_>) -> Vec<EngineFinding> {
    let code = &products.code;
    let mut warned = Warned::default();
    let mut shown: Vec<(&Finding, Vec<String>)> = Vec::new();
    let mut is_shown = false;
    for finding in &products.findings {
        match finding.severity {
            Severity::Warning | Severity::Error | Severity::Silent => {
                is_shown = !warned.is_hidden(code, finding) && !is_about_own_table(code, finding);
                shown.extend(is_shown.then(|| (finding, Vec::new())));
            }
            Severity::Trail => {
                if let (true, Some((_, trail))) = (is_shown, shown.last_mut()) {
                    trail.push(trail_line(code, finding));
                }
            }
            Severity::Verbatim => {}
        }
    }
    let mut recorder = Recorder::default();
    // Few objects have findings, so the walk is only watched when there are some.
    if shown.iter().any(|(finding, _)| matches!(finding.location, Location::Insn(_))) {
        pipeline::watch(products, &mut recorder);
    }
    let paths = shown.into_iter().map(|(finding, trail)| (finding, path_to(code, finding, &recorder, trail)));
    let mut found: Vec<EngineFinding> = paths.map(|(finding, path)| convert(code, finding, path)).collect();
    if let Some(last) = found.last_mut().filter(|_| is_shown && products.end != End::Complete) {
        last.path.push("note: the analysis of the object ends here; what comes after it was not looked at".to_owned());
    }
    found
}

/// Some series' rules for data do not know the tables of a later step, which were not there during the build.
fn is_about_own_table(code: &Code<'_>, finding: &Finding) -> bool {
    let Location::Place { section, .. } = finding.location else { return false };
    let name = code.elf.section(section).name;
    name == b"__mcount_loc" || tables::MADE_BY_OBJTOOL.iter().any(|(known, _)| known.as_bytes() == name)
}

/// The path as the walk went; of what no walk found, the calls and jumps that led there, and the instruction itself.
fn path_to(code: &Code<'_>, finding: &Finding, recorder: &Recorder, trail: Vec<String>) -> Vec<String> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if let Some(path) = recorder.text(code, finding) {
        let note = path.note.map(|note| format!("note: {note}"));
        return path.steps.iter().map(|step| text(step)).chain(note).collect();
    }
    let Location::Insn(insn) = finding.location else { return Vec::new() };
    let mut at = Vec::new();
    wording::write_location(&mut at, code, finding.location);
    at.extend_from_slice(b"  ");
    at.extend(disas::insn_text(code, insn));
    [text(&at)].into_iter().chain(trail).collect()
}

fn trail_line(code: &Code<'_>, finding: &Finding) -> String {
    let mut text = Vec::new();
    wording::write_location(&mut text, code, finding.location);
    text.extend_from_slice(b": ");
    wording::write(&mut text, code, &finding.message);
    format!("via {}", String::from_utf8_lossy(&text).trim_end_matches([' ', ':']))
}

fn convert(code: &Code<'_>, finding: &Finding, path: Vec<String>) -> EngineFinding {
    let mut text = Vec::new();
    wording::write(&mut text, code, &finding.message);
    let (place, symbol) = match finding.location {
        Location::Insn(insn) => (Some(place(code, insn)), code.symbol_of(insn)),
        Location::Place { section, offset } => (Some((section, offset)), code.symbols.containing(section, offset)),
        Location::File => (None, symbol_in(&finding.message)),
    };
    let name = |symbol: SymbolId| String::from_utf8_lossy(code.name(symbol)).into_owned();
    EngineFinding {
        id: finding.message.id(),
        topic: finding.message.topic(),
        severity: GateSeverity::Error,
        text: String::from_utf8_lossy(&text).trim_end().to_owned(),
        place,
        symbol: symbol.map(name).unwrap_or_default(),
        callee: callee_in(&finding.message).map(name).unwrap_or_default(),
        path,
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
