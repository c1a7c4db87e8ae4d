// SPDX-License-Identifier: GPL-2.0-only

//! The steps of a run in the original's order, and what comes of them.
//!
//! Upstream: `check()`. [`run`] is the one place that knows which step comes when and what ends a run: the drop-in prints and
//! edits by its [`Products`], the gate holds them against what an object has. A fatal error ends the steps. From 7.3 on it
//! also ends the run; before, what had been changed until then was written.

use arch::Arch;

use super::path::Recorder;
use crate::elf::Edit;
use crate::elf::ElfFile;
use crate::kernel::Behaviour;
use crate::kernel::Profile;
use crate::objtool::annotate::klp_symid;
use crate::objtool::annotate::prefix;
use crate::objtool::annotate::sites;
use crate::objtool::annotate::sites::Created;
use crate::objtool::annotate::static_calls;
use crate::objtool::cfi::CfiId;
use crate::objtool::check;
use crate::objtool::check::Walk;
use crate::objtool::check::ibt::EndbrUse;
use crate::objtool::check::walk::Extent;
use crate::objtool::check::walk::observe::Both;
use crate::objtool::check::walk::observe::Unobserved;
use crate::objtool::code;
use crate::objtool::code::Code;
use crate::objtool::code::Stopped;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Finding;
use crate::objtool::opts::Opts;
use crate::objtool::orc;
use crate::objtool::orc::generate::OrcTable;
use crate::objtool::report::Warned;
use crate::objtool::trace::Tracer;

/// What is analysed, and by which rules.
#[derive(Debug, Clone, Copy)]
pub struct Task<'d> {
    /// The options, as far as the file has not changed them.
    pub opts: &'d Opts,
    /// The series.
    pub profile: &'d Profile,
    /// The object.
    pub elf: &'d ElfFile<'d>,
    /// Noreturn functions as the kernel tree lists them, in place of the profile's.
    pub noreturns: Option<&'d Vec<String>>,
    /// What becomes of the tables that the options ask for.
    pub tables: Tables,
}

/// What becomes of the tables that the options ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tables {
    /// They are made, as edits.
    Create,
    /// The object has been through this before. What they should hold is told, and nothing is made.
    Compare,
}

/// How far the steps came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// Through all of them.
    Complete,
    /// The unret walk gave up, which ends the steps without a word more (before 7.3); or ORC could not be made where that
    /// is a command of its own.
    GaveUp,
    /// A fatal error was found; it is the last finding.
    Failed,
    /// The same, and the file counts as one that cannot be opened.
    Unreadable,
}

/// What the steps found out, as far as they came.
pub struct Products<'d> {
    /// The code.
    pub code: Code<'d>,
    /// What was found, in the original's order, with trails and traces.
    pub findings: Vec<Finding>,
    /// Warnings that count, as the original counts them.
    pub n_warnings: u32,
    /// The states of the frame; `None` if building the code failed, or there is none.
    pub walk: Option<Walk>,
    /// Which landing pads are needed, if the options ask for it.
    pub endbrs: Option<EndbrUse>,
    /// ORC entries, for [`Tables::Compare`] and if the options ask for it.
    pub orc: Option<OrcTable>,
    /// Changes in order, for [`Tables::Create`].
    pub edits: Vec<Edit>,
    /// How far the steps came.
    pub end: End,
    /// The check came to its end, which is when its counters are told.
    pub is_checked: bool,
}

/// Runs all steps. `recorder` watches the walk.
pub fn run<'d>(task: &Task<'d>, arch: &'static dyn Arch, recorder: Option<&mut Recorder>) -> Products<'d> {
    let (mut code, findings, result) = code::build(task.opts, task.profile, arch, task.elf, task.noreturns);
    let edits = code.edits.drain(..).collect();
    let out = Products {
        code,
        findings,
        n_warnings: 0,
        walk: None,
        endbrs: None,
        orc: None,
        edits,
        end: End::Complete,
        is_checked: false,
    };
    let mut steps = Steps { tables: task.tables, recorder, out };
    let result = match task.profile.has(Behaviour::Subcommands) {
        true => steps.check_then_orc(result),
        false => result.and_then(|()| if steps.out.code.insns.is_empty() { Ok(()) } else { Ok(steps.run()?) }),
    };
    if !steps.out.edits.is_empty() {
        steps.out.edits.append(&mut steps.out.code.side_effects);
    }
    if let Err(stopped) = result {
        let is_unreadable = matches!(stopped, Stopped::Unreadable(_));
        steps.out.end = if is_unreadable { End::Unreadable } else { End::Failed };
        steps.out.findings.push(stopped.into_finding());
    }
    steps.out
}

