// SPDX-License-Identifier: GPL-2.0-only

//! `objtool` for arm64, which the kernel's own never had.
//!
//! Two sorts of work: checks of the tables by which the kernel patches itself, always done, and what options ask for. No
//! check edits; what was asked to be written is made from the same facts that were checked. Read [`analyse`] for the order.

pub mod annotate;
pub mod finding;
pub mod listing;
pub mod mapping;
pub mod object;
mod options;
pub mod orc;
pub mod stack;
pub mod tables;
pub mod words;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use crate::contents::source::DebugInfo;
use crate::contents::source::Lines;
use crate::contents::source::Units;
use crate::contents::source::labels;
use crate::contents::source::labels::Sentence;
use crate::elf::Edit;
use crate::elf::ElfFile;
use crate::kernel::noreturns::Noreturns;
use crate::objtool;
use crate::objtool::Outcome;
use crate::objtool::Request;
use crate::objtool::opts::Opts;
use finding::Arm64Finding;
use object::Arm64Object;
use object::Place;

/// What became of one file.
#[derive(Debug, Default)]
pub struct Arm64Analysis {
    /// For standard output: listings.
    pub stdout: Vec<u8>,
    /// For standard error.
    pub stderr: Vec<u8>,
    /// Number of findings.
    pub n_warnings: usize,
    /// Whether the run ends without a result.
    pub failed: bool,
    /// What is to be written.
    pub edits: Vec<Edit>,
}

/// Runs `objtool` as `request` says on an object for arm64. Nothing of it is the original's but the command line.
pub fn run(request: &Request) -> Outcome {
    if request.opts.dump_orc {
        return objtool::dump(request, orc::dump);
    }
    objtool::on_file(request, |opts, elf, out| work(request, opts, elf, out))
}

/// The part of a run that has the file in memory.
fn work(request: &Request, mut opts: Opts, elf: &ElfFile<'_>, mut out: Outcome) -> Outcome {
    if let Some(line) = objtool::apply_module_rule(request.module_rule, &mut opts, elf) {
        out.stderr.extend(line.into_bytes());
    }
    let notes = if request.source { Notes::Source } else { Notes::Omitted };
    let noreturns = Noreturns::new(&request.profile, request.noreturns.as_ref());
    let result = analyse(&opts, elf, &noreturns, notes);
    out.stdout.extend_from_slice(&result.stdout);
    out.stderr.extend_from_slice(&result.stderr);
    let is_refused = result.failed || opts.werror && result.n_warnings != 0;
    if opts.backup && (is_refused || result.n_warnings != 0) {
        objtool::backup(request, &opts, &mut out);
    }
    match is_refused {
        true => out.with_code(1),
        false => objtool::write(&request.profile, &opts, elf, result.edits, out),
    }
}

/// Whether a file is an ELF file for arm64, by its first bytes.
pub fn is_file_for(path: &Path) -> bool {
    let mut head = [0; 20];
    // What is no regular file is not touched: reading would take away what the run itself is to read.
    let is_regular = path.metadata().is_ok_and(|meta| meta.is_file());
    let read = is_regular && File::open(path).and_then(|mut file| file.read_exact(&mut head)).is_ok();
    let machine = match head[5] {
        ::object::elf::ELFDATA2MSB => u16::from_be_bytes([head[18], head[19]]),
        _ => u16::from_le_bytes([head[18], head[19]]),
    };
    read && head.starts_with(&::object::elf::ELFMAG) && machine == ::object::elf::EM_AARCH64
}

/// What is said below each finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notes {
    /// Nothing.
    Omitted,
    /// Where in the source it is, and for findings about the stack the path through the function.
    Source,
}

/// Analyses one file.
pub fn analyse(opts: &Opts, elf: &ElfFile<'_>, noreturns: &Noreturns, notes: Notes) -> Arm64Analysis {
    let debug_info = if notes == Notes::Source { DebugInfo::read(elf) } else { None };
    let sources = (notes == Notes::Source)
        .then(|| Sources { units: Units::read(elf), lines: debug_info.as_ref().and_then(Lines::of) });
    let mut run = Reporter { opts, sources, out: Arm64Analysis::default() };
    // What cannot be done is said before anything else is.
    if let Some(text) = options::refused(opts) {
        return run.fail(&text);
    }
    if !object::is_supported(elf) {
        return run.fail("only little-endian 64-bit objects are supported");
    }
    // Functions, relocations and data in text can be looked up by place from here on.
    let object = Arm64Object::new(elf);
    let options = tables::TableOptions { noinstr: opts.noinstr, ..tables::TableOptions::default() };
    run.say(&object, &tables::check_object(&object, &options));
    if opts.verbose {
        run.list(&object);
    }
    // What is written is made from the places that were found to be sound.
    if opts.static_call {
        let created = annotate::static_calls::create(&object, opts.module);
        run.say(&object, created.finding.as_slice());
        if let Some(text) = created.error {
            return run.fail(&text);
        }
        run.out.edits.extend(created.edits);
    }
    if opts.mcount {
        let (edits, finding) = annotate::mcount::create(&object);
        run.say(&object, finding.as_slice());
        run.out.edits.extend(edits);
    }
    if opts.stackval || opts.orc {
        run.stack(&object, noreturns);
    }
    if let Some(pattern) = &opts.disas {
        listing::write(&mut run.out.stdout, &object, pattern);
    }
    run.out
}

