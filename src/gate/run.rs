// SPDX-License-Identifier: GPL-2.0-only

//! One run of the gate: look at every object, then at all together, then judge.

use std::num::NonZero;
use std::path::Path;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::thread;

use rayon::prelude::*;
use serde::Serialize;

use super::baseline;
use super::baseline::Baseline;
use super::baseline::Judged;
use super::check::Check;
use super::check::WorldCx;
use super::checks;
use super::coverage;
use super::coverage::Skipped;
use super::error::GateError;
use super::facts::FileFacts;
use super::finding::GateFinding;
use super::finding::GateSeverity;
use super::inputs::Asked;
use super::inputs::BuildFolder;
use super::inputs::Rules;
use super::inputs::package;
use super::look::ObjectReader;
use super::verdict::FailOn;
use super::verdict::Required;
use super::verdict::Status;
use super::verdict::Verdict;

/// What a run is asked to do.
#[derive(Debug, Clone)]
pub struct GateOptions {
    /// A folder, or objects.
    pub paths: Vec<PathBuf>,
    /// `--series`.
    pub series: Option<String>,
    /// `--kernel`: the kernel's build folder, for external modules.
    pub kernel: Option<PathBuf>,
    /// `--source-root`: the folder that places in the source are told relative to.
    pub source_root: Option<PathBuf>,
    /// Accepted findings.
    pub baseline: Vec<PathBuf>,
    /// A baseline to bring up to date.
    pub update_baseline: Option<PathBuf>,
    /// Another build to compare with.
    pub compare: Option<PathBuf>,
    /// What makes the run fail.
    pub fail_on: Option<FailOn>,
    /// Checks that must have looked, or `all`.
    pub require: Vec<String>,
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
pub struct GateOutcome {
    /// The folder, without its objects.
    pub inputs: BuildFolder,
    /// By which release's rules it was judged.
    pub rules: Rules,
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
    /// What makes the run fail.
    pub fail_on: FailOn,
    /// Checks that had to look, or `all`.
    pub require: Vec<String>,
    /// Whether the run fails, why, and how much was looked at.
    pub verdict: Verdict,
}

/// What came of one check, in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct SummaryRow {
    /// Identifier.
    pub check: &'static str,
    /// Errors that nothing accepts.
    pub errors: usize,
    /// Warnings that nothing accepts.
    pub warnings: usize,
    /// Notes that nothing accepts.
    pub notes: usize,
    /// Findings that a baseline accepts.
    pub accepted: usize,
    /// Whether it has looked, and makes the run fail.
    pub status: Status,
}

impl SummaryRow {
    /// Whether the check has looked and found nothing.
    pub fn is_clean(&self) -> bool {
        self.status == Status::Passed && self.errors + self.warnings + self.notes + self.accepted == 0
    }
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

impl GateOutcome {
    /// Why a check could not look, if so.
    pub fn why_skipped(&self, check: &str) -> Option<&str> {
        self.skipped.iter().find(|skipped| skipped.check == check).map(|skipped| skipped.why.as_str())
    }

    /// What came of a check.
    pub fn status(&self, check: &str) -> Status {
        let skipped = self.skipped.iter().find(|skipped| skipped.check == check);
        let has_failing = self.findings.iter().any(|judged| judged.fails && judged.finding.check == check);
        match skipped {
            Some(skipped) if skipped.fails => Status::Failed,
            _ if has_failing => Status::Failed,
            Some(skipped) if skipped.is_applicable => Status::CouldNotLook,
            Some(_) => Status::NotApplicable,
            None => Status::Passed,
        }
    }

    /// Every check in numbers, in the order of reports.
    pub fn summary(&self) -> Vec<SummaryRow> {
        let row = |check: &&'static Check| {
            let own = || self.findings.iter().filter(|judged| judged.finding.check == check.id);
            let n = |severity| own().filter(|judged| judged.is_open() && judged.finding.severity == severity).count();
            SummaryRow {
                check: check.id,
                errors: n(GateSeverity::Error),
                warnings: n(GateSeverity::Warning),
                notes: n(GateSeverity::Note),
                accepted: own().filter(|judged| !judged.is_open()).count(),
                status: self.status(check.id),
            }
        };
        self.checks.iter().map(row).collect()
    }

    /// Number of findings of a severity that no baseline accepts.
    pub fn count(&self, severity: GateSeverity) -> usize {
        self.findings.iter().filter(|judged| judged.is_open() && judged.finding.severity == severity).count()
    }