/// Walks as [`run`] did, with somebody watching. It is deterministic, so nothing else comes of it.
pub fn watch(products: &Products<'_>, recorder: &mut Recorder) {
    if let Some(walk) = &products.walk {
        follow_paths(&products.code, &products.findings, Some(&mut *recorder));
        recorder.note_known(walk);
    }
}

struct Steps<'d, 'r> {
    tables: Tables,
    recorder: Option<&'r mut Recorder>,
    out: Products<'d>,
}

impl Steps<'_, '_> {
    fn say(&mut self, findings: Vec<Finding>) {
        self.out.findings.extend(findings);
    }

    /// Takes findings that all count.
    fn count(&mut self, findings: Vec<Finding>) {
        self.out.n_warnings += findings.len() as u32;
        self.say(findings);
    }

    /// Every step in order. A step reads the code and, from the walk on, the states of the frame.
    fn run(&mut self) -> Result<(), Fatal> {
        let opts = self.out.code.opts;
        if opts.retpoline {
            self.count(check::retpoline::check(&self.out.code));
        }
        // Checks that need no walk are done beside it, and reported in their turn.
        let (code, found, recorder) = (&self.out.code, &self.out.findings, self.recorder.as_deref_mut());
        let walk = || follow_paths(code, found, recorder);
        let (walked, local) = code.elf.join(walk, || LocalChecks::run(code));
        let (mut walk, found) = walked;
        self.out.n_warnings += walk.n_warnings;
        self.say(found);
        let result = self.after_walk(&mut walk, local);
        self.out.walk = Some(walk);
        result
    }

    /// What the walk did not come to, and everything that is done with what it knows.
    fn after_walk(&mut self, walk: &mut Walk, local: LocalChecks) -> Result<(), Fatal> {
        if let Some(recorder) = &mut self.recorder {
            recorder.note_known(walk);
        }
        if let Some(fatal) = walk.fatal.take() {
            return Err(fatal);
        }
        let by_walk = self.out.code.profile.has(Behaviour::ReachableGatedByWalk);
        let gate = if by_walk { walk.n_warnings } else { self.out.n_warnings };
        if self.out.code.walks_branches() && gate == 0 {
            let (findings, result) = check::reachable::check(&self.out.code, walk);
            self.count(findings);
            result?;
        }
        if self.out.code.opts.unret && self.unret().is_err() {
            self.out.end = End::GaveUp;
            return Ok(());
        }
        self.count(local.ibt);
        self.count(local.sls);
        self.tables(walk, local.endbrs)?;
        self.out.is_checked = true;
        Ok(())
    }

    /// As [`Self::run`] for releases where checking and making ORC are two commands: ORC is made of whatever the check
    /// left, even if it gave up.
    fn check_then_orc(&mut self, built: Result<(), Stopped>) -> Result<(), Stopped> {
        if let Err(Stopped::Unreadable(_)) = built {
            return built;
        }
        if let Err(stopped) = built.and_then(|()| Ok(self.check()?)) {
            self.out.end = End::Failed;
            self.say(vec![stopped.into_finding()]);
        }
        let code = &self.out.code;
        if !code.opts.orc || self.out.end == End::GaveUp || code.insns.is_empty() {
            return Ok(());
        }
        let walk = self.out.walk.get_or_insert_with(|| check::walk::no_walk(code));
        let made = match self.tables {
            Tables::Create => orc::generate::sections(code, walk).map(|edits| self.out.edits.extend(edits)),
            Tables::Compare => orc::generate::table(code, walk).map(|table| self.out.orc = Some(table)),
        };
        if let Err(Fatal(finding)) = made {
            self.out.end = End::GaveUp;
            self.say(vec![finding]);
        }
        Ok(())
    }

