//! The checks and creators in the original's order.
//!
//! Upstream: `check()`. What each step found goes to the report as it comes; what is to change is collected as edits. A
//! fatal error ends the steps. From 7.3 on it also ends the run; before, what had been changed until then was written.

use std::io::Write;

use super::Request;
use super::source;
use super::way::Recorder;
use crate::elf::Edit;
use crate::elf::ElfFile;
use crate::kernel::Behaviour;
use crate::kernel::Profile;
use crate::objtool::annotate::klp_symid;
use crate::objtool::annotate::prefix;
use crate::objtool::annotate::sites;
use crate::objtool::annotate::sites::Created;
use crate::objtool::annotate::static_calls;
use crate::objtool::check;
use crate::objtool::check::Walk;
use crate::objtool::check::ibt::EndbrUse;
use crate::objtool::check::walk::Extent;
use crate::objtool::check::walk::observe::Both;
use crate::objtool::check::walk::observe::Unobserved;
use crate::objtool::code;
use crate::objtool::code::Code;
use crate::objtool::code::Stopped;
use crate::objtool::disas;
use crate::objtool::finding::Fatal;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;
use crate::objtool::listing;
use crate::objtool::opts::Opts;
use crate::objtool::orc;
use crate::objtool::report::Report;
use crate::objtool::trace::Tracer;

/// What came of the analysis.
#[derive(Debug, Default)]
pub struct Analysis {
    /// Changes in order.
    pub edits: Vec<Edit>,
    /// For standard output: counters that were asked for.
    pub stdout: Vec<u8>,
    /// For standard error.
    pub report: Report,
    /// Warnings that count, as the original counts them.
    pub n_warnings: u32,
    /// A fatal error was reported.
    pub failed: bool,
    /// The file counts as one that cannot be opened.
    pub unreadable: bool,
    /// A step ended the run though it found no fatal error.
    pub gave_up: bool,
}

impl Analysis {
    /// Exit status of a run that ends here, or `None` if there is nothing wrong.
    pub fn exit_code(&self, opts: &Opts, profile: &Profile) -> Option<u8> {
        if self.unreadable {
            return Some(1);
        }
        if self.gave_up {
            return Some(255);
        }
        if !profile.has(Behaviour::FatalEndsRun) {
            return None;
        }
        if opts.werror && self.n_warnings != 0 {
            return Some(1);
        }
        if self.failed {
            return Some(255);
        }
        (self.n_warnings != 0).then_some(0)
    }
}

/// Analyses one file. `opts` are the request's, as far as the file has not changed them.
pub fn analyse<'d>(opts: &'d Opts, profile: &'d Profile, elf: &'d ElfFile<'d>, request: &'d Request) -> Analysis {
    let object = super::request::name_of(&opts.file);
    let Some(arch) = arch::with_upstream(elf.machine) else {
        let text = format!("unexpected ELF machine type {}", elf.machine);
        let mut out = Analysis { failed: true, ..Analysis::default() };
        out.report.text = crate::objtool::report::object_line(profile, &object, &text);
        return out;
    };
    let (code, findings, result) = code::build(opts, profile, arch, elf, request.noreturns.as_ref());
    let mut run = Run { code, request, object, out: Analysis::default(), recorder: None };
    if request.source {
        run.out.report = Report::with_places();
        run.recorder = Some(Recorder::default());
    }
    if opts.stats {
        run.out.stdout.extend(super::stats::of_code(&run.code).into_bytes());
    }
    run.say(&findings);
    let result = result.and_then(|()| if run.code.insns.is_empty() { Ok(()) } else { Ok(run.steps()?) });
    run.out.edits.splice(0..0, run.code.edits.drain(..));
    if let Err(stopped) = result {
        run.out.failed = true;
        run.out.unreadable = matches!(stopped, Stopped::Unreadable(_));
        run.say(&[stopped.into_finding()]);
    }
    run.finish()
}

/// What there is to say about symbols that make no sense, for a file that nothing else was said about so far.
pub fn refuse_symbols(opts: &Opts, profile: &Profile, elf: &ElfFile<'_>) -> Option<Vec<u8>> {
    let (code, result) = code::check_symbols(opts, profile, arch::with_upstream(elf.machine)?, elf);
    let finding = result.err()?.into_finding();
    let mut report = Report::default();
    report.add(&code, &super::request::name_of(&opts.file), &[finding]);
    Some(report.text)
}

struct Run<'d> {
    code: Code<'d>,
    request: &'d Request,
    object: Vec<u8>,
    out: Analysis,
    /// Watches the walk, to tell the ways to findings.
    recorder: Option<Recorder>,
}

