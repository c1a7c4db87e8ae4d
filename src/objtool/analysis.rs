// SPDX-License-Identifier: GPL-2.0-only

//! What the drop-in makes of a run's products: what it prints, what it changes, how it ends.

use std::io::Write;

use super::Request;
use super::path::Recorder;
use super::pipeline;
use super::pipeline::End;
use super::pipeline::Products;
use super::pipeline::Tables;
use super::pipeline::Task;
use super::source;
use crate::elf::Edit;
use crate::elf::ElfFile;
use crate::kernel::Behaviour;
use crate::kernel::Profile;
use crate::objtool::code;
use crate::objtool::disas;
use crate::objtool::finding::Finding;
use crate::objtool::finding::Message;
use crate::objtool::listing;
use crate::objtool::opts::Opts;
use crate::objtool::report::Report;

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
    let arch = match super::request::machine(elf) {
        Ok(arch) => arch,
        Err(text) => {
            let mut out = Analysis { failed: true, ..Analysis::default() };
            out.report.text = crate::objtool::report::object_line(profile, &object, &text);
            return out;
        }
    };
    let task = Task { opts, profile, elf, noreturns: request.noreturns.as_ref(), tables: Tables::Create };
    let mut recorder = request.source.then(Recorder::default);
    let products = pipeline::run(&task, arch, recorder.as_mut());
    let report = if request.source { Report::with_places() } else { Report::default() };
    let mut printer = Printer { request, object, products, out: Analysis { report, ..Analysis::default() } };
    printer.print();
    printer.finish(recorder.as_ref())
}

/// What there is to say about symbols that make no sense, for a file that nothing else was said about so far.
pub fn refuse_symbols(opts: &Opts, profile: &Profile, elf: &ElfFile<'_>) -> Option<Vec<u8>> {
    let (code, result) = code::check_symbols(opts, profile, arch::with_upstream(elf.machine)?, elf);
    let finding = result.err()?.into_finding();
    let mut report = Report::default();
    report.add(&code, &super::request::name_of(&opts.file), &[finding]);
    Some(report.text)
}

/// Turns products into what goes to the two streams.
struct Printer<'d> {
    request: &'d Request,
    object: Vec<u8>,
    products: Products<'d>,
    out: Analysis,
}

impl Printer<'_> {
    fn say(&mut self, findings: &[Finding]) {
        self.out.report.add(&self.products.code, &self.object, findings);
    }

    /// What the steps found, and what else there is to say about them.
    fn print(&mut self) {
        self.out.n_warnings = self.products.n_warnings;
        self.out.failed = matches!(self.products.end, End::Failed | End::Unreadable);
        self.out.unreadable = self.products.end == End::Unreadable;
        let profile = self.products.code.profile;
        let is_fatal = profile.has(Behaviour::UnretFailureIsFatal) || profile.has(Behaviour::Subcommands);
        self.out.gave_up = self.products.end == End::GaveUp && is_fatal;
        let findings = std::mem::take(&mut self.products.findings);
        self.say(&findings);
        let opts = self.products.code.opts;
        if opts.stats {
            self.print_stats();
        }
        let is_complete = self.products.end == End::Complete && self.products.walk.is_some();
        if opts.verbose && is_complete && !self.products.code.profile.has(Behaviour::ListsAfterFailure) {
            self.dump_warned();
        }
    }

    fn print_stats(&mut self) {
        let Products { code, walk, endbrs, is_checked, .. } = &self.products;
        let out = &mut self.out.stdout;
        out.extend(super::stats::of_code(code).into_bytes());
        if let Some(endbrs) = endbrs
            && code.section_names.get(".ibt_endbr_seal").is_none()
        {
            let pads = &code.endbrs;
            let lines = [
                ("ENDBR at function start:", pads.at_start.len()),
                ("ENDBR inside functions: ", pads.n_inside as usize),
                ("superfluous ENDBR:      ", endbrs.superfluous.len()),
            ];
            for (what, count) in lines {
                // Writing to memory does not fail.
                let _ = writeln!(out, "ibt: {what} {count}");
            }
        }
        let Some(walk) = walk.as_ref().filter(|_| *is_checked) else { return };
        let lines = [
            ("nr_insns_visited", walk.n_visited),
            ("nr_cfi", walk.cfis.n_made() as u64),
            ("nr_cfi_reused", walk.n_reused),
            ("nr_cfi_cache", walk.cfis.n_found),
        ];
        for (what, count) in lines {
            let _ = writeln!(out, "{what}: {count}");
        }
    }

    /// Has the functions that were warned about listed by another tool.
    fn dump_warned(&mut self) {
        let code = &self.products.code;
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
    fn finish(mut self, recorder: Option<&Recorder>) -> Analysis {
        self.out.edits = std::mem::take(&mut self.products.edits);
        let opts = self.products.code.opts;
        let profile = self.products.code.profile;
        let is_clean = self.out.n_warnings == 0 && !self.out.failed || self.out.unreadable;
        let lists_warned = opts.verbose && !is_clean && profile.has(Behaviour::ListsAfterFailure);
        if lists_warned && opts.werror && self.out.n_warnings != 0 {
            let count = self.out.n_warnings;
            self.say(&[Finding::warn(Message::UpgradedToErrors { count })]);
        }
        if lists_warned && profile.has(Behaviour::VerboseRepeatsCall) {
            super::request::repeat(self.request, opts, &mut self.out.report.text);
        }
        if !profile.has(Behaviour::Disassembles) {
            if lists_warned {
                self.dump_warned();
            }
        } else if lists_warned || opts.disas.is_some() {
            let out = &mut self.out;
            let findings = listing::list(&mut out.stdout, &self.products.code, &out.report, lists_warned, &out.edits);
            self.say(&findings);
        }
        self.with_source(recorder)
    }

    /// The result, with what there is to say below each line if that was asked for.
    fn with_source(mut self, recorder: Option<&Recorder>) -> Analysis {
        if let Some(recorder) = recorder {
            self.out.report.text = source::annotate(&self.products.code, &self.out.report, recorder);
        }
        self.out
    }
}