    /// The steps of the command `check`.
    fn check(&mut self) -> Result<(), Fatal> {
        if self.out.code.insns.is_empty() {
            return Ok(());
        }
        let opts = self.out.code.opts;
        if opts.retpoline && !is_noinstr_only(&self.out.code) {
            self.count(check::retpoline::check(&self.out.code));
        }
        let (mut walk, found) = follow_paths(&self.out.code, &self.out.findings, self.recorder.as_deref_mut());
        self.out.n_warnings += walk.n_warnings;
        self.say(found);
        let result = self.after_checking_walk(&mut walk);
        self.out.walk = Some(walk);
        result
    }

    /// What `check` does once the states of the frame are known.
    fn after_checking_walk(&mut self, walk: &mut Walk) -> Result<(), Fatal> {
        if let Some(recorder) = &mut self.recorder {
            recorder.note_known(walk);
        }
        if let Some(Fatal(finding)) = walk.fatal.take() {
            // Not an error that the original goes on after: it crashes there.
            self.out.end = End::GaveUp;
            self.say(vec![finding]);
            return Ok(());
        }
        if is_noinstr_only(&self.out.code) {
            return Ok(());
        }
        if self.out.code.opts.unret && self.unret().is_err() {
            self.out.end = End::GaveUp;
            return Ok(());
        }
        if self.out.n_warnings == 0 {
            let (findings, result) = check::reachable::check(&self.out.code, walk);
            self.count(findings);
            result?;
        }
        if self.tables == Tables::Create {
            let endbrs = EndbrUse { superfluous: Vec::new() };
            self.create_sites(walk, endbrs)?;
        }
        self.out.is_checked = true;
        Ok(())
    }

    fn unret(&mut self) -> Result<(), ()> {
        let outcome = check::unret::check(&self.out.code);
        self.out.n_warnings += outcome.n_warnings;
        self.say(outcome.findings);
        if outcome.gave_up { Err(()) } else { Ok(()) }
    }

    /// The tables, and the check that looks at them as well.
    fn tables(&mut self, walk: &mut Walk, endbrs: EndbrUse) -> Result<(), Fatal> {
        let opts = self.out.code.opts;
        match self.tables {
            Tables::Create => self.create_sites(walk, endbrs)?,
            Tables::Compare => self.name_padding(walk, endbrs),
        }
        if opts.noabs {
            self.count(check::noabs::check(&self.out.code, &self.out.edits));
        }
        match self.tables {
            _ if !opts.orc => {}
            Tables::Create => {
                let edits = orc::generate::sections(&self.out.code, walk)?;
                self.out.edits.extend(edits);
            }
            Tables::Compare => self.out.orc = Some(orc::generate::table(&self.out.code, walk)?),
        }
        Ok(())
    }

    fn take(&mut self, created: Created) {
        self.say(created.findings);
        self.out.edits.extend(created.edits);
    }

    /// The site tables, in the order that decides symbol numbers.
    fn create_sites(&mut self, walk: &mut Walk, endbrs: EndbrUse) -> Result<(), Fatal> {
        let (code, is_named) = (&self.out.code, self.out.code.opts.prefix != 0 && !self.grows_hashes());
        let name_padding = || is_named.then(|| prefix::create(code, walk));
        let (prefixes, (created, result)) = code.elf.join(name_padding, || call_sites(code));
        created.into_iter().for_each(|created| self.take(created));
        result?;
        match prefixes {
            Some(prefixes) => self.take(pass_states(prefixes, walk)),
            None if self.out.code.opts.prefix != 0 => self.grow_hashes()?,
            None => {}
        }
        let opts = self.out.code.opts;
        if opts.ibt {
            let (created, result) = sites::seals(&self.out.code, &endbrs.superfluous);
            self.out.endbrs = Some(endbrs);
            self.take(created);
            result?;
        }
        if opts.klp_symids {
            let object = opts.file.as_os_str().as_encoded_bytes();
            let edits = klp_symid::create(&self.out.code, object)?;
            self.out.edits.extend(edits);
        }
        Ok(())
    }

    /// Whether `--prefix` lets the symbols of type hashes grow over the padding instead of making symbols for it.
    fn grows_hashes(&self) -> bool {
        self.out.code.opts.cfi && self.out.code.profile.has(Behaviour::GrowsCfiSymbols)
    }