impl Run<'_> {
    fn say(&mut self, findings: &[Finding]) {
        self.out.report.add(&self.code, &self.object, findings);
    }

    /// Reports findings that all count.
    fn count(&mut self, findings: &[Finding]) {
        self.out.n_warnings += findings.len() as u32;
        self.say(findings);
    }

    /// Every step in order. A step reads the code and, from the walk on, the states of the frame.
    fn steps(&mut self) -> Result<(), Fatal> {
        if self.code.opts.retpoline {
            self.count(&check::retpoline::check(&self.code));
        }
        // Checks that need no walk are done beside it, and reported in their turn.
        let (code, report, recorder) = (&self.code, &self.out.report, self.recorder.as_mut());
        let walk = || follow_paths(code, report, recorder);
        let (walked, beside) = code.elf.join(walk, || Beside::check(code));
        let mut walk = self.report_walk(walked)?;
        if self.code.opts.unret && self.unret().is_err() {
            self.out.gave_up = self.code.profile.has(Behaviour::UnretFailureIsFatal);
            return Ok(());
        }
        self.count(&beside.ibt);
        self.count(&beside.sls);
        let endbrs = beside.endbrs;
        self.create_sites(&mut walk)?;
        self.seal(&endbrs)?;
        if self.code.opts.klp_symids {
            self.out.edits.extend(klp_symid::create(&self.code, &self.object)?);
        }
        if self.code.opts.noabs {
            self.count(&check::noabs::check(&self.code, &self.out.edits));
        }
        if self.code.opts.orc {
            let edits = orc::generate::sections(&self.code, &walk)?;
            self.out.edits.extend(edits);
        }
        if self.code.opts.verbose && !self.code.profile.has(Behaviour::ListsAfterFailure) {
            self.dump_warned();
        }
        self.print_walk_stats(&walk);
        Ok(())
    }

    /// Reports the walk, then what it did not come to.
    fn report_walk(&mut self, (mut walk, findings): (Walk, Vec<Finding>)) -> Result<Walk, Fatal> {
        self.out.n_warnings += walk.n_warnings;
        self.say(&findings);
        if let Some(recorder) = &mut self.recorder {
            recorder.note_known(&walk);
        }
        if let Some(fatal) = walk.fatal.take() {
            return Err(fatal);
        }
        let by_walk = self.code.profile.has(Behaviour::ReachableGatedByWalk);
        let gate = if by_walk { walk.n_warnings } else { self.out.n_warnings };
        if self.code.walks_branches() && gate == 0 {
            let (findings, result) = check::reachable::check(&self.code, &walk);
            self.count(&findings);
            result?;
        }
        Ok(walk)
    }

    fn unret(&mut self) -> Result<(), ()> {
        let outcome = check::unret::check(&self.code);
        self.out.n_warnings += outcome.n_warnings;
        self.say(&outcome.findings);
        if outcome.gave_up { Err(()) } else { Ok(()) }
    }

    fn take(&mut self, created: Created) {
        self.say(&created.findings);
        self.out.edits.extend(created.edits);
    }

    /// The site tables, in the order that decides symbol numbers.
    fn create_sites(&mut self, walk: &mut Walk) -> Result<(), Fatal> {
        let opts = self.code.opts;
        if opts.static_call {
            let (created, result) = static_calls::create(&self.code);
            self.take(created);
            result?;
        }
        if opts.retpoline {
            self.take(sites::retpolines(&self.code));
        }
        if opts.cfi && self.code.profile.has(Behaviour::CfiSitesByCfi) {
            self.cfi_sites()?;
        }
        if opts.rethunk {
            self.take(sites::returns(&self.code));
            if opts.hack_skylake {
                self.take(sites::calls(&self.code));
            }
        }
        if opts.mcount {
            self.take(sites::mcount(&self.code));
        }
        if opts.prefix != 0 {
            self.prefix(walk)?;
        }
        Ok(())
    }

    fn cfi_sites(&mut self) -> Result<(), Fatal> {
        let (created, result) = sites::cfi(&self.code);
        self.take(created);
        result
    }

    fn prefix(&mut self, walk: &mut Walk) -> Result<(), Fatal> {
        let opts = self.code.opts;
        if opts.cfi && self.code.profile.has(Behaviour::GrowsCfiSymbols) {
            self.out.edits.extend(sites::grow_cfi(&self.code));
            return if opts.fineibt { self.cfi_sites() } else { Ok(()) };
        }
        let prefixes = prefix::create(&self.code, walk);
        for (insn, state) in prefixes.states {
            walk.cfi[insn.index()] = state;
        }
        walk.cfis.n_found += prefixes.n_found;
        self.take(prefixes.created);
        Ok(())
    }

    fn seal(&mut self, endbrs: &EndbrUse) -> Result<(), Fatal> {
        if !self.code.opts.ibt {
            return Ok(());
        }
        let is_there = self.code.section_names.get(".ibt_endbr_seal").is_some();
        if self.code.opts.stats && !is_there {
            let pads = &self.code.endbrs;
            let lines = [
                ("ENDBR at function start:", pads.at_start.len()),
                ("ENDBR inside functions: ", pads.n_inside as usize),
                ("superfluous ENDBR:      ", endbrs.superfluous.len()),
            ];
            for (what, count) in lines {
                let _ = writeln!(self.out.stdout, "ibt: {what} {count}");
            }
        }
        let (created, result) = sites::seals(&self.code, &endbrs.superfluous);
        self.take(created);
        result
    }

    fn print_walk_stats(&mut self, walk: &Walk) {
        if !self.code.opts.stats {
            return;
        }
        let lines = [
            ("nr_insns_visited", walk.n_visited),
            ("nr_cfi", walk.cfis.n_made() as u64),
            ("nr_cfi_reused", walk.n_reused),
            ("nr_cfi_cache", walk.cfis.n_found),
        ];
        for (what, count) in lines {
            let _ = writeln!(self.out.stdout, "{what}: {count}");
        }
    }

    /// Has the functions that were warned about listed by another tool.
    fn dump_warned(&mut self) {
        let code = &self.code;
        let sections = code.elf.section_ids().flat_map(|section| code.symbols.in_section(section));
        let warned = sections.filter(|symbol| self.out.report.has_warned(**symbol));
        let names: Vec<&[u8]> = warned.map(|symbol| code.name(*symbol)).collect();
        if names.is_empty() {
            return;
        }
        let prefix = code.profile.has(Behaviour::ObjdumpNeedsCrossCompile);
        let dumped = disas::dump_functions(&self.object, &names, prefix);
        self.out.report.text.extend(dumped.text);
        if dumped.status != 0 {
            self.say(&[Finding::warn(Message::DisassemblyFailed { status: dumped.status })]);
        }
    }

    /// What comes after all steps, or after the one that failed.
    fn finish(mut self) -> Analysis {
        let opts = self.code.opts;
        let is_clean = self.out.n_warnings == 0 && !self.out.failed || self.out.unreadable;
        let lists_warned = opts.verbose && !is_clean && self.code.profile.has(Behaviour::ListsAfterFailure);
        if lists_warned && opts.werror && self.out.n_warnings != 0 {
            let count = self.out.n_warnings;
            self.say(&[Finding::warn(Message::UpgradedToErrors { count })]);
        }
        if lists_warned && self.code.profile.has(Behaviour::VerboseRepeatsCall) {
            super::request::repeat(self.request, opts, &mut self.out.report.text);
        }
        if !self.code.profile.has(Behaviour::Disassembles) {
            if lists_warned {
                self.dump_warned();
            }
        } else if lists_warned || opts.disas.is_some() {
            let out = &mut self.out;
            let findings = listing::list(&mut out.stdout, &self.code, &out.report, lists_warned, &out.edits);
            self.say(&findings);
        }
        self.with_source()
    }

    /// The result, with what there is to say below each line if that was asked for.
    fn with_source(mut self) -> Analysis {
        if let Some(recorder) = &self.recorder {
            self.out.report.text = source::annotate(&self.code, &self.out.report, recorder);
        }
        self.out
    }
}

