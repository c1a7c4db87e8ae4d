//! One run of the gate: look at every object, then at all together, then judge.

use std::path::Path;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;

use rayon::prelude::*;

use super::Finding;
use super::GateError;
use super::Severity;
use super::baseline;
use super::baseline::Baseline;
use super::baseline::Judged;
use super::checks;
use super::checks::Check;
use super::checks::RawCx;
use super::checks::WorldCx;
use super::contents::Contents;
use super::coverage;
use super::coverage::Skipped;
use super::facts::Facts;
use super::facts::Scan;
use super::fresh;
use super::fresh::Fresh;
use super::inputs::Asked;
use super::inputs::Inputs;
use super::inputs::ObjectFile;
use super::inputs::Stage;
use super::inputs::commands;
use super::object::ObjectCx;
use super::object::places;
use crate::arm64;
use crate::contents::source::DebugInfo;
use crate::contents::source::Frame;
use crate::contents::source::Lines;
use crate::elf::ElfFile;
use crate::kernel::Profile;
use crate::kernel::noreturns::Noreturns;
use crate::kernel::series::ChosenBy;
use crate::objtool::code::RelocIndex;
use crate::objtool::opts::Opts;

/// What makes a run fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailOn {
    /// Findings of this severity or graver that no baseline accepts.
    Severity(Severity),
    /// Any finding that no baseline accepts.
    New,
}

/// What a run is asked to do.
#[derive(Debug, Clone)]
pub struct Options {
    /// A folder, or objects.
    pub paths: Vec<PathBuf>,
    /// `--series`.
    pub series: Option<String>,
    /// `--kernel`: the kernel's build folder, for external modules.
    pub kernel: Option<PathBuf>,
    /// Accepted findings.
    pub baseline: Option<PathBuf>,
    /// A baseline to bring up to date.
    pub update_baseline: Option<PathBuf>,
    /// Another build to compare with.
    pub compare: Option<PathBuf>,
    /// What makes the run fail.
    pub fail_on: Option<FailOn>,
    /// Checks to run; empty for all.
    pub only: Vec<String>,
    /// Checks not to run.
    pub skip: Vec<String>,
    /// Threads; 0 for as many as there are cores.
    pub n_threads: usize,
}

/// Is told how far a run is.
pub trait Progress: Sync {
    /// `done` of `all` objects have been looked at, `name` was the last.
    fn step(&self, done: usize, all: usize, name: &str);
}

/// Nobody wants to know.
#[derive(Debug, Clone, Copy)]
pub struct Quiet;

impl Progress for Quiet {
    fn step(&self, _: usize, _: usize, _: &str) {}
}

/// What came of a run.
#[derive(Debug)]
pub struct Outcome {
    /// The folder, without its objects.
    pub inputs: Inputs,
    /// Checks that ran.
    pub checks: Vec<&'static Check>,
    /// Those of them that could not look, and why.
    pub skipped: Vec<Skipped>,
    /// Findings in a fixed order, each with what a baseline says about it.
    pub findings: Vec<Judged>,
    /// Lines of the baseline that nothing corresponds to any more.
    pub gone: Vec<baseline::Entry>,
    /// What became of the baseline that was to be brought up to date.
    pub updated: Option<Updated>,
    /// The run fails.
    pub has_failed: bool,
}

/// How a baseline was brought up to date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Updated {
    /// The file.
    pub path: PathBuf,
    /// Lines that it did not have.
    pub added: usize,
    /// Lines that it has no more.
    pub removed: usize,
}

impl Outcome {
    /// Why a check could not look, if so.
    pub fn why_skipped(&self, check: &str) -> Option<&str> {
        self.skipped.iter().find(|skipped| skipped.check == check).map(|skipped| skipped.why.as_str())
    }

    /// Number of findings of a severity that no baseline accepts.
    pub fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|judged| judged.is_open() && judged.finding.severity == severity).count()
    }

    /// Number of findings that a baseline accepts.
    pub fn n_accepted(&self) -> usize {
        self.findings.iter().filter(|judged| !judged.is_open()).count()
    }
}