    fn grow_hashes(&mut self) -> Result<(), Fatal> {
        self.out.edits.extend(sites::grow_cfi(&self.out.code));
        if !self.out.code.opts.fineibt {
            return Ok(());
        }
        let (created, result) = sites::cfi(&self.out.code);
        self.take(created);
        result
    }

    /// What of making the tables changes what others should hold: padding before functions takes their states over.
    fn name_padding(&mut self, walk: &mut Walk, endbrs: EndbrUse) {
        let code = &self.out.code;
        if code.opts.prefix != 0 && !self.grows_hashes() {
            forget_padding(code, walk);
            pass_states(prefix::create(code, walk), walk);
        }
        self.out.endbrs = code.opts.ibt.then_some(endbrs);
    }
}

/// The tables of calls, jumps and returns, in the order that decides symbol numbers, up to the first that cannot be made.
fn call_sites(code: &Code<'_>) -> (Vec<Created>, Result<(), Fatal>) {
    let opts = code.opts;
    let mut made = Vec::new();
    if opts.static_call {
        let (created, result) = static_calls::create(code);
        made.push(created);
        if result.is_err() {
            return (made, result);
        }
    }
    if opts.retpoline {
        made.push(sites::retpolines(code));
    }
    if opts.cfi && code.profile.has(Behaviour::CfiSitesByCfi) {
        let (created, result) = sites::cfi(code);
        made.push(created);
        if result.is_err() {
            return (made, result);
        }
    }
    if opts.rethunk {
        made.push(sites::returns(code));
        if opts.hack_skylake {
            made.push(sites::calls(code));
        }
    }
    if opts.mcount {
        made.push(sites::mcount(code));
    }
    (made, Ok(()))
}

fn pass_states(prefixes: prefix::PrefixSymbols, walk: &mut Walk) -> Created {
    for (insn, state) in prefixes.states {
        if let Some(slot) = walk.cfi.get_mut(insn.index()) {
            *slot = state;
        }
    }
    walk.cfis.n_found += prefixes.n_found;
    prefixes.created
}

/// When the tables were made the padding had no symbols yet, so that walk did not go there.
fn forget_padding(code: &Code<'_>, walk: &mut Walk) {
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

/// Whether `check` looks at nothing but the sections without instrumentation.
fn is_noinstr_only(code: &Code<'_>) -> bool {
    code.profile.has(Behaviour::Subcommands) && code.opts.vmlinux && !code.opts.duplicate
}

/// Follows all paths as far as the options need it, with a trace if one was asked for. `found` is what was found before.
fn follow_paths(code: &Code<'_>, found: &[Finding], recorder: Option<&mut Recorder>) -> (Walk, Vec<Finding>) {
    let extent = match code.opts.noinstr {
        _ if is_noinstr_only(code) => Extent::NoinstrSections,
        _ if code.walks_branches() => Extent::Everything,
        true => Extent::NoinstrSections,
        false => return (check::walk::no_walk(code), Vec::new()),
    };
    let tracer = code.opts.trace.as_ref().map(|pattern| Tracer::new(code, pattern, Warned::about(code, found)));
    match (tracer, recorder) {
        (None, None) => check::walk::walk(code, extent, &mut Unobserved),
        (Some(mut tracer), None) => check::walk::walk(code, extent, &mut tracer),
        (None, Some(recorder)) => check::walk::walk(code, extent, recorder),
        (Some(mut tracer), Some(recorder)) => check::walk::walk(code, extent, &mut Both(&mut tracer, recorder)),
    }
}

/// What the checks that need no walk found.
struct LocalChecks {
    endbrs: EndbrUse,
    ibt: Vec<Finding>,
    sls: Vec<Finding>,
}

impl LocalChecks {
    fn run(code: &Code<'_>) -> Self {
        let (endbrs, ibt) = match code.opts.ibt {
            true => check::ibt::check(code),
            false => (EndbrUse { superfluous: code.endbrs.at_start.clone() }, Vec::new()),
        };
        let sls = if code.opts.sls { check::sls::check(code) } else { Vec::new() };
        Self { endbrs, ibt, sls }
    }
}