    /// Number of findings that a baseline accepts.
    pub fn n_accepted(&self) -> usize {
        self.findings.iter().filter(|judged| !judged.is_open()).count()
    }
}

/// As many threads as were asked for, up to what the machine can make any use of; 0 leaves it to the pool.
fn n_threads(asked: usize) -> usize {
    /// Threads for each core at most: reading and analysing take turns, more only take memory.
    const PER_CORE: usize = 4;
    /// At most on any machine, however small.
    const AT_LEAST: usize = 16;
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    asked.min(cores.saturating_mul(PER_CORE).max(AT_LEAST))
}

/// Runs the gate.
pub fn run(options: &GateOptions, progress: &dyn Progress) -> Result<GateOutcome, GateError> {
    let checks = selected(options)?;
    let required = Required::parse(&options.require, &|id| checks.iter().any(|check| check.id == id))?;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads(options.n_threads)).build();
    let pool = pool.map_err(|error| GateError(format!("threads: {error}")))?;
    // What is there is known from here on, but not read.
    let inputs = find_inputs(options, &options.paths)?;
    let build = pool.install(|| look_at_all(&inputs, &checks, progress))?;
    // Findings and facts of this build are complete. Now against what was accepted, or against another build.
    let updated = options.update_baseline.iter().filter(|path| options.baseline.is_empty() && path.exists());
    let files: Vec<PathBuf> = options.baseline.iter().chain(updated).cloned().collect();
    let mut base = Baseline::read_all(&files)?;
    let rules = inputs.rules();
    let mut skipped = coverage::skipped(&inputs, &build.facts, &checks);
    // What was not looked at is neither there nor gone.
    let has_looked = |check: &str| {
        checks.iter().any(|other| other.id == check) && !skipped.iter().any(|skipped| skipped.check == check)
    };
    let mut findings = build.findings;
    if let Some(other) = &options.compare {
        let other = find_inputs(options, std::slice::from_ref(other))?;
        let before = pool.install(|| look_at_all(&other, &checks, progress))?;
        base.accept_all(&before.findings);
        findings.extend(baseline::compare_builds(&other, &before.facts, &inputs, &build.facts, &checks));
    }
    findings.extend(base.compare_exports(&inputs, &checks));
    sort(&mut findings);
    let (mut findings, gone) = base.judge(findings, &inputs.config, &has_looked);
    let updated = match &options.update_baseline {
        Some(path) => Some(update(path, &findings, &inputs, &has_looked)?),
        None => None,
    };
    let has_base = !options.baseline.is_empty() || options.compare.is_some();
    // Who only asks for a baseline accepts what is there.
    if let Some(updated) = updated.as_ref().filter(|_| !has_base && options.fail_on.is_none()) {
        accept(&mut findings, &updated.path);
    }
    let fail_on = options.fail_on.unwrap_or(match has_base {
        true => FailOn::New,
        false => FailOn::Severity(GateSeverity::Error),
    });
    for judged in &mut findings {
        judged.fails = judged.is_open() && fail_on.is_met_by(judged.finding.severity);
    }
    for skipped in &mut skipped {
        skipped.fails = required.is_missed(skipped);
    }
    let verdict = Verdict::of(&checks, &skipped, &findings, fail_on);
    let require = options.require.clone();
    Ok(GateOutcome { inputs, rules, checks, skipped, findings, gone, updated, fail_on, require, verdict })
}

/// Accepts what a baseline was just brought up to date with.
fn accept(findings: &mut [Judged], path: &Path) {
    for judged in findings.iter_mut().filter(|judged| judged.is_open()) {
        judged.accepted = Some(format!("added to {}", path.display()));
    }
}

/// Brings a baseline up to date, or begins one.
fn update(
    path: &Path,
    findings: &[Judged],
    inputs: &BuildFolder,
    has_looked: &dyn Fn(&str) -> bool,
) -> Result<Updated, GateError> {
    let old = if path.exists() { Baseline::read(path)? } else { Baseline::default() };
    let new = old.update(findings, inputs, has_looked);
    new.write(path)?;
    Ok(Updated { path: path.to_owned(), added: new.n_more_than(&old), removed: old.n_more_than(&new) })
}