/// Runs the gate.
pub fn run(options: &Options, progress: &dyn Progress) -> Result<Outcome, GateError> {
    let checks = selected(options)?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(options.n_threads).build();
    let pool = pool.map_err(|error| GateError(format!("threads: {error}")))?;
    // What is there is known from here on, but not read.
    let inputs = take_stock(options, &options.paths)?;
    let look = pool.install(|| look_at_all(&inputs, &checks, progress));
    // Findings and facts of this build are complete. Now against what was accepted, or against another build.
    let updated = options.update_baseline.as_ref().filter(|path| path.exists());
    let mut base = match options.baseline.as_ref().or(updated) {
        Some(path) => Baseline::read(path)?,
        None => Baseline::default(),
    };
    let skipped = coverage::skipped(&inputs, &look.facts, &checks);
    // What was not looked at is neither there nor gone.
    let has_looked = |check: &str| {
        checks.iter().any(|other| other.id == check) && !skipped.iter().any(|skipped| skipped.check == check)
    };
    let mut findings = look.findings;
    if let Some(other) = &options.compare {
        let other = take_stock(options, std::slice::from_ref(other))?;
        let before = pool.install(|| look_at_all(&other, &checks, progress));
        base.accept_all(&before.findings);
        findings.extend(baseline::compare_builds(&other, &before.facts, &inputs, &look.facts, &checks));
    }
    findings.extend(base.compare_exports(&inputs, &checks));
    sort(&mut findings);
    let (findings, gone) = base.judge(findings, &inputs.config, &has_looked);
    let updated = match &options.update_baseline {
        Some(path) => Some(update(path, &findings, &inputs, &has_looked)?),
        None => None,
    };
    let has_base = options.baseline.is_some() || options.compare.is_some();
    let fail_on = options.fail_on.unwrap_or(match has_base {
        true => FailOn::New,
        false => FailOn::Severity(Severity::Error),
    });
    let fails = |judged: &Judged| {
        judged.is_open()
            && match fail_on {
                FailOn::Severity(severity) => judged.finding.severity >= severity,
                FailOn::New => true,
            }
    };
    // Who only asks for a baseline accepts what is there.
    let only_updates = updated.is_some() && !has_base && options.fail_on.is_none();
    let has_failed = !only_updates && findings.iter().any(fails);
    Ok(Outcome { inputs, checks, skipped, findings, gone, updated, has_failed })
}

/// Brings a baseline up to date, or begins one.
fn update(
    path: &Path,
    findings: &[Judged],
    inputs: &Inputs,
    has_looked: &dyn Fn(&str) -> bool,
) -> Result<Updated, GateError> {
    let old = if path.exists() { Baseline::read(path)? } else { Baseline::default() };
    let new = old.update(findings, inputs, has_looked);
    new.write(path)?;
    Ok(Updated { path: path.to_owned(), added: new.n_more_than(&old), removed: old.n_more_than(&new) })
}

/// The checks that the options leave.
fn selected(options: &Options) -> Result<Vec<&'static Check>, GateError> {
    for id in options.only.iter().chain(&options.skip) {
        if checks::by_id(id).is_none() {
            let known: Vec<&str> = checks::ALL.iter().map(|check| check.id).collect();
            return Err(GateError(format!("'{id}' is no check; there are {}", known.join(", "))));
        }
    }
    let is_wanted = |check: &&&Check| {
        let named = |list: &[String]| list.iter().any(|id| id == check.id);
        (options.only.is_empty() || named(&options.only)) && !named(&options.skip)
    };
    Ok(checks::ALL.iter().filter(is_wanted).copied().collect())
}

fn take_stock(options: &Options, paths: &[PathBuf]) -> Result<Inputs, GateError> {
    let asked = Asked { series: options.series.as_deref(), kernel: options.kernel.as_deref() };
    match paths {
        [dir] if dir.is_dir() => Inputs::of_folder(dir, &asked),
        [missing] if !missing.exists() => Err(GateError(format!("{}: no such file or folder", missing.display()))),
        files => Inputs::of_files(files, &asked),
    }
}

/// Findings and facts of one build.
struct Look {
    findings: Vec<Finding>,
    facts: Vec<Facts>,
}