struct Reporter<'o> {
    opts: &'o Opts,
    /// Where places are in the source, if that is to be said.
    sources: Option<Sources<'o>>,
    out: Arm64Analysis,
}

struct Sources<'o> {
    units: Units<'o>,
    lines: Option<Lines<'o>>,
}

impl Reporter<'_> {
    /// Adds findings in order.
    fn say(&mut self, object: &Arm64Object<'_>, findings: &[Arm64Finding]) {
        self.say_with(object, findings, |_, _| {});
    }

    /// Adds findings in order, each with what `more` adds below it if that is wanted.
    fn say_with(&mut self, object: &Arm64Object<'_>, findings: &[Arm64Finding], more: impl Fn(&mut Vec<u8>, Place)) {
        let severity = if self.opts.werror { "error" } else { "warning" };
        for finding in findings {
            let line = finding.line(object, self.opts.sec_address);
            self.line(severity, &line);
            if let (Some(sources), Some(place)) = (&self.sources, finding.place) {
                let (units, lines) = (&sources.units, sources.lines.as_ref());
                let sentence = Sentence { level: severity, text: line.as_bytes(), id: finding.kind.id() };
                labels::write_place(&mut self.out.stderr, units, lines, (place.section, place.offset), sentence);
                more(&mut self.out.stderr, place);
            }
        }
        self.out.n_warnings += findings.len();
    }

    /// `--stackval` and `--orc`: what is found is said for both, the tables are for the latter.
    fn stack(&mut self, object: &Arm64Object<'_>, noreturns: &Noreturns) {
        let table = stack::analyse(object, noreturns);
        self.say_with(object, &stack::report::findings(&table), |out, place| {
            for (nth, line) in stack::path::lines(object, &table, place).iter().enumerate() {
                labels::write_line(out, if nth == 0 { "path:" } else { "" }, line.as_bytes());
            }
            for sentence in stack::path::others(object, &table, place) {
                labels::write_line(out, "note:", sentence.as_bytes());
            }
        });
        if !self.opts.orc {
            return;
        }
        if let Some(name) = orc::SECTIONS.iter().find(|name| object.sections_named(name).next().is_some()) {
            self.say(object, &[Arm64Finding::of_object(finding::Kind::AlreadyHas).with(*name)]);
            return;
        }
        self.out.edits.extend(orc::sections(object, &table));
    }

    fn fail(mut self, text: &str) -> Arm64Analysis {
        self.line("error", text);
        self.out.failed = true;
        self.out.edits.clear();
        self.out
    }

    fn line(&mut self, severity: &str, text: &str) {
        let name = self.opts.file.as_os_str().as_encoded_bytes();
        self.out.stderr.extend_from_slice(name);
        self.out.stderr.extend(format!(": {severity}: objtool: {text}\n").into_bytes());
    }

    /// `--verbose`: what was found that is no finding.
    fn list(&mut self, object: &Arm64Object<'_>) {
        let mcount = tables::mcount::survey(object, tables::mcount::ENTRIES);
        if let Some(layout) = mcount.layout {
            let (n_sites, n_dropped) = (mcount.sites.len(), mcount.dropped.len());
            self.note(&format!("{n_sites} mcount entries {}, {n_dropped} of dropped functions", layout.describe()));
        }
        for place in &mcount.dropped {
            self.note(&format!("mcount entry of a dropped function at {}", object.describe_offset(*place)));
        }
        for site in tables::static_calls::sites(object) {
            let what = if site.is_tail { "tail call" } else { "call" };
            let (place, name) = (object.describe(site.place), object.symbol_name(site.trampoline));
            self.note(&format!("static {what} of {name} at {place}"));
        }
    }

    fn note(&mut self, text: &str) {
        self.out.stderr.extend(format!("postlink: {text}\n").into_bytes());
    }
}