/// The checks that the options leave.
fn selected(options: &GateOptions) -> Result<Vec<&'static Check>, GateError> {
    for id in options.only.iter().chain(&options.skip) {
        if checks::by_id(id).is_none() {
            let known: Vec<&str> = checks::ALL.iter().map(|check| check.id).collect();
            return Err(GateError(format!("unknown check '{id}'; there are {}", known.join(", "))));
        }
    }
    let is_wanted = |check: &&&Check| {
        let named = |list: &[String]| list.iter().any(|id| id == check.id);
        (options.only.is_empty() || named(&options.only)) && !named(&options.skip)
    };
    Ok(checks::ALL.iter().filter(is_wanted).copied().collect())
}

fn find_inputs(options: &GateOptions, paths: &[PathBuf]) -> Result<BuildFolder, GateError> {
    let asked = Asked {
        series: options.series.as_deref(),
        kernel: options.kernel.as_deref(),
        source_root: options.source_root.as_deref(),
    };
    match paths {
        [dir] if dir.is_dir() => BuildFolder::of_folder(dir, &asked),
        packages if packages.iter().all(|path| package::is_package(path)) => BuildFolder::of_packages(packages, &asked),
        [missing] if !missing.exists() => Err(GateError(format!("{}: no such file or folder", missing.display()))),
        files => BuildFolder::of_files(files, &asked),
    }
}

/// Findings and facts of one build.
struct BuildFacts {
    findings: Vec<GateFinding>,
    facts: Vec<FileFacts>,
}

/// Looks at every object, as many at a time as there are threads, then at all together.
fn look_at_all(
    inputs: &BuildFolder,
    checks: &[&'static Check],
    progress: &dyn Progress,
) -> Result<BuildFacts, GateError> {
    let reader = ObjectReader::new(inputs, checks);
    // The largest first: it takes longer than many others together.
    let mut order: Vec<usize> = (0..inputs.objects.len()).collect();
    order.sort_by_key(|index| inputs.objects.get(*index).map(|file| std::cmp::Reverse(file.size)));
    let n_done = AtomicUsize::new(0);
    let look_at = |&index: &usize| {
        let file = inputs.objects.get(index)?;
        let result = reader.look_at(file);
        let done = n_done.fetch_add(1, Ordering::Relaxed) + 1;
        progress.step(done, inputs.objects.len(), &file.name);
        Some((index, result))
    };
    let mut results: Vec<_> = order.par_iter().with_max_len(1).filter_map(look_at).collect();
    results.sort_by_key(|(index, _)| *index);
    let (mut findings, mut facts) = (Vec::new(), Vec::new());
    for (_, result) in results {
        let (found, fact) = result?;
        findings.extend(found);
        facts.push(fact);
    }
    let world = WorldCx { inputs, facts: &facts, found: &findings };
    let found: Vec<GateFinding> = checks.iter().flat_map(|check| check.look_at_world(&world)).collect();
    findings.extend(found);
    // From the last to the first: those that stand first see most of what may explain what they see.
    for check in checks.iter().rev() {
        let found = check.look_afterwards(&WorldCx { inputs, facts: &facts, found: &findings });
        findings.extend(found);
    }
    findings.iter_mut().for_each(GateFinding::make_plain);
    Ok(BuildFacts { findings, facts })
}

/// By check, gravest first, then by subject and place.
fn sort(findings: &mut [GateFinding]) {
    let rank = |id: &str| checks::ALL.iter().position(|check| check.id == id);
    let rank_of = |finding: &GateFinding| (rank(finding.check), std::cmp::Reverse(finding.severity));
    findings.sort_by(|a, b| {
        let by_place = |f: &GateFinding| (f.section.clone(), f.offset, f.symbol.clone(), f.counterpart.clone());
        rank_of(a)
            .cmp(&rank_of(b))
            .then_with(|| a.subject.cmp(&b.subject))
            .then_with(|| (a.kind != "runtime-library").cmp(&(b.kind != "runtime-library")))
            .then_with(|| a.kind.cmp(b.kind))
            .then_with(|| by_place(a).cmp(&by_place(b)))
            .then_with(|| a.message.cmp(&b.message))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_no_more_than_the_machine_can_use() {
        assert_eq!((n_threads(0), n_threads(1), n_threads(7)), (0, 1, 7));
        let most = n_threads(usize::MAX);
        assert!(n_threads(99_999) == most && (16..=16_384).contains(&most), "{most}");
    }
}