/// Follows all paths as far as the options need it, with a trace if one was asked for.
fn follow_paths(code: &Code<'_>, report: &Report, recorder: Option<&mut Recorder>) -> (Walk, Vec<Finding>) {
    let extent = match code.opts.noinstr {
        _ if code.walks_branches() => Extent::Everything,
        true => Extent::NoinstrSections,
        false => return (check::walk::no_walk(code), Vec::new()),
    };
    let tracer = code.opts.trace.as_ref().map(|pattern| Tracer::new(code, pattern, report));
    match (tracer, recorder) {
        (None, None) => check::walk::walk(code, extent, &mut Unobserved),
        (Some(mut tracer), None) => check::walk::walk(code, extent, &mut tracer),
        (None, Some(recorder)) => check::walk::walk(code, extent, recorder),
        (Some(mut tracer), Some(recorder)) => check::walk::walk(code, extent, &mut Both(&mut tracer, recorder)),
    }
}

/// What the checks that need no walk found.
struct Beside {
    endbrs: EndbrUse,
    ibt: Vec<Finding>,
    sls: Vec<Finding>,
}

impl Beside {
    fn check(code: &Code<'_>) -> Self {
        let (endbrs, ibt) = match code.opts.ibt {
            true => check::ibt::check(code),
            false => (EndbrUse { superfluous: code.endbrs.at_start.clone() }, Vec::new()),
        };
        let sls = if code.opts.sls { check::sls::check(code) } else { Vec::new() };
        Self { endbrs, ibt, sls }
    }
}