/// Looks at every object, as many at a time as there are threads, then at all together.
fn look_at_all(inputs: &Inputs, checks: &[&'static Check], progress: &dyn Progress) -> Look {
    let noreturns = inputs.selection.tree.as_ref().and_then(crate::kernel::series::Tree::noreturns);
    // Another series' rules would find what is not there.
    let is_known = inputs.selection.chosen_by != ChosenBy::Newest;
    let profile = inputs.selection.profile().filter(|_| is_known && inputs.selection.refusal().is_none());
    let looker = Looker { inputs, checks, profile, noreturns };
    // The largest first: it takes longer than many others together.
    let mut order: Vec<usize> = (0..inputs.objects.len()).collect();
    order.sort_by_key(|index| inputs.objects.get(*index).map(|file| std::cmp::Reverse(file.size)));
    let n_done = AtomicUsize::new(0);
    let look = |&index: &usize| {
        let file = inputs.objects.get(index)?;
        let result = looker.look_at(file);
        let done = n_done.fetch_add(1, Ordering::Relaxed) + 1;
        progress.step(done, inputs.objects.len(), &file.name);
        Some((index, result))
    };
    let mut results: Vec<(usize, (Vec<Finding>, Facts))> = order.par_iter().with_max_len(1).filter_map(look).collect();
    results.sort_by_key(|(index, _)| *index);
    let (mut findings, mut facts) = (Vec::new(), Vec::new());
    for (_, (found, fact)) in results {
        findings.extend(found);
        facts.push(fact);
    }
    let world = WorldCx { inputs, facts: &facts };
    findings.extend(checks.iter().flat_map(|check| check.look_at_world(&world)));
    Look { findings, facts }
}

/// By check, gravest first, then by subject and place.
fn sort(findings: &mut [Finding]) {
    let rank = |id: &str| checks::ALL.iter().position(|check| check.id == id);
    let rank_of = |finding: &Finding| (rank(finding.check), std::cmp::Reverse(finding.severity));
    findings.sort_by(|a, b| {
        let by_place = |f: &Finding| (f.section.clone(), f.offset, f.symbol.clone(), f.counterpart.clone());
        rank_of(a)
            .cmp(&rank_of(b))
            .then_with(|| a.subject.cmp(&b.subject))
            .then_with(|| (a.kind != "runtime-library").cmp(&(b.kind != "runtime-library")))
            .then_with(|| a.kind.cmp(b.kind))
            .then_with(|| by_place(a).cmp(&by_place(b)))
            .then_with(|| a.message.cmp(&b.message))
    });
}

/// Adds file and line to findings about places, if the object has debug information. It is only read if there is a finding.
fn find_lines(inputs: &Inputs, elf: &ElfFile<'_>, findings: &mut [Finding]) {
    if findings.iter().all(|finding| finding.place.is_none()) {
        return;
    }
    let Some(info) = DebugInfo::read(elf) else { return };
    let Some(lines) = Lines::of(&info) else { return };
    for finding in findings {
        let Some((section, offset)) = finding.place else { continue };
        let frames = lines.at(section, offset);
        let place = |frame: &Frame| {
            let path = Path::new(&frame.file);
            let inside = inputs.source.as_ref().and_then(|tree| path.strip_prefix(tree).ok()).unwrap_or(path);
            format!("{}:{}", inside.display(), frame.line)
        };
        finding.source = frames.iter().map(place).collect::<Vec<_>>().join(", inlined at ");
    }
}

/// What is the same for all objects.
struct Looker<'a> {
    inputs: &'a Inputs,
    checks: &'a [&'static Check],
    /// Rules of the series' objtool, if they are known.
    profile: Option<Profile>,
    noreturns: Option<Vec<String>>,
}

/// Checks that need the engine's analysis.
const ENGINE_CHECKS: [&str; 8] =
    ["module-flag", "static-call", "mcount", "orc", "mitigations", "noinstr", "uaccess", "stack"];
/// Checks that know arm64's own tables.
const ARM64_CHECKS: [&str; 5] = ["elf", "static-call", "mcount", "mitigations", "stack"];
/// Checks that need what `modpost` reads.
const SCAN_CHECKS: [&str; 4] = ["section-mismatch", "exports", "undefined", "trim"];

impl Looker<'_> {
    fn look_at(&self, file: &ObjectFile) -> (Vec<Finding>, Facts) {
        let raw = |bitcode, error| {
            let raw = RawCx { inputs: self.inputs, file, bitcode, error };
            self.checks.iter().flat_map(|check| check.look_at_bytes(&raw)).collect::<Vec<Finding>>()
        };
        let data = match Contents::read(&file.path) {
            Ok(Contents::Native(data)) => data,
            Ok(Contents::Bitcode(symtab)) => return (raw(Some(&symtab), None), Facts::of_bitcode(file, symtab.ok())),
            Err(error) => return (raw(None, Some(&format!("cannot be read: {error}"))), Facts::opaque(file)),
        };
        let elf = match ElfFile::parse(&data) {
            Ok(elf) => elf,
            Err(error) => return (raw(None, Some(&error.to_string())), Facts::opaque(file)),
        };
        let mut findings = raw(None, None);
        let (fresh, (scan, (places, relocs))) = rayon::join(
            || self.fresh(file, &elf),
            || rayon::join(|| self.scan(file, &elf), || (places(&elf), RelocIndex::read(&elf))),
        );
        let cx = ObjectCx {
            inputs: self.inputs,
            file,
            elf: &elf,
            places,
            units: OnceLock::new(),
            relocs,
            fresh: fresh.as_ref(),
            scan: scan.as_ref(),
        };
        let found: Vec<Vec<Finding>> =
            self.checks.par_iter().with_max_len(1).map(|check| check.look_at_object(&cx)).collect();
        findings.extend(found.into_iter().flatten());
        find_lines(self.inputs, &elf, &mut findings);
        (findings, Facts::read(&cx))
    }

    fn runs_any(&self, ids: &[&str]) -> bool {
        self.checks.iter().any(|check| ids.contains(&check.id))
    }

    /// The engine's analysis, where it was part of the build and the series' rules are known.
    fn fresh(&self, file: &ObjectFile, elf: &ElfFile<'_>) -> Option<Fresh> {
        let is_linked =
            matches!(file.stage, Stage::VmlinuxObject | Stage::Object | Stage::Lto | Stage::Prelink | Stage::Other);
        if arm64::object::is_supported(elf) {
            let is_object = elf.kind == ::object::elf::ET_REL;
            let is_wanted = is_linked && is_object && self.runs_any(&ARM64_CHECKS);
            // Of a series without rules of its own the newest one's list is as near as any.
            let newest = Profile::newest();
            let profile = self.profile.as_ref().unwrap_or(&newest);
            let noreturns = self.runs_any(&["stack"]).then(|| Noreturns::new(profile, self.noreturns.as_ref()));
            return is_wanted.then(|| fresh::arm64::check(elf, noreturns.as_ref()));
        }
        let profile = self.profile.as_ref().filter(|_| elf.machine == ::object::elf::EM_X86_64)?;
        let is_wanted = self.runs_any(&ENGINE_CHECKS) && elf.kind == ::object::elf::ET_REL;
        let opts = self.objtool_opts(file, profile).filter(|_| is_wanted)?;
        Some(fresh::analyse(opts, profile, elf, self.noreturns.as_ref()))
    }

    /// The options that `objtool` was run with, or should have been.
    fn objtool_opts(&self, file: &ObjectFile, profile: &Profile) -> Option<Opts> {
        let config = &self.inputs.config;
        let is_linked =
            matches!(file.stage, Stage::VmlinuxObject | Stage::Object | Stage::Lto | Stage::Prelink | Stage::Other);
        if let Some(command) = &file.command
            && command.objtool.is_some()
        {
            return command.objtool_opts(&profile.facts).filter(|_| is_linked || file.stage == Stage::Member);
        }
        // Objtool runs after the link where the link makes the code, or where IBT or livepatches need to see all of it.
        let is_delayed = config.has("LTO_CLANG") || config.has("X86_KERNEL_IBT") || config.has("KLP_BUILD");
        let is_derived = is_linked && config.has("OBJTOOL") && is_delayed;
        let words = config.objtool_words(file.subject != "vmlinux", true);
        let words = words.into_iter().chain([file.name.as_str()]);
        if is_derived { commands::opts_of(&profile.facts, words) } else { None }
    }

    /// What `modpost` reads.
    fn scan(&self, file: &ObjectFile, elf: &ElfFile<'_>) -> Option<Scan> {
        let series = self.inputs.selection.series;
        let is_input =
            matches!(file.stage, Stage::VmlinuxObject | Stage::Object | Stage::Lto | Stage::Prelink | Stage::Other);
        let is_object = elf.kind == ::object::elf::ET_REL;
        (is_input && is_object && self.runs_any(&SCAN_CHECKS)).then(|| Scan::read(&file.path, series))
    }
}
